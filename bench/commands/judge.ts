import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseCriterion } from '../../src/criteria/index.ts';
import { judge } from '../../src/guard/judge.ts';
import type { Permit } from '../../src/guard/permits.ts';
import { parseReference } from '../../src/images/index.ts';
import { preparePlan } from '../../src/plan/index.ts';
import { FILES, GOOD, worldWith } from '../../src/plan/world.records.ts';
import { parseCommand } from '../../src/shell/index.ts';
import type { CommandCase, Outcome } from './case.ts';

const lines = z.object({ stop: z.array(z.string()), pass: z.array(z.string()) });
/** The table of the hook's lines, and the files that lie in the folder where they run. */
export const TABLE = z
  .strictObject({
    files: z.record(z.string(), z.string()),
    before_approval: lines,
    in_phase: lines,
    nothing_open: lines,
    public: lines,
  })
  .parse(parse(readFileSync(join(import.meta.dirname, '..', '..', 'plugin', 'hooks', 'commands.table.yaml'), 'utf8')));

export const OPEN: Permit = {
  deployment: 'web-1',
  component: 'web',
  context: 'kind-shop',
  namespaces: ['web'],
  stage: 'research',
  gate: 'R',
  open: ['apis-verified'],
  next: [{ tool: 'cluster-reality-check', arguments: { deployment: 'web-1' } }],
  phase_objects: [],
};

/** The data folder that the cases name. */
export const CASE_HOME = '/srv/clone/home1';

/** A folder with the table's files. */
export function workspace(): { readonly cwd: string; readonly remove: () => void } {
  const cwd = mkdtempSync(join(tmpdir(), 'commands-'));
  for (const [name, text] of Object.entries(TABLE.files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  return { cwd, remove: () => rmSync(cwd, { recursive: true, force: true }) };
}

/** What is open: nothing, a deployment before Gate P, or one in a phase with these objects. */
export function permitsOf(state: string): readonly Permit[] {
  if (state === '') return [OPEN];
  if (state === 'nothing open') return [];
  const objects = /^in phase,\s*(.+)$/.exec(state)?.[1];
  if (objects === undefined) throw new Error(`"${state}" is not a state`);
  return [{ ...OPEN, stage: 'implement', gate: 'I', phase: 2, phase_objects: objects.split(/[,\s]+/) }];
}

export type Judged = { readonly outcome: Outcome; readonly because: string };

export async function judgeCase(one: CommandCase, cwd: string): Promise<Judged> {
  if (one.judge === 'plan-validation') return judgePlan(one.line, 'validation');
  if (one.judge === 'plan-rollback') return judgePlan(one.line, 'rollback');
  const because = judge(one.line, { cwd, permits: permitsOf(one.state), home: CASE_HOME });
  if (because === undefined) return { outcome: 'pass', because: '' };
  return { outcome: /is for a person/.test(because) ? 'stop (person)' : 'stop', because };
}

export const holds = ({ outcomes }: CommandCase, { outcome }: Judged): boolean =>
  outcomes.includes(outcome) ||
  (outcome === 'stop (person)' && outcomes.includes('stop')) ||
  (outcome === 'note' && outcomes.includes('accept'));

const world = worldWith({ parseCommand, parseCriterion, parseReference })(FILES, { programExists: () => true });

/** A good plan with this command in it: what is said at the command's own place. */
async function judgePlan(line: string, use: 'validation' | 'rollback'): Promise<Judged> {
  const plan: unknown = parse(GOOD);
  const read = z.looseObject({ phase_2: z.looseObject({}) }).parse(plan);
  const phase =
    use === 'validation'
      ? { ...read.phase_2, validation_commands: [line] }
      : { ...read.phase_2, rollback: ['undo', line] };
  const { problems } = await preparePlan({ ...read, phase_2: phase }, 'plan.yaml', world);
  const path = use === 'validation' ? 'phases[1].validation_commands[0]' : 'phases[1].rollback[1]';
  const own = problems.filter((problem) => problem.path === path);
  const because = own.map((problem) => problem.message).join('; ');
  if (own.some((problem) => problem.severity === 'error')) return { outcome: 'refuse', because };
  return { outcome: own.length > 0 ? 'note' : 'accept', because };
}
