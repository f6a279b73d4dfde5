import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCriterion } from '../criteria/index.ts';
import { parseReference } from '../images/index.ts';
import { parseCommand } from '../shell/index.ts';
import { parsePlan } from './parse.ts';
import { preparePlan } from './prepare.ts';
import { FILES, GOOD, worldWith } from './world.records.ts';

const CHECK = 'kubectl rollout status deployment/web --timeout=60s';
const world = worldWith({ parseCommand, parseCriterion, parseReference })(FILES);
const good: { phase_2: Record<string, unknown> } = parse(GOOD);
const withPhase = (more: Record<string, unknown>) => ({ ...good, phase_2: { ...good.phase_2, ...more } });
const phase = (more: Record<string, unknown>) => parsePlan(withPhase(more)).plan?.phases[1];

test('asked of the whole phase or of one command: the same plan', async () => {
  const whole = withPhase({ validation_commands: [CHECK], must_fail_before: true });
  const one = withPhase({ validation_commands: [{ command: CHECK, must_fail_before: true }] });
  const [a, b] = [await preparePlan(whole, 'plan.yaml', world), await preparePlan(one, 'plan.yaml', world)];
  expect(a.problems.filter((p) => p.severity === 'error')).toEqual([]);
  expect(a.prepared?.digest).toBe(b.prepared?.digest);
  expect(a.prepared?.summary).toContain('before applying: each has to fail');
});

test('only the commands that ask for it are run before', () => {
  const other = 'kubectl get deployment web';
  const read = phase({ validation_commands: [other, { command: CHECK, must_fail_before: true }] });
  expect(read).toMatchObject({ validation_commands: [other, CHECK], must_fail_before: [CHECK] });
});

test('a plan that does not ask has the digest it always had', () => {
  expect(phase({ validation_commands: [CHECK] })).not.toHaveProperty('must_fail_before');
  expect(phase({ validation_commands: [{ command: CHECK, must_fail_before: false }] })).toEqual(
    phase({ validation_commands: [CHECK] }),
  );
});

test('nothing can be run before others apply', async () => {
  const { problems } = await preparePlan(withPhase({ delivery: 'gitops', must_fail_before: true }), 'plan.yaml', world);
  expect(problems).toContainEqual(expect.objectContaining({ path: 'phases[1].must_fail_before', severity: 'error' }));
});

test.each([[{ must_fail_before: 'yes' }], [{ validation_commands: [{ command: CHECK, must_fail: true }] }]])(
  'what is not in its form is an error: %j',
  (more) => {
    expect(parsePlan(withPhase(more)).problems.map((p) => p.severity)).toContain('error');
  },
);
