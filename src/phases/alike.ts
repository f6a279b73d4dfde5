import { isDeepStrictEqual } from 'node:util';
import { identityOfObject, imagesOf, type KubeObject } from '../objects/index.ts';
import { commandsOf, type Leaf, type LoadedPlan, leaves, type Pinned, type Plan, readRollback } from '../plan/index.ts';
import type { FieldChange } from '../workflow/index.ts';

/** How a plan differs from the one that was completed last: fields of three kinds, and everything else in sentences. */
export type Alike = { readonly changes: readonly FieldChange[]; readonly others: readonly string[] };

type Canonical = (image: string) => string | undefined;

/** Pure. Two plans with all that they read from disk; `home` is the namespace of objects that name none. */
export function alike(base: LoadedPlan, now: LoadedPlan, home: string, canonical: Canonical): Alike {
  const before = objectsIn(base, home);
  const after = objectsIn(now, home);
  const changes: FieldChange[] = [];
  const others = [...otherwise(base, now)];
  for (const [key, object] of after) {
    const was = before.get(key);
    if (was === undefined) others.push(`${nameOf(object)} is new`);
    else {
      const fields = fieldsOf(was, object, canonical);
      changes.push(...fields.changes);
      others.push(...fields.others);
    }
  }
  for (const [key, object] of before)
    if (!after.has(key) && object.kind !== 'Job') others.push(`${nameOf(object)} is not in it any more`);
  return { changes, others };
}

export const nameOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name ?? ''}`;

const objectsIn = (plan: LoadedPlan, home: string): Map<string, KubeObject> =>
  new Map(plan.phases.flatMap((p) => p.manifests.map(({ object }) => [identityOfObject(object, home), object])));

/** Every field in which two states of one manifest differ. */
export function fieldsOf(was: KubeObject, is: KubeObject, canonical: Canonical): Alike {
  const found = leaves(was, is).map((leaf) => fieldOf(leaf, was, is, canonical));
  return {
    changes: found.flatMap((f) => (typeof f === 'string' ? [] : [f])),
    others: found.flatMap((f) => (typeof f === 'string' ? [f] : [])),
  };
}

function fieldOf(
  { path, before, after }: Leaf,
  was: KubeObject,
  is: KubeObject,
  canonical: Canonical,
): FieldChange | string {
  const object = nameOf(is);
  const other = `${object} differs at ${path}`;
  if (path === 'spec.replicas' && Number.isInteger(before) && Number.isInteger(after))
    return { kind: 'replicas', object, path, from: String(before), to: String(after) };
  if (typeof before !== 'string' || typeof after !== 'string') return other;
  if (is.kind === 'ConfigMap' && is.apiVersion === 'v1' && path.startsWith('data.'))
    return { kind: 'value', object, path, from: before, to: after };
  const isImage =
    /image(Name)?$/i.test(path) &&
    imagesOf(was).some((i) => i.image === before) &&
    imagesOf(is).some((i) => i.image === after);
  const [from, to] = [canonical(before), canonical(after)];
  return isImage && from !== undefined && to !== undefined ? { kind: 'image', object, path, from, to } : other;
}

/** What a plan says beside its objects: it may not ask for less, and run nothing that was not approved before. */
function* otherwise(base: LoadedPlan, now: LoadedPlan): Generator<string> {
  const [was, is] = [base.plan, now.plan];
  for (const field of ['component', 'target', 'validation', 'secrets'] as const)
    if (!isDeepStrictEqual(was[field], is[field])) yield `its ${field} differs`;
  for (const field of ['validation_commands', 'success_criteria', 'commands', 'irreversible'] as const)
    if (!isDeepStrictEqual(all(was, field), all(is, field))) yield `its ${field} differ`;
  if (!isDeepStrictEqual(filesOf(was), filesOf(is))) yield 'its files differ';
  for (const phase of is.phases) {
    if (phase.delivery !== 'apply') yield `phase ${phase.number} is delivered by ${phase.delivery}`;
    if (phase.take_over.length > 0) yield `phase ${phase.number} takes fields over`;
    if (phase.rollback.some((entry) => readRollback(entry).kind === 'command'))
      yield `phase ${phase.number} is rolled back by a command`;
  }
  if (all(is, 'commands').length > 0) yield 'its phases run commands';
  yield* pins(base, now);
}

const all = (plan: Plan, field: 'validation_commands' | 'success_criteria' | 'commands' | 'irreversible'): string[] => [
  ...new Set(plan.phases.flatMap((phase) => phase[field]).toSorted()),
];

const filesOf = (plan: Plan): string[] => [
  ...new Set([...(plan.files ?? []), ...plan.phases.flatMap((phase) => phase.files ?? [])].toSorted()),
];

/** Files that a command reads are what they were; a manifest that only holds objects is compared as objects. */
function* pins(base: LoadedPlan, now: LoadedPlan): Generator<string> {
  const known = new Map(pinsOf(base).map((pin) => [pin.path, pin.sha256]));
  const manifests = new Set(now.phases.flatMap((p) => p.manifests.flatMap((m) => m.from.file ?? [])));
  const { validation, phases } = now.plan;
  const commands = [
    ...phases.flatMap((p) => p.validation_commands),
    ...[validation.static, validation.health, validation.functional].flatMap(commandsOf),
  ];
  for (const { path, sha256 } of pinsOf(now)) {
    const onlyObjects = manifests.has(path) && !commands.some((command) => command.includes(path));
    if (known.get(path) !== sha256 && !onlyObjects) yield `${path} is not what was approved then`;
  }
}

const pinsOf = (plan: LoadedPlan): Pinned[] => [...plan.phases.flatMap((p) => p.pinned), ...plan.pinned];
