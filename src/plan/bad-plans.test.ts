import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCriterion } from '../criteria/index.ts';
import { parseReference } from '../images/index.ts';
import { parseCommand } from '../shell/index.ts';
import { preparePlan } from './prepare.ts';
import { configMap, deployment, FILES, GOOD, worldWith } from './world.records.ts';
import type { World } from './world.ts';

const worldOf = worldWith({ parseCommand, parseCriterion, parseReference });

/** Ways in which a plan is wrong; each is named with the place where it is written. */
type Bad = {
  readonly what: string;
  readonly plan: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly world?: Partial<World>;
  readonly path: string;
  readonly at?: readonly [line: number, column: number];
  readonly file?: string;
  readonly says: RegExp;
};

const swap = (from: string, to: string): string => {
  if (!GOOD.includes(from)) throw new Error(`the good plan has no "${from}"`);
  return GOOD.replace(from, to);
};
const CHECK = 'kubectl rollout status deployment/web --timeout=60s';
const validating = (what: string, command: string, says: RegExp): Bad => ({
  what,
  plan: swap(CHECK, command),
  path: 'phases[1].validation_commands[0]',
  at: [15, 7],
  says,
});

const BAD: readonly Bad[] = [
  { what: 'malformed YAML', plan: swap('target: shop', 'target: [shop'), path: '', at: [3, 1], says: /not YAML/ },
  { what: 'a key twice', plan: swap('target: shop', 'target: shop\ntarget: x'), path: '', at: [3, 1], says: /unique/ },
  {
    what: 'a misspelt field',
    plan: swap('  rollback: [kubectl', '  rolback: [kubectl'),
    path: 'phases[0].rolback',
    at: [9, 3],
    says: /not a field/,
  },
  { what: 'no target', plan: swap('target: shop\n', ''), path: 'target', says: /^is missing/ },
  {
    what: 'a number for a target',
    plan: swap('target: shop', 'target: 5'),
    path: 'target',
    says: /^expected string or object/,
  },
  validating(
    'a question to the client alone',
    'kubectl version --client -o json',
    /"kubectl version" tells about this machine/,
  ),
  validating('the help of a command', 'kubectl -n shop get deployment --help', /tells about this machine/),
  validating(
    'a look that is content with nothing',
    'kubectl -n shop get deployment web --ignore-not-found',
    /ends with 0 also where nothing is there/,
  ),
  validating('a check of a constant', 'test -n web', /looks at a constant/),
  ...[
    'kubectl create deployment x --image=evil',
    'kubectl run x --image=evil',
    'kubectl set image deploy/web web=evil',
  ].map(
    (command): Bad => ({
      what: `${command} among the commands`,
      plan: swap('name: Application', `name: Application\n  commands: ["${command}"]`),
      path: 'phases[1].commands[0]',
      says: /brings an image that nobody looked at/,
    }),
  ),
  { what: 'no component', plan: swap('component: web\n', ''), path: 'component', at: [1, 1], says: /missing/ },
  {
    what: 'a gap in the numbers',
    plan: swap('phase_2:', 'phase_3:'),
    path: 'phase_3',
    at: [10, 1],
    says: /count 1, 2, 3/,
  },
  {
    what: 'a wrong delivery',
    plan: swap('name: Application', 'name: Application\n  delivery: push'),
    path: 'phases[1].delivery',
    at: [12, 13],
    says: /apply/,
  },
  {
    what: 'a wrong duration',
    plan: swap('name: Application', 'name: Application\n  timeout: soon'),
    path: 'phases[1].timeout',
    at: [12, 12],
    says: /duration/,
  },
  {
    what: 'no validation commands',
    plan: swap('[kubectl get configmap web-config]', '[]'),
    path: 'phases[0].validation_commands',
    at: [7, 3],
    says: /no validation commands/,
  },
  {
    what: 'no criteria',
    plan: swap('["ConfigMap/web-config: create"]', '[]'),
    path: 'phases[0].success_criteria',
    at: [8, 3],
    says: /no success criteria/,
  },
  {
    what: 'no rollback',
    plan: swap('[kubectl delete -f config.yaml]', '[]'),
    path: 'phases[0].rollback',
    at: [9, 3],
    says: /no rollback/,
  },
  {
    what: 'no resources',
    plan: swap('resources: [config.yaml]', 'resources: []'),
    path: 'phases[0].resources',
    at: [6, 3],
    says: /no resources/,
  },
  {
    what: 'a file that is not there',
    plan: swap('- web.yaml', '- wbe.yaml'),
    path: 'phases[1].resources[0]',
    at: [13, 7],
    says: /there is no wbe.yaml/,
  },
  {
    what: 'a file outside the workspace',
    plan: swap('- web.yaml', '- ../web.yaml'),
    files: { ...FILES, '../web.yaml': deployment('web') },
    path: 'phases[1].resources[0]',
    at: [13, 7],
    says: /outside the workspace/,
  },
  {
    what: 'a remote file',
    plan: swap('- web.yaml', '- https://example.com/web.yaml'),
    path: 'phases[1].resources[0]',
    at: [13, 7],
    says: /remote/,
  },
  {
    what: 'lines beyond the end',
    plan: swap('- web.yaml', '- web.yaml:1-999'),
    path: 'phases[1].resources[0]',
    at: [13, 7],
    says: /lines, not 999/,
  },
  {
    what: 'lines that cut an object',
    plan: swap('- web.yaml', '- web.yaml:1-5'),
    path: 'phases[1].resources[0]',
    at: [13, 7],
    says: /cut Deployment\/web/,
  },
  {
    what: 'a manifest without a kind',
    plan: GOOD,
    files: { ...FILES, 'web.yaml': 'apiVersion: v1\nmetadata: {name: x}\n' },
    path: 'phases[1].resources[0]',
    at: [1, 13],
    file: 'web.yaml',
    says: /kind is missing/,
  },
  {
    what: 'malformed YAML in a manifest',
    plan: GOOD,
    files: { ...FILES, 'web.yaml': 'apiVersion: v1\nkind: [\n' },
    path: 'phases[1].resources[0]',
    at: [3, 1],
    file: 'web.yaml',
    says: /not YAML/,
  },
  {
    what: 'a kustomization without a renderer',
    plan: swap('- web.yaml', '- overlay'),
    files: { ...FILES, 'overlay/kustomization.yaml': 'resources: [a.yaml]\n', 'overlay/a.yaml': deployment('web') },
    path: 'phases[1].resources[0]',
    at: [13, 7],
    says: /neither kubectl nor kustomize/,
  },
  {
    what: 'a remote base',
    plan: swap('- web.yaml', '- overlay'),
    files: { ...FILES, 'overlay/kustomization.yaml': 'resources: ["github.com/org/repo//base?ref=main"]\n' },
    path: 'phases[1].resources[0]',
    file: 'overlay/kustomization.yaml',
    says: /remote/,
  },
  {
    what: 'a chart by a moving version',
    plan: swap('- web.yaml', '- {chart: bitnami/redis, release: redis, version: ^1}'),
    path: 'phases[1].resources[0]',
    at: [13, 7],
    says: /one exact version/,
  },
  {
    what: 'a criterion nobody can decide',
    plan: swap('Deployment/web: Deployment available', '"the wind blows from the west"'),
    path: 'phases[1].success_criteria[0]',
    at: [17, 7],
    says: /./,
  },
  validating('true', '"true"', /can't fail/),
  validating('|| true', 'kubectl get deployment web || true', /can't fail/),
  validating('; exit 0', 'kubectl get deployment web; exit 0', /can't fail/),
  validating('echo only', 'echo it works', /can't fail/),
  validating('a function for kubectl', '"kubectl() { :; }; kubectl get deployment web"', /defines a function/),
  validating('in the background', 'kubectl get deployment web &', /background/),
  validating('a pipe into cat', 'kubectl get deployment web | cat', /exit status is that of "cat"/),
  validating('sh -c "… || true"', 'bash -c "kubectl get deployment web || true"', /can't fail/),
  validating('a write verb', 'kubectl scale deployment web --replicas=1', /changes the cluster/),
  validating(
    'a write behind wrappers',
    'env A=b timeout 5 kubectl -n shop delete deployment web',
    /changes the cluster/,
  ),
  validating('a write in a substitution', 'test -n "$(kubectl annotate deployment web a=b)"', /changes the cluster/),
  validating('a write behind ssh', 'ssh host kubectl -n shop delete deployment web', /changes the cluster/),
  validating(
    'a write fed to a shell',
    'echo "kubectl delete deployment web" | sh',
    /reads its commands from elsewhere/,
  ),
  validating('a write behind another shell', 'busybox sh -c "kubectl delete deployment web"', /changes the cluster/),
  validating('a Helm upgrade', 'helm upgrade web ./chart', /changes the cluster/),
  validating('another context', 'kubectl --context=prod get deployment web', /another context, "prod"/),
  validating('another kubeconfig', 'kubectl --kubeconfig other get deployment web', /--kubeconfig/),
  validating('KUBECONFIG before it', 'KUBECONFIG=other kubectl get deployment web', /sets KUBECONFIG/),
  validating('KUBECONFIG exported', 'export KUBECONFIG=other; kubectl get deployment web', /sets KUBECONFIG/),
  validating('another namespace', 'kubectl get deployment web -nprod', /another namespace, "prod"/),
  validating('a namespace known only later', 'kubectl -n $NS get deployment web', /only known when it runs/),
  validating('a program known only later', '$TOOL get deployment web', /only known when it runs/),
  validating('a program that is not here', 'kubectrl get deployment web', /no program "kubectrl"/),
  validating('a line that does not parse', `'kubectl get "deployment'`, /unterminated/),
  validating(
    'a token in the command',
    '\'curl -H "Authorization: Bearer abcdef123456" http://web\'',
    /Authorization header/,
  ),
  {
    what: 'a rollback that forgets an object',
    plan: swap('kubectl delete deployment web', 'kubectl delete service web'),
    path: 'phases[1].rollback',
    at: [18, 3],
    says: /takes back Deployment\/web/,
  },
  {
    what: 'a rollback in another namespace',
    plan: swap('kubectl delete deployment web', 'kubectl delete deployment web -n prod'),
    path: 'phases[1].rollback[0]',
    at: [19, 7],
    says: /another namespace/,
  },
  {
    what: 'data lost without being named',
    plan: swap('kubectl delete deployment web', 'undo'),
    files: {
      ...FILES,
      'web.yaml': `${deployment('web')}---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n`,
    },
    path: 'phases[1].irreversible',
    at: [10, 1],
    says: /PersistentVolumeClaim\/data may delete its data/,
  },
  {
    what: 'a Pod before its ConfigMap',
    plan: GOOD,
    files: {
      'config.yaml': deployment('web', '          envFrom: [{configMapRef: {name: web-config}}]\n'),
      'web.yaml': configMap('web-config'),
    },
    path: 'phases[0].resources[0]',
    at: [1, 1],
    file: 'config.yaml',
    says: /comes only in phase 2/,
  },
  {
    what: 'a custom resource before its CRD',
    plan: GOOD,
    files: {
      'config.yaml': 'apiVersion: db.example.com/v1\nkind: Db\nmetadata: {name: d}\n',
      'web.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: dbs.db.example.com}\nspec: {group: db.example.com, names: {kind: Db}}\n',
    },
    path: 'phases[0].resources[0]',
    at: [1, 1],
    file: 'config.yaml',
    says: /CustomResourceDefinition only in phase 2/,
  },
  {
    what: 'a Secret in clear text',
    plan: GOOD,
    files: {
      ...FILES,
      'config.yaml': `${configMap('web-config')}---\napiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: hunter22}\n`,
    },
    path: 'phases[0].resources[0]',
    at: [8, 1],
    file: 'config.yaml',
    says: /clear text \(password\)/,
  },
  {
    what: 'a password in a variable',
    plan: GOOD,
    files: { ...FILES, 'web.yaml': deployment('web', '          env: [{name: DB_PASSWORD, value: hunter22}]\n') },
    path: 'phases[1].resources[0]',
    at: [1, 1],
    file: 'web.yaml',
    says: /DB_PASSWORD/,
  },
  {
    what: 'one object in two phases',
    plan: GOOD,
    files: { ...FILES, 'config.yaml': `${configMap('web-config')}---\n${deployment('web')}` },
    path: 'phases[1].resources[0]',
    at: [1, 1],
    file: 'web.yaml',
    says: /in phase 1 already/,
  },
  {
    what: 'an object of another namespace',
    plan: GOOD,
    files: { ...FILES, 'web.yaml': deployment('web').replace('name: web\n', 'name: web\n  namespace: prod\n') },
    path: 'phases[1].resources[0]',
    at: [1, 1],
    file: 'web.yaml',
    says: /namespace "prod"/,
  },
  {
    what: 'no image reference',
    plan: GOOD,
    files: { ...FILES, 'web.yaml': deployment('web', '', 'https://x/y') },
    path: 'phases[1].resources[0]',
    at: [1, 1],
    file: 'web.yaml',
    says: /not an image reference/,
  },
  {
    what: 'manifests applied by a command',
    plan: swap('name: Application', 'name: Application\n  commands: [kubectl apply -f web.yaml]'),
    path: 'phases[1].commands[0]',
    at: [12, 14],
    says: /list what it applies/,
  },
  {
    what: 'no validation planned',
    plan: swap('  static: [test -s web.yaml]\n', ''),
    path: 'validation.static',
    at: [20, 1],
    says: /none: why/,
  },
  {
    what: 'another component',
    plan: swap('component: web', 'component: shop'),
    path: 'component',
    at: [1, 12],
    says: /deployment is of "web"/,
  },
  {
    what: 'another target',
    plan: swap('target: shop', 'target: prod'),
    path: 'target',
    at: [2, 9],
    says: /namespace is "shop"/,
  },
  {
    what: 'a secret with its value',
    plan: `${GOOD}secrets: [{name: db, keys: [p], from: hunter22}]\n`,
    path: 'secrets[0].from',
    at: [28, 39],
    says: /never a value/,
  },
];

test('the plan that the bad ones are made of has no problem at all', async () => {
  const { problems, valid } = await preparePlan(GOOD, 'plan.yaml', worldOf(FILES));
  expect(problems).toEqual([]);
  expect(valid).toBe(true);
});

test.each([
  'test -n "$(kubectl get deployment web --ignore-not-found -o name)"',
  'kubectl get deployment web --ignore-not-found -o name | grep -q web',
  'kubectl version',
  'kubectl version --client && kubectl get deployment web',
])('%s asks the cluster something', async (command) => {
  const { problems } = await preparePlan(swap(CHECK, `'${command}'`), 'plan.yaml', worldOf(FILES));
  expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
});

test.each(BAD)('$what is a problem, with its place', async ({ plan, files = FILES, world, path, at, file, says }) => {
  const { problems, valid } = await preparePlan(plan, 'plan.yaml', worldOf(files, world));
  expect(valid).toBe(false);
  const found = problems.filter((p) => p.severity === 'error' && p.path === path && says.test(p.message));
  expect(found, JSON.stringify(problems, undefined, 1)).not.toEqual([]);
  expect(found[0]?.file).toBe(file);
  if (at !== undefined) expect([found[0]?.line, found[0]?.column]).toEqual(at);
});

test.each([
  [
    'none',
    undefined,
    /^is missing \(.*\{static\??, health\??, functional\??\}.*each a list of commands, or "none: why"\)$/,
  ],
  ['a list', ['kubectl get all'], /^expected .*\{static\??, health\??, functional\??\}.*each a list of commands/],
])('a validation that is %s is answered with its form', async (_what, validation, says) => {
  const plan = { ...Object(parse(GOOD)), validation };
  const { problems } = await preparePlan(plan, 'plan.yaml', worldOf(FILES));
  expect(problems.find((p) => p.path === 'validation')?.message).toMatch(says);
});

test('all problems come at once', async () => {
  const plan = swap(CHECK, '"true"').replace('- web.yaml', '- wbe.yaml').replace('target: shop', 'target: prod');
  const { problems } = await preparePlan(plan, 'plan.yaml', worldOf(FILES));
  expect(new Set(problems.filter((p) => p.severity === 'error').map((p) => p.path))).toEqual(
    new Set(['target', 'phases[1].resources[0]', 'phases[1].validation_commands[0]']),
  );
});

test('a fault in the form of a plan does not hide what else is wrong', async () => {
  const plan = swap(CHECK, '"true"')
    .replace('name: Application', 'name: Application\n  timeout: soon')
    .replace('component: web', 'components: web');
  const { problems } = await preparePlan(plan, 'plan.yaml', worldOf(FILES));
  expect(problems.filter((p) => p.severity === 'error').map((p) => p.path)).toEqual([
    'component',
    'components',
    'phases[1].timeout',
    'phases[1].validation_commands[0]',
  ]);
});

test('no problem shows the secret it is about', async () => {
  const files = {
    ...FILES,
    'web.yaml': `${deployment('web', '          env: [{name: DB_PASSWORD, value: hunter22}]\n')}---\napiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata: {password: aHVudGVyMjI=}\n`,
  };
  const plan = swap(CHECK, 'curl --password hunter22 http://web');
  const { problems } = await preparePlan(plan, 'plan.yaml', worldOf(files));
  expect(problems.length).toBeGreaterThan(2);
  expect(JSON.stringify(problems)).not.toMatch(/hunter22|aHVudGVyMjI/);
});
