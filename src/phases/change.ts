import { z } from 'zod';
import { identityOfObject, imagesOf, isRecord, type KubeObject } from '../objects/index.ts';
import { type LoadedPlan, type Phase, type Plan, type Resource, readRollback } from '../plan/index.ts';
import { nameOf } from './alike.ts';

/** A small change of what is deployed, in the caller's words. */
export const changeSchema = z.strictObject({
  /** Image as the plan has it → the one instead. */
  images: z.record(z.string(), z.string()).optional(),
  /** `Deployment/web` → how many. */
  replicas: z.record(z.string(), z.number().int().min(0)).optional(),
  /** `ConfigMap/settings` → its keys with their new values. */
  values: z.record(z.string(), z.record(z.string(), z.string())).optional(),
});
export type Change = z.infer<typeof changeSchema>;

type Canonical = (image: string) => string | undefined;

export type Made<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Pure: the objects with the change in them, by identity; or the field of `change` that fits nothing. */
export function changed(
  base: LoadedPlan,
  change: Change,
  home: string,
  canonical: Canonical,
): Made<ReadonlyMap<string, KubeObject>> {
  const originals = base.phases.flatMap((p) => p.manifests.map((m) => m.object));
  const now = new Map(originals.map((object) => [identityOfObject(object, home), object]));
  const update = (fits: (object: KubeObject) => boolean, make: (object: KubeObject) => KubeObject): number => {
    const found = [...now].filter(([, object]) => fits(object));
    for (const [key, object] of found) now.set(key, make(object));
    return found.length;
  };
  for (const [old, image] of Object.entries(change.images ?? {})) {
    const swap = new Map([[canonical(old) ?? old, image]]);
    const count = update(
      (object) => withImages(object, swap, canonical) !== object,
      (object) => withImages(object, swap, canonical),
    );
    const used = [...new Set(originals.flatMap((o) => imagesOf(o).map((i) => i.image)))];
    if (count === 0) return no(`change.images: no object uses ${old}; used are ${used.join(', ') || 'none'}.`);
  }
  for (const [name, replicas] of Object.entries(change.replicas ?? {})) {
    const count = update(
      (object) => nameOf(object) === name && isRecord(object.spec) && typeof object.spec.replicas === 'number',
      (object) => withValue(object, 'spec.replicas', replicas),
    );
    if (count !== 1) return no(`change.replicas: there is no one object ${name} with replicas in the plan.`);
  }
  for (const [name, values] of Object.entries(change.values ?? {})) {
    for (const [key, value] of Object.entries(values)) {
      const count = update(
        (object) => nameOf(object) === name && object.kind === 'ConfigMap' && hasText(object.data, key),
        (object) => ({ ...object, data: { ...Object(object.data), [key]: value } }),
      );
      if (count !== 1) return no(`change.values: there is no ConfigMap "${name}" with the key ${key} in the plan.`);
    }
  }
  return { ok: true, value: now };
}

/** The object with other images, by what they are called in full; itself when it uses none of them. */
export const withImages = (object: KubeObject, swap: ReadonlyMap<string, string>, canonical: Canonical): KubeObject =>
  imagesOf(object).reduce((at, { image, path }) => {
    const to = swap.get(canonical(image) ?? image);
    return to === undefined || !/image(Name)?$/i.test(path) ? at : withValue(at, path, to);
  }, object);

const no = (message: string) => ({ ok: false, message }) as const;

const hasText = (data: unknown, key: string): boolean => isRecord(data) && typeof data[key] === 'string';

/** A copy with another value at `spec.containers[0].image`. */
function withValue(object: KubeObject, path: string, value: unknown): KubeObject {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const at = (part: unknown, [step, ...rest]: readonly string[]): unknown => {
    if (step === undefined) return value;
    if (Array.isArray(part)) return part.map((item, i) => (String(i) === step ? at(item, rest) : item));
    return isRecord(part) ? { ...part, [step]: at(part[step], rest) } : part;
  };
  const { spec } = object;
  return { ...object, spec: at(spec, steps.slice(1)) };
}

/**
 * The plan of a change: all objects of the completed one in a single phase, its checks whole, undone by `undo`. What the
 * change itself touches is written into the plan; everything else is read from the files that it was read from then.
 */
