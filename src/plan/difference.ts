import { isDeepStrictEqual } from 'node:util';
import { visible } from '../workflow/index.ts';
import { changeOf, differing, textOf } from './excerpt.ts';
import type { LoadedPhase, LoadedPlan, Phase } from './types.ts';

/** What a revision changes, for people. */
export type Difference = {
  readonly phases: readonly PhaseDifference[];
  /** Changes of the plan's other fields. */
  readonly plan: readonly string[];
  /** How many of the first phases are untouched: their evidence stays. */
  readonly keeps: number;
};

export type PhaseDifference = {
  readonly number: number;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed' | 'moved' | 'same';
  readonly what: readonly string[];
};

export function planDifference(before: LoadedPlan, after: LoadedPlan): Difference {
  const old = before.plan.phases.map((phase, i) => ({ phase, loaded: before.phases[i] }));
  const taken = new Set<number>();
  const phases = after.plan.phases.map((phase, index): PhaseDifference => {
    const byName = old.findIndex((o, i) => !taken.has(i) && o.phase.name === phase.name);
    const same = old[index];
    const renamed = same !== undefined && !after.plan.phases.some((p) => p.name === same.phase.name);
    const match = byName >= 0 ? byName : renamed && !taken.has(index) ? index : -1;
    const was = old[match];
    const { number, name } = phase;
    if (was === undefined) return { number, name, change: 'added', what: [] };
    taken.add(match);
    const what = changes(was.phase, phase, was.loaded, after.phases[index]);
    if (what.length > 0) return { number, name, change: 'changed', what };
    if (match !== index) return { number, name, change: 'moved', what: [`was phase ${match + 1}`] };
    return { number, name, change: 'same', what: [] };
  });
  const removed = old
    .filter((_, index) => !taken.has(index))
    .map(({ phase }): PhaseDifference => ({ number: phase.number, name: phase.name, change: 'removed', what: [] }));
  const touched = phases.findIndex((p) => p.change !== 'same');
  const framed = before.plan.component === after.plan.component && before.plan.target === after.plan.target;
  return {
    phases: [...phases, ...removed],
    plan: [...fields(before.plan, after.plan, ['phases']), ...files(before.pinned, after.pinned)],
    keeps: framed ? (touched < 0 ? phases.length : touched) : 0,
  };
}

function changes(a: Phase, b: Phase, was?: LoadedPhase, is?: LoadedPhase): string[] {
  return [
    ...fields(a, b, ['number', 'resources']),
    ...fields({ resources: a.resources.map(textOf) }, { resources: b.resources.map(textOf) }, []),
    ...objects(was, is),
    ...files(was?.pinned ?? [], is?.pinned ?? []),
  ];
}

function fields(a: object, b: object, without: readonly string[]): string[] {
  const [was, is] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [x, y]: unknown[] = [was.get(key), is.get(key)];
    if (without.includes(key) || isDeepStrictEqual(x, y)) return [];
    if (Array.isArray(x) && Array.isArray(y)) return list(key, x.map(textOf), y.map(textOf));
    return [`${key}: ${changeOf(x, y)}`];
  });
}

function list(key: string, was: readonly string[], is: readonly string[]): string[] {
  const left = was.filter((entry) => !is.includes(entry));
  const added = is.filter((entry) => !was.includes(entry));
  // Of two long entries that begin alike, the part that differs is what must be seen.
  const gone = left.map((entry, i) => `${key}: − ${differing(entry, added[i])}`);
  const come = added.map((entry, i) => `${key}: + ${differing(entry, left[i])}`);
  return gone.length + come.length === 0 ? [`${key}: in another order`] : [...gone, ...come];
}

function objects(was: LoadedPhase | undefined, is: LoadedPhase | undefined): string[] {
  const named = (phase: LoadedPhase | undefined) =>
    new Map((phase?.manifests ?? []).map((m) => [`${m.object.kind}/${m.object.metadata.name}`, m.object]));
  const [before, after] = [named(was), named(is)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [x, y] = [before.get(name), after.get(name)];
    if (x === undefined) return [`object + ${name}`];
    if (y === undefined) return [`object − ${name}`];
    const paths = different(x, y, '');
    return paths.length === 0
      ? []
      : [`object ${name}: ${paths.slice(0, 6).join(', ')}${paths.length > 6 ? ', …' : ''}`];
  });
}

/** Paths at which two values differ. */
function different(a: unknown, b: unknown, path: string): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [path];
  if (Array.isArray(a) !== Array.isArray(b)) return [path];
  const [x, y] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...x.keys(), ...y.keys()])].flatMap((key) =>
    different(x.get(key), y.get(key), path === '' ? key : `${path}.${key}`),
  );
}

function files(was: LoadedPlan['pinned'], is: LoadedPlan['pinned']): string[] {
  const [before, after] = [new Map(was.map((p) => [p.path, p.sha256])), new Map(is.map((p) => [p.path, p.sha256]))];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
    if (before.get(path) === after.get(path)) return [];
    return [`file ${path}: ${before.has(path) ? (after.has(path) ? 'edited' : 'no longer used') : 'new'}`];
  });
}

/** For the answer: one line a change, whatever is in it. */
export function differenceText(difference: Difference): string {
  const changed = difference.phases.filter((p) => p.change !== 'same');
  return [
    ...changed.flatMap((p) => [
      `Phase ${p.number} ${visible(p.name)}: ${p.change}`,
      ...p.what.map((w) => `  ${visible(w)}`),
    ]),
    ...difference.plan.map((w) => `Plan: ${visible(w)}`),
    ...(changed.length + difference.plan.length === 0 ? ['Nothing changed.'] : []),
    `Phases kept with their evidence: ${difference.keeps}`,
  ].join('\n');
}
