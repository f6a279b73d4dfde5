import type { Finding } from '../assumptions/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import type { FactOf } from '../workflow/index.ts';

type Observed = FactOf<'observed'>;

/** What is the same for all observations of a run at one place: asked once. */
export type Stamp = Pick<Observed, 'at' | 'identity' | 'run' | 'via'>;

export async function stamp(run: ReadingRun, via: string, namespace?: string): Promise<Stamp> {
  const [at, identity] = [await run.place(namespace), await run.identity()];
  return { at, identity, run: run.id, via };
}

/** What was found → the observation that goes on record, with its evidence kept by digest. */
export async function observation(run: ReadingRun, by: Stamp, finding: Finding): Promise<Observed> {
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
