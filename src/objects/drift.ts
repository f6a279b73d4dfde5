import { controllersFields } from './controllers-fields.ts';
import { at, groupOf, isRecord, type KubeObject, SERVER_OWNED_META, textAt } from './kube-object.ts';
import { guessedKind, keyOf, type ListKey, type ListKinds } from './list-keys.ts';

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
  /** How the API server merges this kind's lists; left out, the usual keys are tried. */
  readonly lists?: ListKinds;
};

const SERVERS = new Set([...SERVER_OWNED_META, 'name', 'generateName', 'namespace', 'ownerReferences', 'finalizers']);

/**
 * Where the live object differs from what the manifest asks for. Only what was applied counts: fields that the server or
 * others added are theirs. Secrets' values are compared, never shown.
 */
export function drift(
  manifest: KubeObject,
  live: KubeObject,
  { normalised, autoscaled = false, lists = () => undefined }: DriftOptions = {},
): Drift[] {
  const found: Drift[] = [];
  const wanted = normalised ?? manifest;
  const walk: Walk = { lists, found };
  const theirs = controllersFields(manifest);
  const secret = live.kind === 'Secret' && groupOf(live.apiVersion) === '';
  for (const [key, value] of Object.entries(manifest)) {
    if (key === 'status' || key === 'apiVersion' || key === 'kind' || theirs.has(key)) continue;
    if (key === 'metadata') {
      for (const [name, meta] of Object.entries(manifest.metadata)) {
        if (!SERVERS.has(name))
          compare(
            meta,
            at(wanted.metadata, name),
            at(live.metadata, name),
            { text: `metadata.${name}`, fields: ['metadata', name] },
            walk,
          );
      }
    } else if (key === 'stringData' && secret) compareSecret(value, live, found);
    else compare(value, at(wanted, key), at(live, key), { text: key, fields: [key] }, walk);
  }
  if (normalised !== undefined) removed(normalised, live, walk, theirs);
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

type Walk = { readonly lists: ListKinds; readonly found: Drift[] };

/** `spec.containers[web].image`, and the names of its fields alone, by which a schema is asked. */
type Place = { readonly text: string; readonly fields: readonly string[] };

const below = ({ text, fields }: Place, field: string): Place => ({
  text:
    text === 'metadata.annotations' || text === 'metadata.labels'
      ? `${text}[${field}]`
      : text === ''
        ? field
        : `${text}.${field}`,
  fields: [...fields, field],
});

/** Along the manifest's own fields: the live value must be the normalised one. */
function compare(given: unknown, wanted: unknown, live: unknown, place: Place, walk: Walk): void {
  const { found } = walk;
  const path = place.text;
  if (given === null || given === undefined) return;
  if (isRecord(given)) {
    for (const [key, value] of Object.entries(given))
      compare(value, member(wanted, key), member(live, key), below(place, key), walk);
    if (Object.keys(given).length === 0 && !isRecord(live) && wanted !== undefined)
      found.push({ path, expected: wanted, found: live });
    return;
  }
  if (Array.isArray(given)) {
    const kind = walk.lists(place.fields) ?? guessedKind(given, wanted, live);
    if (kind === 'one-value') {
      if (!same(wanted ?? given, live)) found.push({ path, expected: wanted ?? given, found: live });
      return;
    }
    const [others, present] = [byKey(wanted, kind), byKey(live, kind)];
    for (const [name, items] of byKey(given, kind)) {
      const here: Place = { text: `${path}[${name}]`, fields: place.fields };
      for (const [nth, item] of items.entries())
        compare(item, others.get(name)?.[nth], present.get(name)?.[nth], here, walk);
      // Of two items of one key the last wins in a container's environment: a second one is a change.
      const extra = present.get(name)?.[Math.max(items.length, others.get(name)?.length ?? 0)];
      if (extra !== undefined) found.push({ path: here.text, expected: undefined, found: extra });
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

const byKey = (list: unknown, keys: readonly ListKey[]): Map<string, unknown[]> =>
  Map.groupBy(Array.isArray(list) ? list : [], (item: unknown) => keyOf(item, keys));

/** Fields that the live object still has and the dry run would take away: dropped from the manifest since, or added by hand to what we own. */
function removed(normalised: KubeObject, live: KubeObject, { lists, found }: Walk, theirs: ReadonlySet<string>): void {
  const step = (wanted: unknown, now: unknown, place: Place) => {
    const path = place.text;
    if (isRecord(now) && isRecord(wanted)) {
      for (const key of Object.keys(now)) {
        if (path === '' && (key === 'status' || key === 'apiVersion' || key === 'kind' || theirs.has(key))) continue;
        if (path === 'metadata' && SERVERS.has(key)) continue;
        const next = { text: path === '' ? key : `${path}.${key}`, fields: [...place.fields, key] };
        if (!Object.hasOwn(wanted, key)) {
          if (!isNothing(now[key])) found.push({ path: next.text, expected: undefined, found: now[key] });
        } else step(wanted[key], now[key], next);
      }
    } else if (Array.isArray(now) && Array.isArray(wanted)) {
      const kind = lists(place.fields) ?? guessedKind(now, wanted);
      if (kind === 'one-value') return;
      const expected = byKey(wanted, kind);
      for (const [name, items] of byKey(now, kind)) {
        const here = { text: `${path}[${name}]`, fields: place.fields };
        const matches = expected.get(name);
        if (matches === undefined) found.push({ path: here.text, expected: undefined, found: items[0] });
        else for (const [nth, match] of matches.entries()) step(match, items[nth], here);
      }
    }
  };
  step(normalised, live, { text: '', fields: [] });
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
