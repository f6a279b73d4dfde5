import type { Discovery, KubeObject, Reader, Resource, Result } from '../cluster/index.ts';

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
      readonly error: Extract<Result<unknown>, { ok: false }>['error'];
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
  if (resource === undefined) return { state: 'unserved' };
  const key = `list ${group}/${kind} ${options.namespace ?? '*'} ${options.metadataOnly === true}`;
  return world.once(key, async (): Promise<ListedAs> => {
    const listed = await world.reader.list({ apiVersion: apiVersionOf(resource), kind }, options);
    if (!listed.ok) return { state: 'failed', error: listed.error, resource: resource.resource };
    return { state: 'listed', items: listed.value.items };
  });
}

export const apiVersionOf = (resource: Pick<Resource, 'group' | 'version'>): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
