import { called, type Removal } from '../apply/index.ts';
import type { Failure } from '../objects/index.ts';
import type { PlacedObject, Verdict } from '../workflow/index.ts';
import { type Evidence, excerpt } from './evidence.ts';

/** One criterion and how it stood at the end. */
export type CriterionStanding = {
  readonly text: string;
  readonly holds: boolean;
  readonly because: string;
  /** It can not hold any more, whatever happens. */
  readonly final?: true;
};

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
};

const WIRE = { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' } as const;

/** A finished shot → the tool's answer: the verdict, why, and the way on. Big parts are behind the evidence's digest. */
export function answerOf(told: Told) {
  const { verdict, failure, placed, evidence, digest, appliedAt, readyAt } = told;
  const recommendations = recommendationsOf(told);
  return {
    status: WIRE[verdict.status],
    reason: verdict.reason,
    ...(failure === undefined ? {} : { failure: { ...failure, message: failure.message.slice(0, 800) } }),
    duration_ms: told.durationMs,
    evidence: { id: digest, ...(evidence === undefined ? {} : excerpt(evidence)) },
    resources: placed.map((ref) => ({
      ref: `${ref.apiVersion}/${called(ref)}`,
      namespace: ref.namespace,
      uid: ref.uid,
    })),
    ...(appliedAt === undefined ? {} : { applied_at: appliedAt }),
    ...(readyAt === undefined ? {} : { ready_at: readyAt }),
    criteria: told.criteria.map((standing) => ({ ...standing })),
    ...(verdict.status === 'pass' ? { seen: told.shown.map((item) => ({ ...item })) } : {}),
    cleanup: cleanupOf(told.removal),
    recommendations,
    ...(told.warnings.length === 0 ? {} : { warnings: told.warnings.slice(0, 5) }),
    summary: summaryOf(told, recommendations),
  };
}

function cleanupOf(removal: Told['removal']) {
  if (removal === undefined) return { deleted: [], verified: true, remaining: [] };
  if (removal === 'kept') return { deleted: [], verified: false, kept: true, remaining: [] };
  return {
    deleted: removal.deleted.map(called),
    verified: removal.verified,
    remaining: removal.remaining.map((r) => ({
      object: called(r.ref),
      uid: r.uid,
      finalizers: r.finalizers,
      why: r.why,
    })),
    ...(removal.unseen.length === 0 ? {} : { not_looked_for: removal.unseen }),
  };
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

function summaryOf(told: Told, recommendations: readonly string[]): string {
  const { verdict, failure, criteria, durationMs, removal, evidence } = told;
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  const head = `${WIRE[verdict.status]} in ${seconds}: ${told.name}`;
  // The sentence is the agent's; what was seen is what counts.
  const seen = told.shown.map(({ subject, message }) => `${subject.replace(/^\w+:/, '')}: ${message}`);
  const why =
    verdict.status === 'pass'
      ? `seen: ${seen.length === 0 ? 'that the criteria hold, nothing of the items by themselves' : seen.join('; ')}`
      : failure === undefined
        ? verdict.message
        : `${failure.type}/${failure.reason}: ${failure.message.slice(0, 500)}`;
  const list = criteria.map((c) => `${c.holds ? '✓' : '✗'} ${c.text}: ${c.because}`);
  const events = verdict.status === 'pass' || evidence === undefined ? [] : excerpt(evidence).events.slice(-2);
  const clean =
    removal === undefined
      ? 'nothing was created'
      : removal === 'kept'
        ? 'kept on purpose'
        : removal.verified
          ? `${removal.deleted.length} objects deleted, verified gone`
          : `NOT clean: ${removal.remaining.map((r) => `${called(r.ref)}: ${r.why}`).join('; ')}`;
  return [
    head,
    why,
    ...list,
    ...events.map((e) => `event: ${e}`),
    `clean-up: ${clean}`,
    `evidence: ${told.digest}`,
    ...(verdict.status === 'pass' ? [] : recommendations.slice(0, 2).map((r) => `→ ${r}`)),
  ].join('\n');
}
