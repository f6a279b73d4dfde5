import { type Removal, settle, shown } from '../apply/index.ts';
import { aimOf, contained } from '../bullets/about.ts';
import { alreadyTrue, criteriaOver, proofOfAll, readCriteria, subjectsOf } from '../bullets/criteria.ts';
import { gather } from '../bullets/evidence.ts';
import { judgeBy } from '../bullets/judging.ts';
import { cancelled, type Outcome, rejected } from '../bullets/outcome.ts';
import { cleanUp, fire, judge, placement, prepare, unsafe } from '../bullets/shot.ts';
import { readSpec } from '../bullets/spec.ts';
import { canonicalImage, factsOf, itemsShown, notShown } from '../bullets/verdicts.ts';
import type { Reader } from '../cluster/index.ts';
import type { ToolRun } from '../engine/tool.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { secretValuesOf } from '../redaction/index.ts';
import { durationMs } from '../workflow/duration.ts';
import { type Deployment, type Refusal, refuse } from '../workflow/index.ts';
import { answerOf } from './bullet-answer.ts';
import { learningsOn } from './learnings.ts';
import type { Output } from './tracer-bullet.answer.ts';
import type { Input } from './tracer-bullet.ts';

/** Reads the input, judges it, fires, watches, keeps the evidence, cleans up, records, answers. */
export const run: ToolRun<'tracer-bullet', Input, Output> = async (input, run) => {
  const d = await run.current();
  const timeoutMs = timeoutOf(input.timeout, run.policy.bullet_timeout_max);
  if (typeof timeoutMs !== 'number') return no(timeoutMs);
  const aim = aimOf(d, input.assumption);
  if ('code' in aim) return no(aim);
  const spec = readSpec(input.minimal_spec);
  if (!spec.ok) return no(spec.refusal);
  const { about, missing } = contained(aim, spec.objects, canonicalImage);
  if (missing.length > 0) return no(notContained(aim.item.name, missing));
  const readable = readCriteria(input.success_criteria, subjectsOf(spec.objects));
  if ('code' in readable) return no(readable);

  await run.writer();
  // Creating and cleaning up go on when the run is cancelled: what may be there must be known and taken out.
  const writer = (await run.cluster()).under(undefined).writer();
  const namespace = firingNamespace(d, spec.objects);
  const shot = await prepare(writer, spec.objects, {
    deployment: d.id,
    run: run.id,
    namespace,
    elsewhere: d.target.proving_namespace === undefined ? [] : d.target.namespaces.map((n) => n.name),
    expires: new Date(Date.parse(run.now()) + timeoutMs + EXPIRES_AFTER_MS).toISOString(),
  });
  const danger = await unsafe(writer, shot, run);
  if (danger !== undefined) return no(danger);
  // Again, now that the objects have their own names; what was called what is known to both.
  const read = readCriteria(input.success_criteria, subjectsOf(shot.objects, shot.names));
  if ('code' in read) return no(read);
  const criteria = criteriaOver(writer, read.predicates);

  const started = Date.now();
  run.progress('asking the API server what it would make of it (dry run)');
  const judged = await judge(writer, shot);
  if (judged.kind === 'refusal') return no(judged.refusal);
  const early = judged.kind === 'accepted' ? alreadyTrue(read.predicates, judged.would, about) : undefined;
  if (early !== undefined) return no(early);

  const fired = judged.kind === 'accepted' ? await fire(writer, shot, run) : undefined;
  const placed = fired?.placed ?? [];
  if (fired?.refusal !== undefined) {
    await cleanUp(writer, placed, run);
    return no(fired.refusal);
  }
  const appliedAt = run.now();
  const watched = async (roots: readonly KubeObject[]): Promise<Outcome> => {
    const { evaluate, conclude } = judgeBy(criteria.standings, Date.now(), timeoutMs, writer, (sight) =>
      notShown(d, about, sight),
    );
    const { signal, progress } = run;
    return conclude(await settle(writer, { roots, timeoutMs, signal, progress, evaluate }));
  };
  const outcome: Outcome =
    judged.kind === 'rejected'
      ? rejected(judged.failure)
      : fired?.failure !== undefined
        ? rejected(fired.failure)
        : run.signal.aborted
          ? cancelled()
          : await watched(fired?.created ?? []);
  const { verdict, failure, standings, sight } = outcome;
  const decidedAt = new Date().toISOString();
  const readyAt = verdict.status === 'pass' ? new Date(outcome.at).toISOString() : undefined;

  const evidence = sight === undefined ? undefined : await gather(writer, sight, shot.objects.flatMap(secretValuesOf));
  const digest = await run.put(
    JSON.stringify({
      assumption: aim.item.name,
      about,
      namespace,
      sent: shot.objects.map(shown),
      verdict,
      failure,
      criteria: standings,
      ...(shot.objects.some((object) => object.kind === 'Secret')
        ? {}
        : { fired: { minimal_spec: input.minimal_spec, success_criteria: criteria.texts } }),
      applied_at: appliedAt,
      ...(readyAt === undefined ? {} : { ready_at: readyAt }),
      decided_at: decidedAt,
      ...evidence,
    }),
  );
  /** Kept on purpose only when the shot was decided: a cancelled one cleans up whatever was asked for. */
  const finish = async (): Promise<Removal | 'kept' | undefined> => {
    if (placed.length === 0) return undefined;
    if (input.cleanup !== false || verdict.reason === 'Cancelled') return cleanUp(writer, placed, run);
    await run.record(...placed.map((ref) => placement(run.id, ref, 'created', true)));
    return 'kept';
  };

  const record = async () => {
    const facts = factsOf(d, {
      aim,
      about,
      verdict,
      place: await run.place(namespace),
      asked: `${shot.objects.map((o) => o.kind).join(', ')} in ${namespace}: ${criteria.texts.join('; ')}`,
      run: run.id,
      identity: await run.identity(),
      body: digest,
      proof: proofOfAll(read.predicates, judged.kind === 'accepted' ? judged.would : shot.objects),
      sight,
    });
    const lost = await run.record(...facts);
    // The lease is over: what was seen stays true, but it opens nothing any more.
    if (lost !== undefined) await run.record(...facts.filter((fact) => fact.type === 'observed'));
  };
  const removal = await finish();
  if (verdict.reason !== 'Cancelled') await record();
  return {
    kind: 'answer',
    value: answerOf({
      name: aim.item.name,
      verdict,
      failure,
      criteria: standings,
      shown: verdict.status === 'pass' && sight !== undefined ? itemsShown(d, about, sight) : [],
      placed,
      evidence,
      digest,
      appliedAt: fired === undefined ? undefined : appliedAt,
      readyAt,
      durationMs: outcome.at - started,
      removal,
      warnings: [...judged.warnings, ...(fired?.warnings ?? [])],
      hints: await hintsOn(writer, shot.objects),
      learnings: await learningsOn(run, failure && { ...failure, about }),
    }),
  };
};

