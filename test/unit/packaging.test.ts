import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { STEPS } from '../../scripts/release/steps.ts';

const root = join(import.meta.dirname, '..', '..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const json = (path: string): unknown => JSON.parse(text(path));
const versioned = z.object({ version: z.string() });

test('every manifest says the version of package.json', () => {
  const { version } = versioned.parse(json('package.json'));
  const server = z.object({ version: z.string(), packages: z.array(versioned) }).parse(json('server.json'));
  const market = z.object({ metadata: versioned }).parse(json('.claude-plugin/marketplace.json'));
  const others = [json('plugin/.claude-plugin/plugin.json'), json('mcpb/manifest.json')].map((one) =>
    versioned.parse(one),
  );
  const said = [server, ...server.packages, market.metadata, ...others].map((one) => one.version);
  expect(said).toEqual(said.map(() => version));
  expect(text('deploy/kubernetes/infragate.yaml')).toContain(`image: infragate:${version}`);
});

/** What the registry's schema asks of a server.json (static.modelcontextprotocol.io, 2025-12-11), where we use it. */
test('server.json is what the registry takes', () => {
  const kept = z.strictObject({
    $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
    name: z
      .string()
      .max(200)
      .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
    title: z.string().min(1).max(100),
    description: z.string().min(1).max(100),
    version: z.string().max(255),
    packages: z.array(
      z.strictObject({
        registryType: z.literal('npm'),
        identifier: z.literal('infragate'),
        version: z.string().regex(/^\d+\.\d+\.\d+/),
        runtimeHint: z.literal('npx'),
        transport: z.strictObject({ type: z.literal('stdio') }),
        environmentVariables: z.array(
          z.strictObject({
            name: z.string(),
            description: z.string(),
            format: z.enum(['string', 'number', 'boolean', 'filepath']),
          }),
        ),
      }),
    ),
  });
  expect(kept.safeParse(json('server.json')).error).toBeUndefined();
});

test('the image runs without rights, and its Pod on a read-only root that passes the restricted standard', () => {
  const dockerfile = text('Dockerfile');
  expect(dockerfile.match(/^USER (.*)$/m)?.[1]).toBe('1000:1000');
  const documents = parseAllDocuments(text('deploy/kubernetes/infragate.yaml')).map((one): unknown => one.toJS());
  const deployment = z
    .object({
      kind: z.literal('Deployment'),
      spec: z.object({
        template: z.object({
          spec: z.object({
            securityContext: z.object({
              runAsNonRoot: z.literal(true),
              seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
            }),
            containers: z.array(
              z.object({
                securityContext: z.object({
                  allowPrivilegeEscalation: z.literal(false),
                  readOnlyRootFilesystem: z.literal(true),
                  capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
                }),
                volumeMounts: z.array(z.object({ mountPath: z.string() })),
              }),
            ),
          }),
        }),
      }),
    })
    .parse(documents.find((one) => z.object({ kind: z.literal('Deployment') }).safeParse(one).success));
  const mounts = deployment.spec.template.spec.containers.flatMap((one) => one.volumeMounts.map((m) => m.mountPath));
  expect(mounts).toEqual(expect.arrayContaining(['/data', '/tmp']));
});

test('the image has kubectl, helm and git, of versions and digests that are fixed', () => {
  const dockerfile = text('Dockerfile');
  const line = /^k8s\.io\/kubernetes (v\S+)$/m.exec(text('sandbox/go.mod').replaceAll('\t', ''))?.[1];
  expect(dockerfile).toContain(`gitVersion=${line}`);
  for (const module of ['k8s.io/kubernetes', 'helm.sh/helm/v4']) {
    const folder = module.startsWith('helm') ? 'sandbox/helm' : 'sandbox';
    const version = new RegExp(`^\\s*${module} (v\\S+)`, 'm').exec(text(`${folder}/go.mod`))?.[1];
    expect(text(`${folder}/go.sum`)).toContain(`${module} ${version} h1:`);
    expect(dockerfile).toContain(`COPY ${folder}/go.mod ${folder}/go.sum`);
  }
  expect(dockerfile).toContain('GOFLAGS=-mod=readonly');
  for (const arch of ['amd64', 'arm64'])
    expect(dockerfile).toMatch(new RegExp(`^ARG GIT_SHA256_${arch}=[0-9a-f]{64}$`, 'm'));
  expect(dockerfile).toMatch(/\| sha256sum --check/);
});

test('every source that the Dockerfile copies goes into the build', () => {
  const allowed = text('.dockerignore')
    .split('\n')
    .flatMap((one) => (one.startsWith('!') ? [one.slice(1)] : []));
  const copied = [...text('Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, one = '']) =>
    one.split(' '),
  );
  expect(copied.length).toBeGreaterThan(8);
  const within = (path: string) => allowed.some((one) => path === one || path.startsWith(`${one}/`));
  expect(copied.map((one) => one.replace('./', '')).filter((one) => !within(one))).toEqual([]);
});

test('the check of .github tries a release, and Dependabot reads every kind of manifest', () => {
  expect(text('.github/workflows/ci.yml')).toContain('- run: npm run release -- --dry-run');
  const ecosystem = z.looseObject({ 'package-ecosystem': z.string() });
  const { updates } = z
    .object({ version: z.literal(2), updates: z.array(ecosystem) })
    .parse(parse(text('.github/dependabot.yml')));
  expect(updates.map((one) => one['package-ecosystem']).sort()).toEqual(['docker', 'github-actions', 'gomod', 'npm']);
});

test('only the job that publishes may write, and npm comes after the image and before its tags', () => {
  const step = z.looseObject({ name: z.string().optional(), run: z.string().optional() });
  const job = z.looseObject({ permissions: z.record(z.string(), z.string()), steps: z.array(step) });
  const { jobs } = z
    .object({
      jobs: z.object({ made: job, platform: job, image: job, publish: job.extend({ needs: z.array(z.string()) }) }),
    })
    .parse(parse(text('.github/workflows/release.yml')));
  for (const one of [jobs.made, jobs.platform]) expect(one.permissions).toEqual({ contents: 'read' });
  expect(jobs.publish.needs).toEqual(['made', 'platform', 'image']);
  expect(jobs.made.steps.map((one) => one.run)).toContain('npm run release -- --dry-run');
  const order = jobs.publish.steps.flatMap((one) => one.name ?? []);
  expect(order).toEqual([
    'a draft of the release',
    'platform packages, then infragate',
    "the image's tags",
    'registry',
    'the release is public',
  ]);
});

test('every action is pinned to a commit, with the version that it is', () => {
  const folder = join(root, '.github', 'workflows');
  const uses = readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/uses: (\S+)(.*)$/gm)].map((one) => `${one[1]}${one[2]}`),
  );
  expect(uses.length).toBeGreaterThan(10);
  expect(uses.filter((one) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(one))).toEqual([]);
});

test('workflows are YAML, and no job has more than it says it needs', () => {
  const folder = join(root, '.github', 'workflows');
  const workflow = z.looseObject({
    permissions: z.record(z.string(), z.string()),
    jobs: z.record(z.string(), z.looseObject({})),
  });
  for (const file of readdirSync(folder)) {
    const { permissions } = workflow.parse(parse(readFileSync(join(folder, file), 'utf8')));
    expect(
      Object.values(permissions).filter((one) => one !== 'read'),
      file,
    ).toEqual([]);
  }
});

test.each(['versions', 'registry'])('a release finds nothing wrong with its %s', async (name) => {
  expect(await STEPS.find((step) => step.name === name)?.run({ folder: root })).toContain('0.1.0');
});
