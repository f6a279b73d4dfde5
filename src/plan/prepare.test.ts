import { expect, test } from 'vitest';
import { parseCriterion } from '../criteria/index.ts';
import { parseReference } from '../images/index.ts';
import { parseCommand } from '../shell/index.ts';
import { preparePlan, reloadPlan } from './prepare.ts';
import { configMap, deployment, FILES, GOOD, worldWith } from './world.records.ts';

const worldOf = worldWith({ parseCommand, parseCriterion, parseReference });

async function prepared(plan: string | object, files = FILES, more = {}, previous?: Parameters<typeof preparePlan>[3]) {
  const done = await preparePlan(plan, 'plan.yaml', worldOf(files, more), previous);
  if (done.prepared === undefined) throw new Error(JSON.stringify(done.problems));
  return { ...done, ...done.prepared };
}

test('what it uses: every API, image and storage class, in one spelling each', async () => {
  const files = {
    ...FILES,
    'web.yaml': `${deployment('web', '', 'redis:7')}---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db}
spec: {imageName: "ghcr.io/org/pg:16", storage: {storageClass: fast}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: slow}
`,
  };
  const { uses, custom } = await prepared(
    GOOD.replace('- web.yaml', '- web.yaml\n    - example.com/v1/Thing/t'),
    files,
  );
  expect(uses).toEqual([
    'api:apps/v1/Deployment',
    'api:example.com/v1/Thing',
    'api:postgresql.cnpg.io/v1/Cluster',
    'api:v1/ConfigMap',
    'api:v1/PersistentVolumeClaim',
    'configuration:StorageClass/fast',
    'configuration:StorageClass/slow',
    'image:docker.io/library/redis:7',
    'image:ghcr.io/org/pg:16',
  ]);
  expect(custom).toEqual(['api:example.com/v1/Thing', 'api:postgresql.cnpg.io/v1/Cluster']);
});

test('a revision says what changed and how many phases keep their evidence', async () => {
  const first = await prepared(GOOD);
  const revised = GOOD.replace('--timeout=60s', '--timeout=90s').replace('start\n', 'start up\n');
  const second = await prepared(revised, { ...FILES, 'web.yaml': deployment('web', '', 'redis:8') }, {}, first.loaded);
  expect(second.difference?.keeps).toBe(1);
  expect(second.difference?.phases.map((p) => p.change)).toEqual(['same', 'changed']);
  expect(second.difference?.phases[1]?.what.join('\n')).toMatch(
    /−.*60s[\s\S]*\+.*90s[\s\S]*Deployment\/web: spec.template.spec.containers.0.image[\s\S]*web.yaml: edited/,
  );
  expect(second.difference?.plan.join()).toMatch(/risks/);
  expect(second.summary).toContain('Changes since the last revision');
});

test('the approver sees every command, secret source, irreversible step and opaque program', async () => {
  const plan =
    `${GOOD.replace('[kubectl get deployment web]', '[./health.sh]').replace('name: Application', 'name: Application\n  irreversible: ["PersistentVolumeClaim/data: its data"]')}secrets: [{name: db, keys: [password], from: env: DB}]\n`.replace(
      'from: env: DB',
      '"from": "env: DB"',
    );
  const { summary } = await prepared(plan, { ...FILES, 'health.sh': 'true' });
  for (const shown of [
    '# Deployment plan: web',
    'Target: shop',
    '| 2 | Application |',
    'kubectl rollout status deployment/web',
    './health.sh',
    'kubectl delete -f config.yaml',
    'env: DB',
    'PersistentVolumeClaim/data',
    '10 minutes',
    'the image is slow to start',
  ]) {
    expect(summary).toContain(shown);
  }
});

test('a plan can not dress up as something else in the summary', async () => {
  const { summary } = await prepared(
    GOOD.replace('name: Application', 'name: "App | x\\n# Approved \\u202Elive"').replace(
      'test -s web.yaml',
      '"test -s web.yaml # ```\\n# Approved"',
    ),
  );
  const headings = summary
    .split('\n')
    .filter(
      (line) => /^#+ /.test(line) && !/^#+ (Deployment plan|Phases|Risks|Roll|What|Secrets|Every|Notes)/.test(line),
    );
  expect(headings).toEqual(['# Approved']); // inside the fence, which its own backticks could not end
  expect(summary).toContain('U+202E');
  expect(summary).not.toContain('\u202E');
  expect(summary).toContain('````text');
});

test('approved, then edited on disk: not the same plan', async () => {
  const { loaded } = await prepared(GOOD);
  const stored: typeof loaded = JSON.parse(JSON.stringify(loaded));
  expect((await reloadPlan(stored, worldOf(FILES))).same).toBe(true);
  const edited = await reloadPlan(stored, worldOf({ ...FILES, 'web.yaml': deployment('web', '', 'redis:8') }));
  expect(edited.same).toBe(false);
  expect(JSON.stringify(edited.difference)).toContain('web.yaml: edited');
  expect((await reloadPlan(stored, worldOf({ 'config.yaml': configMap('web-config') }))).same).toBe(false);
});