/** The proving namespace where there is one; else the one of the deployment's namespaces that the documents name. */
function firingNamespace({ target }: Deployment, objects: readonly KubeObject[]): string {
  const named = new Set(objects.flatMap((object) => object.metadata.namespace ?? []));
  const [only] = named;
  const own = named.size === 1 && target.namespaces.some((n) => n.name === only) ? only : undefined;
  return target.proving_namespace ?? own ?? target.namespace;
}

/** On OpenShift a bare Pod is judged by the rights of whoever creates it, a workload's by its service account's. */
async function hintsOn(reader: Reader, objects: readonly KubeObject[]): Promise<string[]> {
  if (!objects.some((object) => object.kind === 'Pod')) return [];
  const discovery = await reader.discovery();
  const openshift = discovery.ok && discovery.value.group('security.openshift.io') !== undefined;
  return openshift
    ? [
        "on OpenShift a bare Pod is admitted by your own SCCs; fire a Deployment or Job to see what its service account's allow",
      ]
    : [];
}

/** How long after its time limit someone else may take a bullet's objects for forgotten. */
const EXPIRES_AFTER_MS = 10 * 60_000;
const DEFAULT_TIMEOUT_MS = 120_000;

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

function timeoutOf(text: string | undefined, most: string): number | Refusal {
  const mostMs = durationMs(most) ?? 300_000;
  const ms = text === undefined ? Math.min(DEFAULT_TIMEOUT_MS, mostMs) : durationMs(text);
  if (ms === undefined) return refuse('BAD_INPUT', `timeout: "${text}" is no duration; give one like "120s".`);
  if (ms < 1000) return refuse('BAD_INPUT', 'timeout: at least 1s.');
  if (ms > mostMs) {
    return refuse('BAD_INPUT', `timeout: at most ${most} (bullet_timeout_max in the operator's policy.yaml).`);
  }
  return ms;
}

const notContained = (name: string, missing: readonly string[]): Refusal =>
  refuse(
    'BAD_INPUT',
    `minimal_spec: "${name}" is about ${missing.join(', ')}, which it does not contain; a bullet proves only what it fires.`,
  );
