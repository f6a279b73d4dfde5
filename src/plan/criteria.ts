import type { LoadedPlan, ObjectRef } from './types.ts';

type Read = { readonly ok: true } | { readonly ok: false; readonly error: string };

/**
 * A criterion of the phase at `index`: about that phase's objects, or, when it isn't understood so, about those of the
 * phases up to it. "Reaches Ready" in a phase with one object means that one, whatever came before.
 */
export function readCriterion<R extends Read>(
  text: string,
  loaded: LoadedPlan,
  index: number,
  parse: (text: string, about: { readonly subjects: readonly ObjectRef[] }) => R,
): R {
  const own = parse(text, { subjects: loaded.phases.slice(index, index + 1).flatMap(objectsOf) });
  if (own.ok || index === 0) return own;
  const wider = parse(text, { subjects: loaded.phases.slice(0, index + 1).flatMap(objectsOf) });
  return wider.ok ? wider : own;
}

/** Every object of a phase: those it applies and those it looks at. */
export const objectsOf = (phase: LoadedPlan['phases'][number]): ObjectRef[] => [
  ...phase.manifests.map(({ object }) => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name ?? '',
    ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
  })),
  ...phase.observed,
];
