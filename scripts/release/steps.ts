import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What a release is made of: each is made in a folder that goes afterwards, and looked into. */
export type Made = { readonly folder: string };
export type Step = {
  readonly name: string;
  /** What was found, in a few words; throws with what is wrong. */
  run(made: Made): string | Promise<string>;
};

const root = join(import.meta.dirname, '..', '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

function run(command: string, args: readonly string[], cwd = root, env = process.env): string {
  const done = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (done.status === 0) return done.stdout;
  const said = `${done.stderr ?? ''}`.trim().split('\n').slice(-3).join(' | ');
  throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.error?.message}: ${said}`);
}

const versioned = z.looseObject({ version: z.string() });
const manifest = versioned.extend({
  name: z.literal('infragate'),
  repository: z.object({
    type: z.literal('git'),
    url: z.string().regex(/^git\+https:\/\/github\.com\/[\w-]+\/[\w-]+\.git$/),
  }),
  homepage: z.url(),
  bugs: z.url(),
  keywords: z.array(z.string()).min(3),
  license: z.string(),
  mcpName: z.string(),
});
const own = () => manifest.parse(JSON.parse(text('package.json')));

function versions(): string {
  const { version, mcpName, repository } = own();
  const others = ['server.json', 'plugin/.claude-plugin/plugin.json', 'mcpb/manifest.json'];
  for (const path of others) {
    const said = versioned.parse(JSON.parse(text(path))).version;
    if (said !== version) throw new Error(`${path} has version ${said}, package.json ${version}`);
  }
  if (!text('CHANGELOG.md').includes(`## ${version}`)) throw new Error(`CHANGELOG.md has no section ${version}`);
  if (z.looseObject({ name: z.string() }).parse(JSON.parse(text('server.json'))).name !== mcpName)
    throw new Error(`server.json has another name than mcpName, ${mcpName}`);
  return `${version} in ${others.length + 1} manifests, ${repository.url}`;
}

/** npm's own list of what it packs. */
const packed = z.tuple([
  z.looseObject({ filename: z.string(), size: z.number(), files: z.array(z.looseObject({ path: z.string() })) }),
]);

const MUST = [
  'bin/infragate.js',
  'dist/cli.js',
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'sandbox/go.mod',
];
const MUST_NOT = /(^|\/)(src|test|node_modules|\.git|bench)\/|\.test\.|(^|\/)\.env|\.pem$|id_rsa/;

function tarball({ folder }: Made): string {
  const [{ filename, size, files }] = packed.parse(
    JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])),
  );
  const paths = files.map((file) => file.path);
  const missing = MUST.filter((path) => !paths.includes(path));
  if (missing.length > 0) throw new Error(`${filename} lacks ${missing.join(', ')}`);
  const surplus = paths.filter((path) => MUST_NOT.test(path));
  if (surplus.length > 0) throw new Error(`${filename} holds ${surplus.slice(0, 5).join(', ')}`);
  return `${filename}, ${paths.length} files, ${(size / 1024).toFixed(0)} KiB`;
}

const packedFile = ({ folder }: Made, start: string): string => {
  const file = readdirSync(folder).find((name) => name.startsWith(start) && name.endsWith('.tgz'));
  if (file === undefined) throw new Error(`${start}….tgz was not made`);
  return join(folder, file);
};

/** For people with Node alone: what `npx -y infragate` does, from the packed tarball. */
function npx(made: Made): string {
  const empty = join(made.folder, 'empty');
  mkdirSync(empty, { recursive: true });
  const env = { ...process.env, INFRAGATE_HOME: join(made.folder, 'home'), INIT_CWD: empty };
  const package_ = ['--yes', '--package', packedFile(made, 'infragate-'), '--', 'infragate'];
  const said = run('npx', [...package_, '--version'], empty, env).trim();
  if (said !== own().version) throw new Error(`npx infragate --version says ${said}`);
  const install = ['install', '--client', 'cursor', '--dry-run', '--file', join(empty, 'mcp.json')];
  if (!run('npx', [...package_, ...install], empty, env).includes('would be written'))
    throw new Error('npx infragate install does not show what it would write');
  const hello = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'release', version: '1' } },
  };
  const served = spawnSync('npx', package_, { cwd: empty, env, encoding: 'utf8', input: `${JSON.stringify(hello)}\n` });
  if (!served.stdout.includes('"serverInfo"'))
    throw new Error(`npx infragate does not answer: ${served.stderr.slice(0, 300)}`);
  return `npx infragate ${said} answers initialize`;
}

function sandbox({ folder }: Made): string {
  run(process.execPath, [join(root, 'scripts', 'pack-sandbox.ts'), folder]);
  const file = packedFile({ folder }, 'infragate-sandbox-');
  const names = run('tar', ['tzf', file]).split('\n');
  for (const name of ['package/infragate-sandbox', 'package/package.json', 'package/LICENSE'])
    if (!names.includes(name)) throw new Error(`${file} lacks ${name}`);
  return `${process.platform}-${process.arch}, ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB; the other platforms are made by the workflow's matrix`;
}

