import type { ToolRun } from '../engine/tool.ts';
import { destructiveRollbacks } from '../phases/before.ts';
import { shortOf } from '../phases/capacity.ts';
import { surroundings } from '../phases/look.ts';
import { makesOf } from '../phases/makes.ts';
import { plannedRollbackLines, plannedRollbacks } from '../phases/plan-rollback.ts';
import { refusedPods } from '../phases/pods-refused.ts';
import { prepared as preparedPlan, worldOf } from '../phases/prepare.ts';
import { rehearse } from '../phases/rehearse.ts';
import { absentSecrets } from '../phases/secrets-absent.ts';
import { type StoredPlan, storedPlan } from '../phases/stored.ts';
import { differenceText, type Prepared, type Problem } from '../plan/index.ts';
import { defined } from '../workflow/defined.ts';
import {
  plan as currentPlan,
  type Deployment,
  type Fact,
  itemsOf,
  planSkeleton,
  type Refusal,
  refuse,
} from '../workflow/index.ts';
import { namespacesOf, scriptsOf } from './review/review.ts';
import type { Output } from './submit-plan.answer.ts';
import type { Input } from './submit-plan.ts';

/** A plan is read, checked, tried against the server and, when nothing is wrong with it, recorded. All problems come at once. */
export const run: ToolRun<'submit-plan', Input, Output> = async (input, run) => {
  const d = await run.current();
  const world = await worldOf(run, d);
  const own = input.plan === undefined && input.plan_file === undefined ? await planLike(run, d) : input.plan;
  if (own === undefined && input.plan_file === undefined) return startFrom(d);
  if (input.plan !== undefined && input.plan_file !== undefined) {
    return no(refuse('BAD_INPUT', 'plan, plan_file: both are given; give one of them.'));
  }
  const file = input.plan_file;
  if (file !== undefined && !(await world.files.inside(file)))
    return no(refuse('BAD_INPUT', `plan_file: ${file} is outside the workspace ${d.started.workspace}.`));
  const text = file === undefined ? own : await world.files.read(file);
  if (text === undefined)
    return no(refuse('BAD_INPUT', `plan_file: there is no file ${file} in ${d.started.workspace}.`));

  const before = currentPlan(d) === undefined ? undefined : await storedPlan(run, d);
  const previous = before === undefined || 'code' in before ? undefined : before.loaded;
  const read = await preparedPlan(run, d, text, file ?? 'plan', previous);
  if (read.prepared === undefined) return invalid(read.problems);
  run.progress('trying every manifest with a server-side dry run');
  const tried = await rehearse(await run.reader(), read.prepared.loaded, d.target.namespace);
  const short = await shortOf(run, read.prepared.loaded, tried.tried, d.target.namespace);
  const secrets = await absentSecrets(await run.reader(), d, read.prepared.loaded);
  const destructive = await destructiveRollbacks(run, world, d, read.prepared.loaded);
  const back = plannedRollbacks(d, read.prepared.loaded, tried.tried, await makesOf(run, d));
  const pods = await refusedPods(await run.reader(), read.prepared.loaded, d.target.namespace);
  const problems = [
    ...read.problems,
    ...tried.problems,
    ...pods,
    ...destructive,
    ...back.problems,
    ...short,
    ...secrets,
  ];
  if (problems.some((p) => p.severity === 'error')) return invalid(problems, read.prepared);

  const { prepared } = read;
  const reader = await run.reader();
  const summary = [
    prepared.summary,
    '## What would change in the cluster',
    tried.changes.map((c) => `- ${c}`).join('\n') || 'Nothing.',
    '## What a rollback does to each object',
    plannedRollbackLines(back.phases).join('\n') || 'No object is applied by this server.',
    ...(secrets.length === 0
      ? []
      : ['## Secrets that are not there yet', secrets.map((s) => `- ${s.message}`).join('\n')]),
  ].join('\n\n');
  const stored: StoredPlan = {
    loaded: prepared.loaded,
    plan: prepared.loaded.plan,
    summary,
    tried: tried.tried,
    rollback: back.phases,
    look: { at: run.now(), looked: tried.looked, around: await surroundings(reader, namespacesOf(d)) },
    scripts: await scriptsOf(prepared.loaded, world.files),
    notes: problems.map((p) => `${p.path}: ${p.message}`),
    ...(file === undefined ? {} : { file }),
  };
  const body = await run.put(JSON.stringify(stored));
  const refusal = await run.record(await plannedFact(d, prepared, body, file));
  if (refusal !== undefined) return no(refusal);
  const uncovered = prepared.uses.filter((subject) => !d.items.has(subject) && !d.observations.has(subject));
  const { difference } = prepared;
  return answer({
    status: 'VALID',
    digest: prepared.digest,
    problems,
    without_evidence: uncovered.length === 0 ? undefined : uncovered,
    changes: difference === undefined ? undefined : { phases_kept: difference.keeps },
    difference: difference === undefined ? undefined : differenceText(difference),
    plan: summary,
  });
};

const answer = (value: Parameters<typeof defined<Output>>[0]) =>
  ({ kind: 'answer', value: defined<Output>(value) }) as const;

/** The plan that start-deployment made of the completed deployment and the change, until one was submitted. */
async function planLike(run: Parameters<typeof storedPlan>[0], d: Deployment): Promise<string | undefined> {
  const made = d.started.like?.plan;
  return made === undefined || currentPlan(d) !== undefined ? undefined : run.get(made);
}

/** Nothing was submitted: what a plan for this deployment looks like, from what is on record. */
const startFrom = (d: Deployment) =>
  answer({ status: 'INVALID', problems: [], skeleton: planSkeleton(d), source: currentPlan(d)?.source });

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

const invalid = (problems: readonly Problem[], prepared?: Prepared['prepared']) =>
  answer({ status: 'INVALID', digest: prepared?.digest, problems });

async function plannedFact(
  d: Deployment,
  prepared: NonNullable<Prepared['prepared']>,
  body: string,
  file: string | undefined,
): Promise<Fact> {
  const { plan } = prepared.loaded;
  // An API that a phase's own CRD brings is proven by that phase's gate, when the research says so.
  const provided = new Set(
    itemsOf(d, 'api')
      .filter((i) => i.provided_by === 'plan')
      .map((i) => i.subject),
  );
  return {
    type: 'planned',
    digest: prepared.digest,
    body,
    cumulative: [...prepared.cumulative],
    uses: [...prepared.uses],
    custom: prepared.custom.filter((subject) => !provided.has(subject)),
    phases: plan.phases.map((p) => ({
      number: p.number,
      name: p.name,
      commit: p.commit,
      delivery: p.delivery,
      irreversible: p.irreversible.length > 0,
    })),
    ...(plan.estimated_minutes === undefined ? {} : { estimated_minutes: plan.estimated_minutes }),
    ...(file === undefined ? {} : { source: file }),
  };
}
