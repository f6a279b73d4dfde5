import type { ApiFailure, Writer } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { differences } from './compare.ts';
import { type BeforeImage, dataDigest, imageOf } from './image.ts';
import { address, called } from './ref.ts';

export type Restored =
  /** recreated: it was gone, and stands there again under another UID; what it held is lost. */
  | { readonly status: 'restored' | 'unchanged' | 'recreated'; readonly ref: PlacedObject }
  | { readonly status: 'failed'; readonly ref: PlacedObject; readonly reason: string; readonly message: string };

/** Two writers in between are tolerated; a third means that someone is working against us. */
const ATTEMPTS = 3;

/**
 * Puts an object back as it was before we changed it: every field, removed ones too, with its field managers; status is
 * its controller's. Then looks whether it is so.
 */
export async function restore(writer: Writer, ref: PlacedObject, before: BeforeImage): Promise<Restored> {
  const fail = (reason: string, message: string): Restored => ({ status: 'failed', ref, reason, message });
  for (let attempt = 1; ; attempt++) {
    const live = await writer.getIfThere(address(ref));
    if (!live.ok) return fail(live.error.reason, live.error.message);
    if (before.kind === 'secret') return restoreSecret(writer, ref, before, live.value);
    const image = before.object;
    if (isAnother(ref, live.value)) {
      return differences(image, live.value).length === 0
        ? { status: 'recreated', ref }
        : fail('Recreated', `${called(ref)} was deleted and recreated by someone else; theirs is left alone`);
    }
    const put = await putBack(writer, image, live.value);
    if (put === 'same') return { status: 'unchanged', ref };
    if (!put.ok) {
      if (put.error.reason === 'Conflict' && attempt < ATTEMPTS) continue;
      return fail(put.error.reason, put.error.message);
    }
    const now = await writer.get(address(ref));
    if (!now.ok) return fail(now.error.reason, now.error.message);
    const left = differences(image, now.value);
    if (left.length === 0) return { status: live.value === undefined ? 'recreated' : 'restored', ref };
    return fail('StillDifferent', `${called(ref)} was written back, but differs at ${left.slice(0, 5).join(', ')}`);
  }
}

/** Is the object that stands there now as it was before we changed it? The same UID is not asked for here. */
export function isAsBefore(before: BeforeImage, live: KubeObject): boolean {
  if (before.kind === 'object') return differences(before.object, live).length === 0;
  return dataDigest(live) === before.digest && differences(before.object, imageOf(live).object).length === 0;
}

const isAnother = (ref: PlacedObject, live: KubeObject | undefined): live is KubeObject =>
  live !== undefined && ref.uid !== undefined && live.metadata.uid !== ref.uid;

const annotationsOf = ({ metadata }: KubeObject): Readonly<Record<string, string>> => metadata.annotations ?? {};

/** Creating one of these again runs its work a second time, which putting an object back must not do. */
const RUNS_ONCE: ReadonlySet<string> = new Set(['Job', 'Pod']);
const RUNS_AGAIN: ApiFailure = {
  reason: 'Gone',
  status: 404,
  message: 'it is gone, and creating it again would run its work a second time',
};

type Put = 'same' | { readonly ok: true } | { readonly ok: false; readonly error: ApiFailure };

async function putBack(writer: Writer, image: KubeObject, live: KubeObject | undefined): Promise<Put> {
  const { resourceVersion: _rv, uid: _uid, creationTimestamp: _c, generation: _g, ...metadata } = image.metadata;
  const { status: _status, ...rest } = image;
  const body: KubeObject = { ...rest, apiVersion: image.apiVersion, kind: image.kind, metadata };
  const { namespace } = image.metadata;
  const where = namespace === undefined ? {} : { namespace };
  if (live === undefined) {
    if (RUNS_ONCE.has(image.kind)) return { ok: false, error: RUNS_AGAIN };
    const { managedFields: _m, ownerReferences: _o, ...fresh } = metadata;
    return writer.create({ ...body, metadata: fresh }, where);
  }
  if (differences(image, live).length === 0) return 'same';
  const { resourceVersion, uid } = live.metadata;
  return writer.replace(
    {
      ...body,
      metadata: {
        ...metadata,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(uid === undefined ? {} : { uid }),
      },
    },
    where,
  );
}

/**
 * Values are never kept, so where they were changed that can be told, but not put back; labels, annotations and what else
 * is no value can.
 */
async function restoreSecret(
  writer: Writer,
  ref: PlacedObject,
  before: Extract<BeforeImage, { kind: 'secret' }>,
  live: KubeObject | undefined,
): Promise<Restored> {
  if (live !== undefined && dataDigest(live) === before.digest) {
    const now = imageOf(live).object;
    if (isAsBefore(before, live)) return { status: 'unchanged', ref };
    const { labels = {}, annotations = {} } = before.object.metadata;
    // What the before-image leaves out (kubectl's copy of the object, values and all) stays as it is.
    const left = Object.entries(live.metadata.annotations ?? {}).filter(([key]) => !(key in annotationsOf(now)));
    const metadata = { ...live.metadata, labels, annotations: { ...annotations, ...Object.fromEntries(left) } };
    const { data } = live;
    const put = await writer.replace({ ...before.object, ...(data === undefined ? {} : { data }), metadata });
    return put.ok
      ? { status: 'restored', ref }
      : { status: 'failed', ref, reason: put.error.reason, message: put.error.message };
  }
  return {
    status: 'failed',
    ref,
    reason: 'SecretNotKept',
    message: `${called(ref)} held the keys ${before.keys.join(', ') || '(none)'} with other values before; values are never kept, so whoever has them must put them back`,
  };
}
