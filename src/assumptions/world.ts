import type { ApiFailure, Discovery, KubeObject, Reader, Resource, Result } from '../cluster/index.ts';

/** The cluster as one check sees it: what several items need is asked once. */
export type World = {
  readonly reader: Reader;
  readonly namespace: string;
  once<T>(question: string, ask: () => Promise<T>): Promise<T>;
};

export function createWorld(reader: Reader, namespace: string): World {
  const asked = new Map<string, Promise<unknown>>();
  return {
    reader,
    namespace,
    once<T>(question: string, ask: () => Promise<T>): Promise<T> {
      const found = asked.get(question);
      // One question has one type: the key names what is asked.
      if (found !== undefined) return found as Promise<T>;
      const made = ask();
      asked.set(question, made);
      return made;
    },
  };
}

export const discoveryOf = (world: World): Promise<Result<Discovery>> =>
  world.once('discovery', () => world.reader.discovery());

export type ListedAs =
  | {
      readonly state: 'listed';
      readonly items: readonly KubeObject[];
      /** Other namespaces could not be looked into: what can't be listed there. */
      readonly unseen?: string;
    }
  /** The cluster serves no such kind. */
  | { readonly state: 'unserved' }
  | {
      readonly state: 'failed';
      readonly error: ApiFailure;
      readonly resource: string;
    };

/** All objects of a kind, in one namespace or in all, asked once; a kind that isn't served is an answer, too. */
export async function listAll(
  world: World,
  group: string,
  kind: string,
  options: { namespace?: string; metadataOnly?: boolean } = {},
): Promise<ListedAs> {
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { state: 'failed', error: discovery.error, resource: kind };
  const resource = discovery.value.find({ group, kind });
  if (resource === undefined) {
    const error = notSeen(discovery.value, kind, group);
    return error === undefined ? { state: 'unserved' } : { state: 'failed', error, resource: kind };
  }
  const key = `list ${group}/${kind} ${options.namespace ?? '*'} ${options.metadataOnly === true}`;
  return world.once(key, async (): Promise<ListedAs> => {
    const listed = await world.reader.list({ apiVersion: apiVersionOf(resource), kind }, options);
    if (!listed.ok) return { state: 'failed', error: listed.error, resource: resource.resource };
    return { state: 'listed', items: listed.value.items };
  });
}

/**
 * Why a kind that discovery doesn't name may be served all the same: the server behind a group doesn't answer just now
 * (OpenShift's own while it is upgraded). Without a group: any group's.
 */
export function notSeen(discovery: Discovery, kind: string, group?: string): ApiFailure | undefined {
  const stale = discovery.stale.filter((one) => group === undefined || one.startsWith(`${group}/`));
  if (stale.length === 0) return undefined;
  const message = `the server behind ${stale.join(', ')} does not answer, so ${kind} can't be looked up`;
  return { status: 503, reason: 'DiscoveryStale', message };
}

export const apiVersionOf = (resource: Pick<Resource, 'group' | 'version'>): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
