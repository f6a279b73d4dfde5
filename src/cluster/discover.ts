import type { Connection } from './connection.ts';
import {
  type Discovery,
  discoveryOf,
  type Group,
  type Part,
  readAggregated,
  readCoreVersions,
  readGroupList,
  readResourceList,
} from './discovery.ts';
import { ok, problem, type Result } from './result.ts';

const ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/** Two requests; on servers before 1.27 one more for each group version. */
export async function discover(connection: Connection): Promise<Result<Discovery>> {
  const [core, named] = await Promise.all(
    ['/api', '/apis'].map((path) => connection.json({ method: 'GET', path, accept: ACCEPT })),
  );
  if (core === undefined || named === undefined) return problem('BadAnswer', 'no discovery');
  // Half an answer would make things look absent that are there.
  if (!core.ok) return core;
  if (!named.ok) return named;
  const parts = [readAggregated(core.value.value), readAggregated(named.value.value)];
  const [coreRead, namedRead] = [
    parts[0] ?? (await legacyCore(connection, core.value.value)),
    parts[1] ?? (await legacyGroups(connection, named.value.value)),
  ];
  if (coreRead === undefined || namedRead === undefined) {
    return problem('BadAnswer', `${connection.frozen.server} does not answer like a Kubernetes API server`);
  }
  const via = parts.includes(undefined) ? 'legacy' : 'aggregated';
  return ok(
    discoveryOf([...coreRead.groups, ...namedRead.groups], [...coreRead.resources, ...namedRead.resources], via),
  );
}

async function legacyCore(connection: Connection, document: unknown): Promise<Part | undefined> {
  const versions = readCoreVersions(document);
  return versions === undefined ? undefined : legacy(connection, [{ name: '', versions }]);
}

async function legacyGroups(connection: Connection, document: unknown): Promise<Part | undefined> {
  const groups = readGroupList(document);
  return groups === undefined ? undefined : legacy(connection, groups);
}

async function legacy(connection: Connection, listed: { name: string; versions: string[] }[]): Promise<Part> {
  const read = await Promise.all(
    listed.map(async ({ name, versions }) => {
      const served = await Promise.all(
        versions.map(async (version) => {
          const path = name === '' ? `/api/${version}` : `/apis/${name}/${version}`;
          // An APIService whose server is down answers 503: known to be there, not known what is in it.
          const answer = await connection.json({ method: 'GET', path, repeat: 'once' });
          const resources = answer.ok ? readResourceList(answer.value.value, name, version) : undefined;
          return { version, stale: resources === undefined, resources: resources ?? [] };
        }),
      );
      const group: Group = { name, versions: served.map(({ version, stale }) => ({ version, stale })) };
      return { group, resources: served.flatMap((s) => s.resources) };
    }),
  );
  return { groups: read.map((r) => r.group), resources: read.flatMap((r) => r.resources) };
}

export type Catalogue = {
  /** Kept for the connection; `fresh` asks again. */
  discovery(fresh?: boolean): Promise<Result<Discovery>>;
};

/** Discovery is asked for once, and again when someone misses a kind: a CRD may have come since. */
export function catalogue(connection: Connection): Catalogue & { under(connection: Connection): Catalogue } {
  let kept: Discovery | undefined;
  let asking: Promise<Result<Discovery>> | undefined;
  const of = (way: Connection): Catalogue => ({
    async discovery(fresh = false) {
      if (kept !== undefined && !fresh) return ok(kept);
      const mine = asking === undefined;
      asking ??= discover(way).finally(() => {
        asking = undefined;
      });
      let found = await asking;
      // Someone else's question, cancelled by their signal.
      if (!mine && !found.ok && found.error.code === 'ABORTED') found = await discover(way);
      if (found.ok) kept = found.value;
      return found;
    },
  });
  return { ...of(connection), under: of };
}