test('a plan in Markdown keeps its line numbers', async () => {
  const { problems } = await preparePlan(
    `# The plan\n\n\`\`\`yaml\n${GOOD.replace('target: shop', 'target: prod')}\`\`\`\n`,
    'plan.md',
    worldOf(FILES),
  );
  expect(problems).toMatchObject([{ path: 'target', line: 5, column: 9 }]);
});

test('kustomizations and charts are rendered, and what they are made of is pinned', async () => {
  const files = {
    ...FILES,
    'overlay/kustomization.yaml': 'resources: [../base]\n',
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml': deployment('web'),
  };
  const kustomize = async () => ({ ok: true as const, text: deployment('web') });
  const { loaded, problems } = await prepared(GOOD.replace('- web.yaml', '- overlay'), files, {
    render: { kustomize },
  });
  expect(problems).toEqual([]);
  expect(loaded.phases[1]?.manifests[0]?.from.rendered_by).toBe('kustomize');
  expect(loaded.phases[1]?.pinned.map((p) => p.path)).toEqual([
    'base/kustomization.yaml',
    'base/web.yaml',
    'overlay (rendered by kustomize)',
    'overlay/kustomization.yaml',
  ]);
  const helm = async () => ({ ok: false as const, message: 'no such chart' });
  const chart = await prepared(
    GOOD.replace('- web.yaml', '- {chart: oci://r/web, release: web, version: 1.2.3}'),
    FILES,
    { render: { helm } },
  );
  expect(chart.problems[0]).toMatchObject({
    path: 'phases[1].resources[0]',
    message: expect.stringContaining('no such chart'),
  });
});

test('a chart without commands is installed by helm with the values that were rendered; hooks are named, not watched', async () => {
  const text = `# Source: web/templates/a.yaml
${configMap('settings', 'x')}---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {"helm.sh/hook": pre-upgrade}}
spec: {template: {spec: {containers: [{name: m, image: "quay.io/team/app:1"}]}}}
`;
  const { loaded } = await prepared(
    GOOD.replace('- web.yaml', "- {chart: oci://r/web, release: web, version: 1.2.3, values: [it's.yaml]}").replace(
      'name: Application',
      'name: Application\n  delivery: helm',
    ),
    { ...FILES, "it's.yaml": 'a: 1\n' },
    { render: { helm: async () => ({ ok: true as const, text }) } },
  );
  const phase = loaded.phases[1];
  expect(loaded.plan.phases[1]?.commands).toEqual([
    `helm upgrade --install web oci://r/web --version 1.2.3 --values 'it'\\''s.yaml'`,
  ]);
  expect(phase?.manifests.map((m) => m.object.metadata.name)).toEqual(['settings']);
  expect(phase?.opaque).toContain(
    'chart oci://r/web: Job/migrate (quay.io/team/app:1) at pre-upgrade, a hook, which only helm runs',
  );
});

test.each([
  'undo',
  'keep Deployment/web: others use it',
  'none: it is harmless',
  'kubectl delete deploy/web',
  'kubectl delete deployments.apps web',
  'kubectl delete all -l app=web',
  'kubectl rollout undo deployment/web',
  'cat web.yaml | kubectl delete -f -',
])('"%s" takes a Deployment back, or says why not', async (rollback) => {
  const { problems } = await prepared(GOOD.replace('kubectl delete deployment web', JSON.stringify(rollback)));
  expect(problems.filter((p) => /takes back/.test(p.message))).toEqual([]);
});

test.each(['service/web:8080/health', 'service:web:http/', 'service/web:80', 'https://web.example.com/health'])(
  '"%s" is a health check that needs no program',
  async (health) => {
    const { problems, summary } = await prepared(GOOD.replace('[kubectl get deployment web]', `["${health}"]`));
    expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
    expect(summary).toContain(health);
  },
);

test('a Service without its port is no health check, and the plan says how one is written', async () => {
  const { problems } = await prepared(GOOD.replace('[kubectl get deployment web]', '[service/web/health]'));
  expect(problems.map((p) => p.message)).toContain(
    'a Service\'s health is written service/NAME:PORT/path, not "service/web/health"',
  );
});

test.each([
  'kubectl get deploy web -o jsonpath={.status.readyReplicas}',
  'kubectl apply --dry-run=server -f web.yaml',
  'kubectl auth can-i create pods',
  'oc whoami',
  'kubectl wait --for=condition=Available deployment/web --timeout=60s',
  'kubectl get deployment web | grep -q web',
  'kubectl get deployment web || exit 1; echo ok',
  'curl -fsS http://web/health',
  'test "$(kubectl get deploy web -o jsonpath={.spec.replicas})" = 1',
  'kubectl --context here -n shop get pods',
  'helm list',
])('"%s" is a fair validation', async (command) => {
  const { problems } = await prepared(
    GOOD.replace('kubectl rollout status deployment/web --timeout=60s', JSON.stringify(command)),
  );
  expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
});
