import { called, type Removal } from '../apply/index.ts';
import { type Evidence, excerpt } from '../bullets/evidence.ts';
import type { CriterionStanding } from '../bullets/standing.ts';
import type { Failure } from '../objects/index.ts';
import { defined } from '../workflow/defined.ts';
import type { PlacedObject, Verdict } from '../workflow/index.ts';
import type { Offered } from './learnings.ts';
import type { Output } from './tracer-bullet.answer.ts';

export type Told = {
  readonly name: string;
  readonly verdict: Verdict;
  readonly failure: Failure | undefined;
  readonly criteria: readonly CriterionStanding[];
  /** Of a pass: what was seen of each item that it is about. */
  readonly shown: readonly { readonly subject: string; readonly message: string }[];
  readonly placed: readonly PlacedObject[];
  readonly evidence: Evidence | undefined;
  readonly digest: string;
  readonly appliedAt: string | undefined;
  readonly readyAt: string | undefined;
  readonly durationMs: number;
  readonly removal: Removal | 'kept' | undefined;
  readonly warnings: readonly string[];
  readonly hints: readonly string[];
  readonly learnings: readonly Offered[] | undefined;
};

const WIRE = { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' } as const;

/** A finished bullet → the tool's answer: the verdict, why, and what leads on. Big parts are behind the evidence's digest. */
export function answerOf(told: Told): Output {
  const { verdict, failure, placed, evidence, digest, appliedAt, readyAt } = told;
  const { events, conditions, logs } = evidence === undefined ? NOTHING : excerpt(evidence);
  return defined<Output>({
    status: WIRE[verdict.status],
    assumption: told.name,
    reason: verdict.reason,
    message: verdict.message,
    failure: failure === undefined ? undefined : { ...failure, message: failure.message.slice(0, FAILURE_CHARACTERS) },
    duration_ms: told.durationMs,
    evidence: defined<Output['evidence']>({ id: digest, events, conditions, logs }),
    resources: placed.map(({ apiVersion, kind, name, namespace, uid }) =>
      defined<Output['resources'][number]>({ ref: `${apiVersion}/${called({ kind, name })}`, namespace, uid }),
    ),
    applied_at: appliedAt,
    ready_at: readyAt,
    criteria: told.criteria,
    seen: verdict.status === 'pass' ? told.shown : undefined,
    cleanup: cleanupOf(told.removal),
    recommendations: recommendationsOf(told),
    warnings: told.warnings.length === 0 ? undefined : told.warnings.slice(0, 5),
    learnings: told.learnings,
  });
}

const FAILURE_CHARACTERS = 800;
const NOTHING = { events: undefined, conditions: undefined, logs: undefined };

function cleanupOf(removal: Told['removal']): Output['cleanup'] {
  if (removal === undefined) return { deleted: [], verified: true, remaining: [] };
  if (removal === 'kept') return { deleted: [], verified: false, kept: true, remaining: [] };
  return defined<Output['cleanup']>({
    deleted: removal.deleted.map(called),
    verified: removal.verified,
    remaining: removal.remaining.map(({ ref, uid, finalizers, why }) =>
      defined<Output['cleanup']['remaining'][number]>({ object: called(ref), uid, finalizers, why }),
    ),
    not_looked_for: removal.unseen.length === 0 ? undefined : removal.unseen,
  });
}

function recommendationsOf({ verdict, failure, removal, warnings, hints }: Told): string[] {
  const said: string[] = [];
  if (failure !== undefined) said.push(failure.action);
  if (verdict.status === 'fail') {
    said.push(
      'record what was learnt (record-research), adjust the assumption or its items, look again (cluster-reality-check), then fire again',
    );
  }
  if (removal !== undefined && removal !== 'kept' && !removal.verified) {
    said.push('Gate 0 holds until what remains is gone: see who holds it under cleanup.remaining');
  }
  if (removal === 'kept') said.push('the objects stay until the deployment ends');
  if (warnings.length > 0) said.push(`the API server warned: ${warnings[0]}`);
  return [...said, ...hints];
}
