import type { KubeObject } from '../objects/kube-object.ts';
import { collectionPath, type KindRef, resourceOf, withQuery } from './address.ts';
import type { Connection } from './connection.ts';
import type { Catalogue } from './discover.ts';
import { isRecord } from './failure.ts';
import { asObject } from './object.ts';
import { ok, problem, type Result } from './result.ts';

export type ListOptions = {
  /** Left out: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** At most so many objects; left out: all. */
  readonly limit?: number;
  /** Only apiVersion, kind and metadata: a tenth of the bytes, and nothing of a Secret's data. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
};

export type Listed = {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  /** There are more than `limit`. */
  readonly truncated: boolean;
};

const PAGE = 500;
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** A list, page by page, at one resource version. */
export async function listObjects(
  connection: Connection,
  from: Catalogue,
  kind: KindRef,
  options: ListOptions,
): Promise<Result<Listed>> {
  const resource = await resourceOf(from, kind);
  if (!resource.ok) return resource;
  const path = collectionPath(resource.value, options.namespace);
  for (let attempt = 1; ; attempt++) {
    const listed = await pages(connection, path, kind, options);
    // The token of the next page grew too old: from the start again (client-go does the same).
    if (!listed.ok && listed.error.status === 410 && attempt < 3) continue;
    return listed;
  }
}

async function pages(
  connection: Connection,
  path: string,
  kind: KindRef,
  options: ListOptions,
): Promise<Result<Listed>> {
  const { labelSelector, fieldSelector, limit, metadataOnly, signal } = options;
  const items: KubeObject[] = [];
  let next: string | undefined;
  for (;;) {
    const left = limit === undefined ? PAGE : Math.min(PAGE, limit - items.length);
    const page = await connection.json({
      method: 'GET',
      path: withQuery(path, { labelSelector, fieldSelector, limit: left, continue: next }),
      signal,
      ...(metadataOnly ? { accept: METADATA } : {}),
    });
    if (!page.ok) return page;
    const body = page.value.value;
    if (!isRecord(body) || !isRecord(body.metadata) || !(Array.isArray(body.items) || body.items == null)) {
      return problem('BadAnswer', `the API server answered ${path} with something not a list`);
    }
    for (const item of body.items ?? []) {
      const object = asObject(item, kind);
      if (object !== undefined) items.push(object);
    }
    next =
      typeof body.metadata.continue === 'string' && body.metadata.continue !== '' ? body.metadata.continue : undefined;
    const full = limit !== undefined && items.length >= limit;
    if (next === undefined || full) {
      return ok({ items, resourceVersion: String(body.metadata.resourceVersion ?? ''), truncated: next !== undefined });
    }
  }
}