function bundle({ folder }: Made): string {
  const file = join(folder, 'infragate.mcpb');
  run(process.execPath, [join(root, 'scripts', 'pack-mcpb.ts'), file]);
  return `${(statSync(file).size / 2 ** 20).toFixed(0)} MiB`;
}

/** What the last stage puts into /app, made without Docker and started: only what is needed at run time is in it. */
function appFolder({ folder }: Made): string {
  const app = join(folder, 'app');
  mkdirSync(app, { recursive: true });
  for (const path of ['package.json', 'package-lock.json', 'dist', 'bin', 'LICENSE'])
    cpSync(join(root, path), join(app, path), { recursive: true });
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], app);
  const surplus = ['typescript', 'vitest', 'rolldown'].filter((name) => existsSync(join(app, 'node_modules', name)));
  if (surplus.length > 0) throw new Error(`the image would hold ${surplus.join(', ')}`);
  const env = { ...process.env, NODE_ENV: 'production', INFRAGATE_HOME: join(folder, 'data') };
  const said = run(process.execPath, [join(app, 'bin', 'infragate.js'), '--version'], app, env).trim();
  if (said !== own().version) throw new Error(`/app says version ${said}`);
  return `/app answers ${said}`;
}

/** Without Docker here: that all it copies is there, that bases and programs are pinned, and that it is no root. */
function image(made: Made): string {
  const lines = text('Dockerfile')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const copied = lines.filter((line) => line.startsWith('COPY ') && !line.includes('--from='));
  const sources = copied.flatMap((line) => line.split(/\s+/).slice(1, -1));
  const missing = sources.filter((path) => path !== '.' && !existsSync(join(root, path)));
  if (missing.length > 0) throw new Error(`the Dockerfile copies ${missing.join(', ')}, which is not there`);
  const loose = lines.filter(
    (line) => line.startsWith('FROM ') && !/@sha256:|:\d+\.\d+\.\d+|^FROM (build|tools)\b/.test(line),
  );
  if (loose.length > 0) throw new Error(`not pinned: ${loose.join('; ')}`);
  const user = lines.findLast((line) => line.startsWith('USER ')) ?? '';
  if (!/^USER [1-9]\d*/.test(user)) throw new Error(`it runs as ${user || 'root'}`);
  const docker = spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0;
  if (!docker)
    return `${sources.length} sources are there, ${user}; ${appFolder(made)}; not built: there is no Docker here`;
  run('docker', ['build', '--quiet', '--tag', 'infragate:dry-run', '.']);
  return `built, ${run('docker', ['run', '--rm', 'infragate:dry-run', '--version']).trim()}`;
}

function registry(): string {
  const server = z
    .looseObject({ packages: z.tuple([z.looseObject({ identifier: z.literal('infragate'), version: z.string() })]) })
    .parse(JSON.parse(text('server.json')));
  const [entry] = server.packages;
  if (entry.version !== own().version) throw new Error(`server.json names infragate ${entry.version}`);
  return `infragate ${entry.version} from npm`;
}

export const STEPS: readonly Step[] = [
  { name: 'versions', run: versions },
  { name: 'registry', run: registry },
  { name: 'image', run: image },
  { name: 'tarball', run: tarball },
  { name: 'npx', run: npx },
  { name: 'sandbox', run: sandbox },
  { name: 'bundle', run: bundle },
];

/** What can be taken back first, what can't last; each needs only those before it. */
export const PUBLISHING: readonly { readonly what: string; readonly how: string; readonly undo: string }[] = [
  {
    what: 'image, by digest, without a tag',
    how: 'docker buildx build --platform linux/amd64,linux/arm64 --sbom --provenance --output push-by-digest; cosign sign DIGEST',
    undo: 'nothing names it; it is collected',
  },
  {
    what: 'release on GitHub, as a draft, with the bundle',
    how: 'gh release create --draft',
    undo: 'a draft is seen by maintainers only',
  },
  {
    what: 'sandbox platform packages',
    how: 'npm publish --provenance of each of the matrix',
    undo: 'nothing asks for them before the next step; run the job again, it leaves out what is there',
  },
  { what: 'infragate on npm', how: 'npm publish --provenance', undo: 'run the job again for what comes after' },
  {
    what: "the image's tags",
    how: 'docker buildx imagetools create --tag VERSION --tag latest DIGEST',
    undo: 'run the job again',
  },
  { what: 'the entry in the MCP registry', how: 'mcp-publisher publish', undo: 'run the job again' },
  { what: 'the release, no longer a draft', how: 'gh release edit --draft=false', undo: 'run the job again' },
];