export function composed(
  base: LoadedPlan,
  now: ReadonlyMap<string, KubeObject>,
  home: string,
): Made<Readonly<Record<string, unknown>>> {
  const { phases, ...frame } = base.plan;
  const [first] = phases;
  if (first === undefined) return no('like: its plan has no phase.');
  const other = phases.find((p) => p.delivery !== 'apply' || p.commands.length > 0);
  if (other !== undefined)
    return no(
      `like: phase ${other.number} ${other.delivery === 'apply' ? 'runs commands' : `is delivered by ${other.delivery}`}, which no short path repeats; start it without like.`,
    );
  const resources = phases.flatMap((phase, index) => resourcesOf(base, phase, index, now, home));
  const refused = resources.find((r) => !r.ok);
  if (refused !== undefined && !refused.ok) return refused;
  const inline = resources.some((r) => r.ok && r.value.some((one) => typeof one !== 'string'));
  const lists = <K extends 'validation_commands' | 'success_criteria' | 'irreversible'>(field: K) => [
    ...new Set(phases.flatMap((p) => p[field])),
  ];
  const keeps = phases.flatMap((p) => p.rollback.filter((entry) => readRollback(entry).kind === 'keep'));
  const files = [...new Set(phases.flatMap((p) => p.files ?? []))];
  return {
    ok: true,
    value: {
      ...frame,
      secrets: written(frame.secrets),
      rollback_strategy: 'undo: restore what the change overwrote',
      phases: [
        {
          name: 'change',
          resources: resources.flatMap((r) => (r.ok ? r.value : [])),
          validation_commands: lists('validation_commands'),
          success_criteria: lists('success_criteria'),
          rollback: ['undo', ...new Set(keeps)],
          irreversible: lists('irreversible'),
          timeout: `${Math.max(...phases.map((p) => Math.ceil(p.timeout_ms / 1000)))}s`,
          commit: inline ? 'none' : (phases.find((p) => p.commit !== 'none')?.commit ?? 'none'),
          ...(files.length === 0 ? {} : { files }),
        },
      ],
    },
  };
}

/** A plan says where a Secret comes from as `env: NAME`. */
const written = (secrets: Plan['secrets']) =>
  secrets.map(({ from, detail, ...rest }) => ({ ...rest, from: detail === undefined ? from : `${from}: ${detail}` }));

/** A phase's resources as a plan writes them; one that holds a changed object is replaced by its objects. */
function resourcesOf(
  base: LoadedPlan,
  phase: Phase,
  index: number,
  now: ReadonlyMap<string, KubeObject>,
  home: string,
): Made<readonly unknown[]>[] {
  const manifests = base.phases[index]?.manifests ?? [];
  return phase.resources.map((resource, at) => {
    const own = manifests.filter((m) => m.from.resource === at);
    const objects = own.map(({ object }) => now.get(identityOfObject(object, home)) ?? object);
    const isChanged = own.some(({ object }, i) => objects[i] !== object);
    const jobs = own.filter(({ object }) => object.kind === 'Job');
    if (jobs.length > 0 && jobs.length === own.length && !isChanged) return { ok: true, value: [] };
    if (!isChanged && jobs.length === 0) return { ok: true, value: [reference(resource)] };
    const secret = objects.find((object) => object.kind === 'Secret');
    if (secret !== undefined)
      return no(
        `change: ${nameOf(secret)} is written beside what changes, and no plan holds a Secret; edit the file, and leave change out.`,
      );
    return { ok: true, value: objects.filter((object, i) => object.kind !== 'Job' || object !== own[i]?.object) };
  });
}

/** As readResource reads it. */
function reference(resource: Resource): unknown {
  switch (resource.kind) {
    case 'path':
      return resource.lines === undefined
        ? resource.path
        : `${resource.path}:${resource.lines.from}-${resource.lines.to}`;
    case 'inline':
      return resource.text;
    case 'observed':
      return `${resource.apiVersion}/${resource.object}/${resource.name}`;
    default: {
      const { kind: _, ...chart } = resource;
      return chart;
    }
  }
}
