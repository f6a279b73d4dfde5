import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiFailure, Reader, Writer } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { isOf } from './marks.ts';
import { address, refOf } from './ref.ts';

export type Refusal = { readonly ref: PlacedObject; readonly error: ApiFailure };

export type DryRun = {
  /** As the server would store them, in the order given. */
  readonly objects: readonly KubeObject[];
  readonly refused: readonly Refusal[];
  readonly warnings: readonly string[];
};

/** What the server, its admission and its quota would say to each object alone. Changes nothing. */
export async function dryRunAll(reader: Reader, objects: readonly KubeObject[]): Promise<DryRun> {
  const answers = await Promise.all(objects.map((object) => reader.dryRun(object, { verb: 'create' })));
  const refused: Refusal[] = [];
  const would: KubeObject[] = [];
  const warnings: string[] = [];
  for (const [index, answer] of answers.entries()) {
    const object = objects[index];
    if (object === undefined) continue;
    if (answer.ok) {
      would.push(answer.value.object);
      warnings.push(...answer.value.warnings);
    } else {
      refused.push({ ref: refOf(object), error: answer.error });
    }
  }
  return { objects: would, refused, warnings: [...new Set(warnings)] };
}

export type CreateOptions = {
  readonly run: string;
  /** Asked before each create and awaited: what may come into being is on record before it can. */
  intended(ref: PlacedObject): Promise<void>;
  created(ref: PlacedObject, object: KubeObject): Promise<void>;
  readonly signal?: AbortSignal;
};

export type Creation = {
  readonly created: readonly KubeObject[];
  readonly warnings: readonly string[];
  /** What ended it; what comes after it was not tried. */
  readonly failed?: Refusal;
  readonly notTried: readonly PlacedObject[];
};

/**
 * Creates new objects in the order given, one after another, and stops at the first that can't be. An object that is
 * there already is never touched: POST doesn't.
 */
export async function createAll(
  writer: Writer,
  objects: readonly KubeObject[],
  options: CreateOptions,
): Promise<Creation> {
  const created: KubeObject[] = [];
  const warnings: string[] = [];
  for (const [index, object] of objects.entries()) {
    if (options.signal?.aborted) return { created, warnings, notTried: rest(index) };
    const ref = refOf(object);
    await options.intended(ref);
    const answer = await createOne(writer, object, ref, options);
    if ('error' in answer) return { created, warnings, failed: answer, notTried: rest(index + 1) };
    created.push(answer.object);
    warnings.push(...answer.warnings);
    await options.created(refOf(answer.object), answer.object);
  }
  return { created, warnings: [...new Set(warnings)], notTried: [] };

  function rest(from: number) {
    return objects.slice(from).map((object) => refOf(object));
  }
}

const ATTEMPTS = 4;
const PAUSE_MS = 400;

/**
 * Without an answer it may have been carried out, or not: it is looked for, and tried again. Its name is nobody else's, so
 * whichever of the attempts came through, there is one object, and its marks say that it is ours.
 */
async function createOne(
  writer: Writer,
  object: KubeObject,
  ref: PlacedObject,
  { run }: CreateOptions,
): Promise<{ object: KubeObject; warnings: readonly string[] } | Refusal> {
  for (let attempt = 1; ; attempt++) {
    const answer = await writer.create(object);
    if (answer.ok) return answer.value;
    const { error } = answer;
    if (!isSilence(error) && error.reason !== 'AlreadyExists' && error.status < 500) return { ref, error };
    const there = await writer.getIfThere(address(ref));
    if (there.ok && there.value !== undefined && isOf(there.value, run)) return { object: there.value, warnings: [] };
    if (!isSilence(error) || attempt >= ATTEMPTS) return { ref, error };
    await sleep(PAUSE_MS * attempt);
  }
}

/** No answer, or a go-between's: the API server's own 500 is a word about the object (a webhook that can't be called). */
const isSilence = ({ status }: ApiFailure): boolean => status === 0 || (status > 500 && status < 600);
