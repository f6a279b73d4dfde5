import { slices } from '../bounded/index.ts';
import type { KindRef, Reader, WatchEvent } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { kindsOfFamily } from './family.ts';
import { knowledgeOf } from './known.ts';
import { called, refOf } from './ref.ts';
import { type Sight, type Store, storeOf } from './sight.ts';

/** What the caller makes of what is seen: it is decided, or it is said what is waited for. */
export type Judgement<T> =
  | { readonly kind: 'decided'; readonly value: T }
  /** Asked again when something changes, and after `again_ms` where it is known how long it takes. */
  | { readonly kind: 'waiting'; readonly for: string; readonly again_ms?: number };

export type Settled<T> = { readonly sight: Sight; readonly waitingFor: string } & (
  | { readonly kind: 'decided'; readonly value: T }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'cancelled' }
);

export type SettleOptions<T> = {
  /** The objects: as they were created (then the watch goes on from there), or what they are called. */
  readonly roots: readonly (KubeObject | PlacedObject)[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Asked after each change of what is seen, and every so often, because time is a fact too. One at a time. */
  evaluate(sight: Sight): Judgement<T> | Promise<Judgement<T>>;
  progress?(message: string): void;
};

/** Graces and time limits are judged by the clock, not by an event. */
const TICK_MS = 500;
const LOOK_AGAIN_MS = 5000;

/**
 * Watches objects, the whole tree of what they own and its events until the caller says that it is decided, the time is
 * up or it is cancelled. Watches are taken up again after any gap by whoever watches (cluster/); nothing here polls.
 */
export async function settle<T>(reader: Reader, options: SettleOptions<T>): Promise<Settled<T>> {
  const seed = options.roots.flatMap((root) => ('metadata' in root ? [root] : []));
  const roots = options.roots.map((root) => ('metadata' in root ? refOf(root) : root));
  const store = storeOf(roots, seed);
  const end = new AbortController();
  const stop = () => end.abort();
  options.signal?.addEventListener('abort', stop, { once: true });
  const bell = doorbell();
  const deadline = Date.now() + options.timeoutMs;
  const wide = scopesOf(reader, roots);
  const learnt = knowledgeOf(reader, roots);
  const watching = startWatches(reader, roots, seed, wide, store, end.signal, bell.ring, options.progress);

  let lookedAt: number | undefined;
  let waitingFor = `${roots.map(called).join(', ')} to be seen`;
  try {
    const knowledge = await learnt;
    for (;;) {
      const before = store.version();
      const sight = store.sight(Date.now(), knowledge);
      const judged = await options.evaluate(sight);
      if (judged.kind === 'decided') {
        if (lookedAt === before) return { kind: 'decided', value: judged.value, sight, waitingFor };
        await lookAgain(reader, await wide, store, options.signal);
        lookedAt = store.version();
        continue;
      }
      if (judged.for !== waitingFor) options.progress?.(judged.for);
      waitingFor = judged.for;
      if (options.signal?.aborted) return { kind: 'cancelled', sight, waitingFor };
      const left = deadline - Date.now();
      if (left <= 0) return { kind: 'timeout', sight, waitingFor };
      if (store.version() === before)
        await bell.wait(Math.min(TICK_MS, left, judged.again_ms ?? TICK_MS), options.signal);
    }
  } finally {
    options.signal?.removeEventListener('abort', stop);
    end.abort();
    await watching;
  }
}

/** A kind whose objects in a namespace may turn out to belong to what is watched. */
type Wide = { readonly kind: KindRef; readonly namespace: string };

async function scopesOf(reader: Reader, roots: readonly PlacedObject[]): Promise<readonly Wide[]> {
  const namespaces = [...new Set(roots.flatMap((root) => root.namespace ?? []))];
  const kinds = watchedKinds(await kindsOfFamily(reader, roots), roots);
  return namespaces.flatMap((namespace) => kinds.map((kind) => ({ kind, namespace })));
}

/**
 * Each watch tells of its kind in its own time: that a Deployment is available may be heard before its Pods are. So what
 * seems decided is judged once more with everything there is by then. What can't be listed stays as it was heard.
 */
async function lookAgain(
  reader: Reader,
  wide: readonly Wide[],
  store: Store,
  cancelled: AbortSignal | undefined,
): Promise<void> {
  const limit = AbortSignal.timeout(LOOK_AGAIN_MS);
  const signal = cancelled === undefined ? limit : AbortSignal.any([cancelled, limit]);
  const listed = await Promise.all(wide.map(({ kind, namespace }) => reader.list(kind, { namespace, signal })));
  // Put, not relisted: a watch may have told of something that came after the list.
  for (const list of listed) if (list.ok) for (const object of list.value.items) store.put(object);
}

/** One watch for each root by its name, one for each kind of offspring, one for events. */
async function startWatches(
  reader: Reader,
  roots: readonly PlacedObject[],
  seed: readonly KubeObject[],
  wide: Promise<readonly Wide[]>,
  store: Store,
  signal: AbortSignal,
  ring: () => void,
  progress: ((message: string) => void) | undefined,
): Promise<void> {
  const follow = async (kind: KindRef, namespace: string | undefined, name?: string, resourceVersion?: string) => {
    const watch = reader.watch(kind, {
      signal,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    });
    for await (const event of watch) {
      if (signal.aborted) return;
      take(store, event, kind, namespace, name, progress);
      ring();
    }
  };
  const known = new Map(seed.map((object) => [object.metadata.uid, object.metadata.resourceVersion]));
  const turn = slices();
  const rootWatches: Promise<void>[] = [];
  for (const root of roots) {
    const resourceVersion = root.uid === undefined ? undefined : known.get(root.uid);
    rootWatches.push(follow(root, root.namespace, root.name, resourceVersion));
    // Each opens a connection of its own: of a thousand together nothing else would hear for a second.
    await turn();
  }
  const namespaces = [...new Set(roots.flatMap((root) => root.namespace ?? []))];
  const offspring = (await wide).map(({ kind, namespace }) => follow(kind, namespace));
  const events = namespaces.map((namespace) => follow({ apiVersion: 'v1', kind: 'Event' }, namespace));
  await Promise.all([...rootWatches, ...offspring, ...events]);
}

/** A watch gives whole objects: Secrets and ConfigMaps decide nothing here, so they are not read. */
function watchedKinds(kinds: readonly KindRef[], roots: readonly PlacedObject[]): KindRef[] {
  const seen = kinds.filter(({ kind }) => kind !== 'Secret' && kind !== 'ConfigMap');
  const serves = [...kinds, ...roots].some(({ kind }) => kind === 'Service');
  return serves ? [...seen, { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' }] : seen;
}

function take(
  store: Store,
  event: WatchEvent,
  kind: KindRef,
  namespace: string | undefined,
  name: string | undefined,
  progress: ((message: string) => void) | undefined,
): void {
  switch (event.type) {
    case 'LISTED':
      store.relist(
        { apiVersion: kind.apiVersion, kind: kind.kind, namespace, ...(name === undefined ? {} : { name }) },
        event.objects,
      );
      return;
    case 'ADDED':
    case 'MODIFIED':
      store.put(event.object);
      return;
    case 'DELETED':
      store.drop(event.object);
      return;
    case 'INTERRUPTED':
      progress?.(`the API server can't be heard (${event.error.reason}); trying again`);
      return;
    case 'FAILED':
      store.blind(kind.kind, event.error.reason);
      return;
    default:
      event satisfies never;
  }
}

/** Rung by many, heard by one: rings while nobody waits are not lost. */
function doorbell() {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(ms: number, signal?: AbortSignal) {
      if (!rung && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          signal?.addEventListener('abort', wake, { once: true });
        });
        if (wake !== undefined) signal?.removeEventListener('abort', wake);
        wake = undefined;
      }
      rung = false;
    },
  };
}
