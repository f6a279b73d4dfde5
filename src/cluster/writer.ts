import type { KubeObject } from '../objects/kube-object.ts';
import type { ObjectRef } from './address.ts';
import type { Placed, Reader } from './reader.ts';
import type { Result } from './result.ts';

/**
 * What may be done to a cluster: everything strict (fieldValidation=Strict), everything as field manager `infragate`.
 * A write is sent again only when it was surely not carried out; one that timed out may have been: look.
 */
export interface Writer extends Reader {
  create(object: KubeObject, options?: { namespace?: string }): Promise<Result<Placed>>;
  /** Server-side apply. A failure with reason Conflict carries `conflicts`. */
  apply(object: KubeObject, options: { namespace?: string; force: boolean }): Promise<Result<Placed>>;
  /** PUT: an object with its resourceVersion replaces that version only. */
  replace(object: KubeObject, options?: { namespace?: string }): Promise<Result<Placed>>;
  patch(ref: ObjectRef, patch: unknown, type: PatchType, options?: PatchOptions): Promise<Result<Placed>>;
  /** With `uid` only that very object (another one of the name: Conflict). Already gone is fine. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<Result<Deleted>>;
  /** Waits until the object (with this UID) is not there any more. Only a look at the server counts. */
  waitGone(ref: ObjectRef, uid: string | undefined, timeoutMs: number): Promise<Result<Gone>>;
}

export type PatchType = 'merge' | 'json' | 'strategic';
export type PatchOptions = { readonly subresource?: 'status' | 'scale' };

export type DeleteOptions = {
  readonly uid?: string;
  /** Foreground (default): the object goes after all it owns. */
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
  readonly gracePeriodSeconds?: number;
};

/** deleting: marked, waiting for its finalizers, its dependents or its grace period. */
export type Deleted = { readonly state: 'deleted' | 'deleting' | 'absent' };

export type Gone = { readonly gone: boolean; readonly finalizers: readonly string[] };
