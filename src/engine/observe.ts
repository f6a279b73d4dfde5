import { type Fact, type FactOf, plan, type Verdict } from '../workflow/index.ts';
import { type ReadingRun, Refused } from './tool.ts';

type Observed = FactOf<'observed'>;

/** What was found, with the evidence that is kept by its digest. */
export type Seen = Pick<Observed, 'subject' | 'verdict' | 'asked' | 'facet' | 'uid'> & {
  readonly evidence: unknown;
  readonly deferrable?: boolean;
};

/** What is the same for all observations of a run at one place: asked once. */
export type Stamp = Pick<Observed, 'at' | 'identity' | 'run' | 'via'>;

export async function stamp(run: ReadingRun, via: string, namespace?: string): Promise<Stamp> {
  const [at, identity] = [await run.place(namespace), await run.identity()];
  return { at, identity, run: run.id, via };
}

/** What was found → the observation that goes on record, with its evidence kept by digest. */
export async function observation(run: ReadingRun, by: Stamp, finding: Seen): Promise<Observed> {
  const { subject, verdict, asked, evidence } = finding;
  const body = await run.put(JSON.stringify({ asked, at: run.now(), by: by.identity, verdict, evidence }));
  return {
    type: 'observed',
    ...by,
    subject,
    verdict,
    asked,
    body,
    ...(finding.deferrable === true ? { deferrable: true } : {}),
    ...(finding.facet === undefined ? {} : { facet: finding.facet }),
    ...(finding.uid === undefined ? {} : { uid: finding.uid }),
  };
}

/** What can't be written down beforehand is not done: throws the ledger's refusal. */
export async function recordFirst(run: ReadingRun, fact: Fact): Promise<void> {
  const refusal = await run.record(fact);
  if (refusal !== undefined) throw new Refused(refusal);
}

/** What Stage V asks of everything that was deployed. */
export type Proof = {
  readonly subject: 'validation' | 'rollback-test';
  readonly verdict: Verdict;
  readonly asked: string;
  readonly evidence: unknown;
  /** The rollback was tried for real, of this phase. */
  readonly facet?: 'rehearsed';
  readonly about?: readonly string[];
};

/** Puts it on record, bound to the plan as it is now; answers the digest of its evidence. */
export async function recordProof(run: ReadingRun, via: string, proof: Proof): Promise<string> {
  const d = await run.current();
  const { facet, about, ...finding } = proof;
  const observed = await observation(run, await stamp(run, via), finding);
  await run.record({
    ...observed,
    bound: plan(d)?.digest ?? '',
    ...(facet === undefined ? {} : { facet }),
    ...(about === undefined ? {} : { about: [...about] }),
  });
  return observed.body ?? '';
}
