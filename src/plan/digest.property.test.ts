import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseCriterion } from '../criteria/index.ts';
import { parseReference } from '../images/index.ts';
import { parseCommand } from '../shell/index.ts';
import { planDigest } from './digest.ts';
import { preparePlan } from './prepare.ts';
import { configMap, deployment, FILES, GOOD, worldWith } from './world.records.ts';

const worldOf = worldWith({ parseCommand, parseCriterion, parseReference });

const word = fc.stringMatching(/^[a-z][a-z0-9]{1,10}$/);
const phase = fc.record({
  name: word,
  resources: fc.array(word, { maxLength: 3 }).map((names) => names.map((name) => configMap(name))),
  validation_commands: fc.array(
    word.map((w) => `kubectl get configmap ${w}`),
    { maxLength: 3 },
  ),
  success_criteria: fc.array(
    word.map((w) => `attest: ${w}`),
    { maxLength: 2 },
  ),
  rollback: fc.constant(['undo']),
  commit: fc.constantFrom('before', 'after', 'none'),
  timeout: fc.integer({ min: 1, max: 3600 }).map((s) => `${s}s`),
});
const plan = fc.record({
  phases: fc.array(phase, { minLength: 1, maxLength: 5 }),
  rollback_strategy: word,
  risks: fc.array(word),
});
type Written = typeof plan extends fc.Arbitrary<infer T> ? T : never;

const frame = { component: 'web', target: 'shop', validation: 'none: a test' };
const listed = (p: Written) => ({ ...frame, ...p });
const numbered = ({ phases, ...rest }: Written) => ({
  ...Object.fromEntries(phases.map((one, i) => [`phase_${i + 1}`, one])),
  ...rest,
  ...frame,
});
async function prepared(input: string | object, files: Readonly<Record<string, string>> = FILES) {
  const { prepared, problems } = await preparePlan(input, 'plan', worldOf(files));
  if (prepared === undefined) throw new Error(JSON.stringify(problems));
  return prepared;
}

test('phase_N and phases[], object, YAML and JSON are one plan with one digest', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (p) => {
      const forms = [listed(p), numbered(p), stringify(listed(p)), stringify(numbered(p)), JSON.stringify(numbered(p))];
      const all = await Promise.all(forms.map((form) => prepared(form)));
      expect(new Set(all.map((x) => x.digest)).size).toBe(1);
      expect(new Set(all.map((x) => x.cumulative.join())).size).toBe(1);
    }),
    { numRuns: 40 },
  );
});

test('the digest changes exactly when the content does; what comes before the change keeps its own', async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.nat(4), phase, async (p, where, other) => {
      const index = where % p.phases.length;
      const q = { ...p, phases: p.phases.map((one, i) => (i === index ? other : one)) };
      const [a, b] = [await prepared(listed(p)), await prepared(listed(q))];
      const same = JSON.stringify(p) === JSON.stringify(q);
      expect(a.digest === b.digest).toBe(same);
      expect(a.cumulative.slice(0, index)).toEqual(b.cumulative.slice(0, index));
      for (let i = index; i < p.phases.length; i += 1) expect(a.cumulative[i] === b.cumulative[i]).toBe(same);
    }),
    { numRuns: 60 },
  );
});

test('comments and the order of keys are not content', async () => {
  const [first, ...rest] = GOOD.split('\n');
  const turned = [...rest.slice(0, 2), first, '# a remark', ...rest.slice(2)].join('\n');
  expect((await prepared(turned)).digest).toBe((await prepared(GOOD)).digest);
});

test.each([
  ['a file of a resource', { ...FILES, 'web.yaml': `${FILES['web.yaml']}# remark\n` }, 1],
  ['a file that a command names', { ...FILES, 'web.yaml': deployment('web', '          env: []\n') }, 1],
  ['the first phase', { ...FILES, 'config.yaml': configMap('web-config', 'c') }, 0],
])('an edit of %s after the approval changes the digest from that phase on', async (_what, files, from) => {
  const [a, b] = [await prepared(GOOD), await prepared(GOOD, files)];
  expect(b.digest).not.toBe(a.digest);
  expect(b.cumulative.slice(0, from)).toEqual(a.cumulative.slice(0, from));
  expect(b.cumulative[from]).not.toBe(a.cumulative[from]);
});

test('a script is part of what is approved, and shown as what could not be read', async () => {
  const scripted = GOOD.replace('kubectl get deployment web]', './check.sh, make smoke]');
  const files = { ...FILES, 'check.sh': 'kubectl get deployment web', Makefile: 'smoke:\n\tcurl x\n' };
  const a = await prepared(scripted, files);
  expect(a.loaded.pinned.map((p) => p.path)).toEqual(['Makefile', 'check.sh', 'web.yaml']);
  expect(a.loaded.opaque).toEqual(['./check.sh', 'make smoke']);
  expect((await prepared(scripted, { ...files, 'check.sh': 'exit 0' })).digest).not.toBe(a.digest);
  expect((await prepared(scripted, { ...files, Makefile: 'smoke:\n' })).digest).not.toBe(a.digest);
});

test('lines of one file belong to the phases that name them', async () => {
  const two = `${configMap('web-config')}---\n${deployment('web')}`;
  const lines = two.split('\n').length;
  const ranged = GOOD.replace('resources: [config.yaml]', 'resources: ["all.yaml:1-6"]')
    .replace('    - web.yaml', `    - all.yaml:8-${lines - 1}`)
    .replace('-f config.yaml', 'configmap web-config');
  const a = await prepared(ranged, { ...FILES, 'all.yaml': two });
  const b = await prepared(ranged, { ...FILES, 'all.yaml': two.replace('redis:7', 'redis:8') });
  expect(a.loaded.phases.map((p) => p.manifests.map((m) => m.object.kind))).toEqual([['ConfigMap'], ['Deployment']]);
  expect(a.loaded.phases[1]?.manifests[0]?.from).toMatchObject({ file: 'all.yaml', lines: { from: 8 } });
  expect(b.cumulative[0]).toBe(a.cumulative[0]);
  expect(b.cumulative[1]).not.toBe(a.cumulative[1]);
});

test('half a surrogate pair in a key that was approved keeps nothing from having a digest', async () => {
  const { prepared } = await preparePlan(GOOD, 'plan', worldOf(FILES));
  if (prepared === undefined) throw new Error('the plan is good');
  const plan = { ...prepared.loaded.plan, ...{ 'k\udc00': '\ud800' } };
  expect(planDigest({ ...prepared.loaded, plan })).toMatch(/^[0-9a-f]{64}$/);
});
