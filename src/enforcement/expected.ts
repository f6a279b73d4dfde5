import { at, isRecord, type KubeObject, SERVER_OWNED_META } from '../objects/kube-object.ts';

/**
 * What a write must leave, as data that the policy's expressions can compare: CEL has no hash and no recursion, so an
 * object is cut into parts that are equal as a whole, and into nodes whose keys are listed, along the fields that are
 * left out. Pure.
 */

export type Step = string | number;
export type Part = { readonly at: readonly Step[]; readonly value: unknown };
export type Keys = {
  readonly at: readonly Step[];
  readonly needed: readonly string[];
  readonly allowed: readonly string[];
};
export type Length = { readonly at: readonly Step[]; readonly length: number };

export type Expected = {
  readonly parts: readonly Part[];
  readonly keys: readonly Keys[];
  readonly lengths: readonly Length[];
  /** Compared on their own: controllers add theirs (CONTROLLERS_ANNOTATIONS). */
  readonly annotations: Readonly<Record<string, string>>;
  /** Annotations that may be there with any value. */
  readonly open_annotations: readonly string[];
  /** Fields that two dry runs filled in differently, or that the server allocates: not compared, and said. */
  readonly left_out: readonly string[];
};

/** How deep the policy's expressions can follow a path; what is left out below it is left out from here. */
export const DEEPEST = 8;

/** Annotations that controllers write on objects that others apply. */
export const CONTROLLERS_ANNOTATIONS: readonly string[] = [
  'deployment.kubernetes.io/',
  'pv.kubernetes.io/',
  'volume.kubernetes.io/',
  'volume.beta.kubernetes.io/',
  'autoscaling.alpha',
];

/** What the server allocates when it stores a Service; two dry runs may be given the same. */
const ALLOCATED: readonly (readonly string[])[] = [
  ['spec', 'clusterIP'],
  ['spec', 'clusterIPs'],
  ['spec', 'healthCheckNodePort'],
  ['spec', 'ports', '*', 'nodePort'],
];

export function expectedOf(one: KubeObject, other: KubeObject): Expected {
  const differing: (readonly Step[])[] = [];
  differ(one, other, [], differing);
  const isService = one.kind === 'Service' && one.apiVersion === 'v1';
  const allocated = (isService ? ALLOCATED : []).flatMap((pattern) => expand(one, pattern));
  const named = [...differing, ...allocated]
    .filter(([root, field]) => root !== 'status' && !(root === 'metadata' && isServers(field)))
    .map((path) => path.slice(0, DEEPEST));
  const silent: Step[][] = [...SERVER_OWNED_META, 'annotations'].map((field) => ['metadata', field]);
  const omitted = [...named, ...silent, ['status'], ['apiVersion'], ['kind']];
  const found: Found = { parts: [], keys: [], lengths: [] };
  cut(one, [], omitted, found, one.kind === 'Secret' && one.apiVersion === 'v1');
  const open = named.flatMap(([root, field, key]) =>
    root === 'metadata' && field === 'annotations' && key !== undefined ? [String(key)] : [],
  );
  const own = Object.entries(one.metadata.annotations ?? {}).filter(
    ([key]) => !open.includes(key) && !CONTROLLERS_ANNOTATIONS.some((p) => key.startsWith(p)),
  );
  return {
    ...found,
    annotations: Object.fromEntries(own),
    open_annotations: open,
    left_out: [...new Set(named.map((path) => path.join('.')))].sort(),
  };
}

const isServers = (field: Step | undefined): boolean => typeof field === 'string' && SERVER_OWNED_META.has(field);

type Found = { parts: Part[]; keys: Keys[]; lengths: Length[] };

function cut(
  value: unknown,
  path: readonly Step[],
  omitted: readonly (readonly Step[])[],
  found: Found,
  secret: boolean,
) {
  const under = omitted.filter((o) => o.length >= path.length && path.every((step, i) => step === o[i]));
  if (under.some((o) => o.length === path.length)) return;
  // The values of a Secret would be readable in the Phase: its keys are compared.
  if (secret && path.length === 1 && (path[0] === 'data' || path[0] === 'stringData') && isRecord(value)) {
    const keys = Object.keys(value);
    found.keys.push({ at: path, needed: keys, allowed: keys });
  } else if (isRecord(value) && under.length > 0) {
    const own = Object.keys(value);
    const ends = new Set(under.flatMap((o) => (o.length === path.length + 1 ? [String(o[path.length])] : [])));
    const next = under.map((o) => String(o[path.length]));
    found.keys.push({
      at: path,
      needed: own.filter((key) => !ends.has(key)),
      allowed: [...new Set([...own, ...next])],
    });
    for (const key of own) cut(value[key], [...path, key], omitted, found, secret);
  } else if (Array.isArray(value) && under.length > 0) {
    found.lengths.push({ at: path, length: value.length });
    value.forEach((item, index) => {
      cut(item, [...path, index], omitted, found, secret);
    });
  } else {
    found.parts.push({ at: path, value });
  }
}

function differ(a: unknown, b: unknown, path: readonly Step[], found: (readonly Step[])[]) {
  if (isRecord(a) && isRecord(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) differ(a[key], b[key], [...path, key], found);
  } else if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    a.forEach((item, index) => {
      differ(item, b[index], [...path, index], found);
    });
  } else if (a !== b) found.push(path);
}

/** A pattern with `*` for every index of a list → the paths that are there. */
function expand(object: unknown, pattern: readonly string[]): Step[][] {
  let paths: Step[][] = [[]];
  for (const step of pattern) {
    paths = paths.flatMap((path) => {
      const here = at(object, ...path);
      if (step !== '*') return isRecord(here) ? [[...path, step]] : [];
      return Array.isArray(here) ? here.map((_, index) => [...path, index]) : [];
    });
  }
  return paths;
}
