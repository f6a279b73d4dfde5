import type { KubeObject } from '../objects/kube-object.ts';
import { collectionPath, type KindRef, resourceOf, withQuery } from './address.ts';
import { type Connection, pause } from './connection.ts';
import type { Catalogue } from './discover.ts';
import { fromAnswer, fromStatus, isRecord } from './failure.ts';
import { lines } from './lines.ts';
import { type ListOptions, listObjects } from './list.ts';
import { asObject } from './object.ts';
import { type ApiFailure, failed, ok, type Result } from './result.ts';

/**
 * List, then watch, for as long as the signal lets it: the loop that client-go's reflector runs. After every gap that
 * may have swallowed something there is a LISTED with everything there is now; what was there before and isn't in it
 * is gone.
 */
export type WatchEvent =
  | { readonly type: 'LISTED'; readonly objects: readonly KubeObject[] }
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  /** The server can't be heard just now; it is tried again. */
  | { readonly type: 'INTERRUPTED'; readonly error: ApiFailure; readonly retryInMs: number }
  /** It won't get better by trying (forbidden, no such kind): the last event. */
  | { readonly type: 'FAILED'; readonly error: ApiFailure };

export type WatchOptions = {
  /** Left out: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string | undefined;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Go on after this version, without a LISTED first. */
  readonly resourceVersion?: string;
  readonly signal: AbortSignal;
};

const WATCH_SECONDS = 240;
const FINAL = new Set([400, 401, 403, 404, 405, 406, 415, 422]);
/** An API server that has just come up may answer 401, 403 and 404 until its caches are full. */
const GRACE_MS = 20_000;
const LONGEST_BACKOFF_MS = 10_000;
const RELIST_AFTER = 3;
/** The server's bookmarks come every minute: a longer silence is that of a version it will never reach (a restored etcd). */
const SILENCE_MS = 120_000;

type Ended =
  | { readonly how: 'closed'; readonly resourceVersion: string }
  | { readonly how: 'expired' }
  | { readonly how: 'broken'; readonly error: ApiFailure; readonly resourceVersion: string };

export async function* watch(
  connection: Connection,
  from: Catalogue,
  kind: KindRef,
  options: WatchOptions,
): AsyncGenerator<WatchEvent, void, undefined> {
  const { signal } = options;
  let since = options.resourceVersion;
  let failures = 0;
  let brief = 0;
  let heard = 0;

  while (!signal.aborted) {
    let error: ApiFailure | undefined;
    if (since === undefined) {
      const listed = await listObjects(connection, from, kind, listOptions(options));
      if (listed.ok) {
        since = listed.value.resourceVersion;
        heard = Date.now();
        yield { type: 'LISTED', objects: listed.value.items };
      } else {
        error = listed.error;
      }
    }
    if (since !== undefined) {
      const opened = Date.now();
      const ended: Ended = yield* oneWatch(connection, from, kind, options, since, () => {
        heard = Date.now();
        failures = 0;
      });
      since = ended.how === 'expired' ? undefined : ended.resourceVersion;
      if (ended.how === 'broken') error = ended.error;
      brief = Date.now() - opened < 1000 ? brief + 1 : 0;
    }
    if (signal.aborted) return;
    if (error === undefined) {
      // A server that ends every watch at once must not be asked in a tight loop.
      if (brief > 0) await pause(backoff(brief), signal);
      continue;
    }
    if (error.code === 'ABORTED') return;
    if (FINAL.has(error.status) && Date.now() - heard > GRACE_MS) {
      yield { type: 'FAILED', error };
      return;
    }
    failures += 1;
    // A list shows all there is, so that when in doubt about the version, it is the safe way on.
    if (failures % RELIST_AFTER === 0) since = undefined;
    const retryInMs = error.retryAfterMs ?? backoff(failures);
    yield { type: 'INTERRUPTED', error, retryInMs };
    await pause(retryInMs, signal);
  }
}

const backoff = (failures: number) => Math.min(LONGEST_BACKOFF_MS, 100 * 2 ** failures) * (0.75 + Math.random() / 2);

function listOptions({ namespace, fieldSelector, labelSelector, signal }: WatchOptions): ListOptions {
  return {
    signal,
    ...(namespace === undefined ? {} : { namespace }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  };
}

/** One watch request, to its end. */
async function* oneWatch(
  connection: Connection,
  from: Catalogue,
  kind: KindRef,
  options: WatchOptions,
  since: string,
  onHeard: () => void,
): AsyncGenerator<WatchEvent, Ended, undefined> {
  let resourceVersion = since;
  const opened = await openWatch(connection, from, kind, options, since);
  if (!opened.ok) {
    if (opened.error.status === 410) return { how: 'expired' };
    return { how: 'broken', error: opened.error, resourceVersion };
  }
  onHeard();
  const message = opened.value;
  let silentSince = Date.now();
  // The server ends it at timeoutSeconds; a server that forgets to is ended by us.
  const overdue = setTimeout(() => message.destroy(), (WATCH_SECONDS + 15) * 1000);
  try {
    for await (const line of lines(message)) {
      const event = readEvent(line, kind);
      if (event === undefined) break;
      if (event.type === 'ERROR') {
        // 410 as a rule; after any other the version we hold is in doubt, too.
        return { how: 'expired' };
      }
      onHeard();
      silentSince = Date.now();
      resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
      if (event.type !== 'BOOKMARK') yield { type: event.type, object: event.object };
    }
  } catch {
    // A broken connection ends a watch like a closed one: go on after the last version seen.
  } finally {
    clearTimeout(overdue);
    message.destroy();
  }
  return Date.now() - silentSince > SILENCE_MS ? { how: 'expired' } : { how: 'closed', resourceVersion };
}

async function openWatch(
  connection: Connection,
  from: Catalogue,
  kind: KindRef,
  { namespace, fieldSelector, labelSelector, signal }: WatchOptions,
  resourceVersion: string,
): Promise<Result<AsyncIterable<Uint8Array> & { destroy(): unknown }>> {
  const resource = await resourceOf(from, kind);
  if (!resource.ok) return resource;
  const opened = await connection.stream({
    method: 'GET',
    signal,
    path: withQuery(collectionPath(resource.value, namespace), {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: WATCH_SECONDS,
      resourceVersion,
      fieldSelector,
      labelSelector,
    }),
  });
  if (!opened.ok) return opened;
  const { status, message } = opened.value;
  if (status === 200) return ok(message);
  let body = '';
  try {
    for await (const chunk of message) if (body.length < 65_536) body += String(chunk);
  } catch {
    // The status alone will do.
  }
  return failed(fromAnswer(status, message.headers, body));
}

type Read =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: KubeObject }
  | { type: 'ERROR'; error: ApiFailure };

/** undefined: not a whole event, as when the connection broke in the middle of a line. */
export function readEvent(line: string, kind: KindRef): Read | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { type, object } = value;
  if (type === 'ERROR') return { type, error: fromStatus(object) };
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED' && type !== 'BOOKMARK') return undefined;
  const read = asObject(object, kind);
  return read === undefined ? undefined : { type, object: read };
}
