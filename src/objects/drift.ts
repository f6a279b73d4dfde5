import { at, groupOf, isRecord, type KubeObject, SERVER_OWNED_META, textAt } from './kube-object.ts';

/** A field that isn't as it was applied. `expected` undefined: it should not be there any more. */
export type Drift = { readonly path: string; readonly expected: unknown; readonly found: unknown };

export type DriftOptions = {
  /**
   * What a server-side dry run of the manifest over the live object gives: the manifest's fields in the server's own
   * spelling and with its defaults, and without what the manifest no longer has.
   */
  readonly normalised?: KubeObject;
  /** An autoscaler sets the replicas. */
  readonly autoscaled?: boolean;
};

const SERVERS = new Set([...SERVER_OWNED_META, 'name', 'generateName', 'namespace', 'ownerReferences', 'finalizers']);

/**
 * Where the live object differs from what the manifest asks for. Only what was applied counts: fields that the server or
 * others added are theirs. Secrets' values are compared, never shown.
 */
export function drift(
  manifest: KubeObject,
  live: KubeObject,
  { normalised, autoscaled = false }: DriftOptions = {},
): Drift[] {
  const found: Drift[] = [];
  const wanted = normalised ?? manifest;
  const secret = live.kind === 'Secret' && groupOf(live.apiVersion) === '';
  for (const [key, value] of Object.entries(manifest)) {
    if (key === 'status' || key === 'apiVersion' || key === 'kind') continue;
    if (key === 'metadata') {
      for (const [name, meta] of Object.entries(manifest.metadata)) {
        if (!SERVERS.has(name))
          compare(meta, at(wanted.metadata, name), at(live.metadata, name), `metadata.${name}`, found);
      }
    } else if (key === 'stringData' && secret) compareSecret(value, live, found);
    else compare(value, at(wanted, key), at(live, key), key, found);
  }
  if (normalised !== undefined) removed(normalised, live, found);
  return found
    .filter((d) => !(autoscaled && (d.path === 'spec.replicas' || d.path === 'spec.instances')))
    .map((d) =>
      secret && /^(data|stringData)\./.test(d.path)
        ? {
            ...d,
            expected: d.expected === undefined ? undefined : '(value)',
            found: d.found === undefined ? undefined : '(value)',
          }
        : d,
    );
}

/** Along the manifest's own fields: the live value must be the normalised one. */
function compare(given: unknown, wanted: unknown, live: unknown, path: string, found: Drift[]): void {
  if (given === null || given === undefined) return;
  if (isRecord(given)) {
    for (const [key, value] of Object.entries(given)) {
      compare(
        value,
        member(wanted, key),
        member(live, key),
        path === 'metadata.annotations' || path === 'metadata.labels' ? `${path}[${key}]` : `${path}.${key}`,
        found,
      );
    }
    if (Object.keys(given).length === 0 && !isRecord(live) && wanted !== undefined)
      found.push({ path, expected: wanted, found: live });
    return;
  }
  if (Array.isArray(given)) {
    const key = mergeKey(given);
    if (key === undefined) {
      if (!same(wanted ?? given, live)) found.push({ path, expected: wanted ?? given, found: live });
      return;
    }
    for (const item of given) {
      const name = identity(item, key);
      compare(item, find(wanted, key, name), find(live, key, name), `${path}[${name}]`, found);
    }
    return;
  }
  // What the server doesn't store (`hostNetwork: false`, `value: ""`) isn't in the dry run's result, nor in the live object.
  if (wanted === undefined && live === undefined) return;
  const expected = wanted === undefined ? given : wanted;
  if (!same(expected, live)) found.push({ path, expected, found: live });
}

const member = (value: unknown, key: string): unknown =>
  isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** Lists whose items have names are compared by name, as the API server merges them. */
const KEYS = [
  ['name'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['mountPath'],
  ['devicePath'],
  ['ip'],
  ['topologyKey', 'whenUnsatisfiable'],
  ['type'],
] as const;

function mergeKey(list: readonly unknown[]): readonly string[] | undefined {
  return KEYS.find((key) => {
    const names = list.map((item) => (isRecord(item) && key[0] in item ? identity(item, key) : undefined));
    return names.length > 0 && names.every((n) => n !== undefined) && new Set(names).size === names.length;
  });
}

const identity = (item: unknown, key: readonly string[]): string =>
  key
    .flatMap((k) => (isRecord(item) ? String(item[k] ?? (k === 'protocol' ? 'TCP' : '')) : []))
    .filter((v) => v !== '')
    .join('/');

const find = (list: unknown, key: readonly string[], name: string): unknown =>
  Array.isArray(list) ? list.find((item) => identity(item, key) === name) : undefined;

/** Fields that the live object still has and the dry run would take away: dropped from the manifest since, or added by hand to what we own. */
function removed(normalised: KubeObject, live: KubeObject, found: Drift[]): void {
  const walk = (wanted: unknown, now: unknown, path: string) => {
    if (isRecord(now) && isRecord(wanted)) {
      for (const key of Object.keys(now)) {
        const next = path === '' ? key : `${path}.${key}`;
        if (path === '' && (key === 'status' || key === 'apiVersion' || key === 'kind')) continue;
        if (path === 'metadata' && SERVERS.has(key)) continue;
        if (!Object.hasOwn(wanted, key)) {
          if (!isNothing(now[key])) found.push({ path: next, expected: undefined, found: now[key] });
        } else walk(wanted[key], now[key], next);
      }
    } else if (Array.isArray(now) && Array.isArray(wanted)) {
      const key = mergeKey(now);
      if (key === undefined) return;
      for (const item of now) {
        const name = identity(item, key);
        const match = find(wanted, key, name);
        if (match === undefined) found.push({ path: `${path}[${name}]`, expected: undefined, found: item });
        else walk(match, item, `${path}[${name}]`);
      }
    }
  };
  walk(normalised, live, '');
}

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.keys(value).length === 0);

/** Deep equality; nothing, an empty list and an empty map are stored as one another. */
function same(a: unknown, b: unknown): boolean {
  if (a === b || (isNothing(a) && isNothing(b))) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (isRecord(a) && isRecord(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(member(a, key), member(b, key)));
  }
  return false;
}

function compareSecret(stringData: unknown, live: KubeObject, found: Drift[]): void {
  if (!isRecord(stringData)) return;
  for (const [key, value] of Object.entries(stringData)) {
    const encoded = Buffer.from(String(value), 'utf8').toString('base64');
    if (at(live, 'data', key) !== encoded)
      found.push({
        path: `stringData.${key}`,
        expected: '(value)',
        found: at(live, 'data', key) === undefined ? undefined : '(value)',
      });
  }
}

/** Does an autoscaler (HorizontalPodAutoscaler, KEDA's ScaledObject) set this object's replicas? */
export const isAutoscaled = (object: KubeObject, scalers: readonly KubeObject[]): boolean =>
  scalers.some((scaler) => {
    if (scaler.kind !== 'HorizontalPodAutoscaler' && scaler.kind !== 'ScaledObject') return false;
    if ((scaler.metadata.namespace ?? '') !== (object.metadata.namespace ?? '')) return false;
    const target = at(scaler, 'spec', 'scaleTargetRef');
    const kind = textAt(target, 'kind') || 'Deployment';
    const group = groupOf(textAt(target, 'apiVersion') || 'apps/v1');
    return (
      kind === object.kind && textAt(target, 'name') === object.metadata.name && group === groupOf(object.apiVersion)
    );
  });
