import type { ApiFailure, Reader, Writer } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { ANNOTATION, isOf } from './marks.ts';
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

async function createOne(
  writer: Writer,
  object: KubeObject,
  ref: PlacedObject,
  { run }: CreateOptions,
): Promise<{ object: KubeObject; warnings: readonly string[] } | Refusal> {
  const answer = await writer.create(object);
  if (answer.ok) return answer.value;
  // Without an answer it may have been carried out; and a request sent twice finds its first self.
  if (!uncertain(answer.error)) return { ref, error: answer.error };
  const there = await writer.getIfThere(address(ref));
  if (there.ok && there.value !== undefined && isOf(there.value, run)) return { object: there.value, warnings: [] };
  return { ref, error: answer.error };
}

const uncertain = (error: ApiFailure): boolean =>
  error.status === 0 || error.status >= 500 || error.reason === 'AlreadyExists';

/** The run that an object says it belongs to. */
export const runOf = (object: KubeObject): string | undefined => object.metadata.annotations?.[ANNOTATION.run];
