import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiFailure, Result, Writer } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { address, called, identityOf } from './ref.ts';
import { whyStillThere } from './stuck.ts';

export type Remaining = {
  readonly ref: PlacedObject;
  readonly uid: string | undefined;
  readonly finalizers: readonly string[];
  /** A sentence: who is waited for, or why it could not be deleted. */
  readonly why: string;
};

const POLL_MS = 150;

/** An API server that can't be heard now may be later: asked again until it answers, or the time is up. */
export async function untilHeard<T>(ask: () => Promise<Result<T>>, deadline: number): Promise<Result<T>> {
  for (let pause = 250; ; pause = Math.min(pause * 2, 3000)) {
    const answer = await ask();
    if (answer.ok || !isSilence(answer.error) || Date.now() + pause > deadline) return answer;
    await sleep(pause);
  }
}

const isSilence = ({ status }: ApiFailure): boolean => status === 0 || status === 429 || status >= 500;

/** Waits for all of them at once, to the deadline; what is still there is told with what holds it. */
export async function stillThere(
  writer: Writer,
  refs: readonly PlacedObject[],
  deadline: number,
  refused: ReadonlyMap<string, ApiFailure>,
): Promise<Remaining[]> {
  const checked = await Promise.all(
    refs.map(async (ref): Promise<Remaining | undefined> => {
      for (let pause = POLL_MS; ; pause = Math.min(pause * 1.5, 1000)) {
        const there = await writer.getIfThere(address(ref));
        if (there.ok && (there.value === undefined || there.value.metadata.uid !== ref.uid)) return undefined;
        if (!there.ok && there.error.reason === 'NoKindMatch') return undefined;
        const no = refused.get(keyOf(ref));
        if (Date.now() + pause > deadline || no !== undefined) {
          if (!there.ok) return unreadable(ref, there.error);
          return remaining(ref, there.value, no);
        }
        await sleep(pause);
      }
    }),
  );
  return checked.flatMap((one) => one ?? []);
}

function remaining(ref: PlacedObject, object: KubeObject | undefined, refused: ApiFailure | undefined): Remaining {
  return {
    ref,
    uid: ref.uid,
    finalizers: object?.metadata.finalizers ?? [],
    why:
      refused === undefined
        ? whyStillThere(object)
        : `${called(ref)} could not be deleted: ${refused.reason}: ${refused.message}`,
  };
}

export const unreadable = (ref: PlacedObject, error: ApiFailure): Remaining => ({
  ref,
  uid: ref.uid,
  finalizers: [],
  why: `it could not be seen whether ${called(ref)} is gone: ${error.reason}: ${error.message}`,
});

export const keyOf = (ref: PlacedObject): string => `${identityOf(ref)}/${ref.uid ?? ''}`;
