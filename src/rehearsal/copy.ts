import { type BeforeImage, called, placedIn, reachesOut, refOf } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import { lost } from '../engine/connect.ts';
import type { WritingRun } from '../engine/tool.ts';
import { identityOf, identityOfObject, type KubeObject, referencesOf } from '../objects/index.ts';
import { allPhases, placedBy, type StoredPhase, type StoredPlan } from '../phases/stored.ts';
import type { TakeOver } from '../plan/index.ts';
import type { Deployment } from '../workflow/index.ts';
import { type Borrowed, borrow } from './borrow.ts';
import { claimBound, storageOf } from './claims.ts';
import { asNew, type Move, retarget } from './retarget.ts';

/** What a rehearsal can't try, and why: an object of the plan, or a command of the rollback. */
export type Unrehearsable = { readonly object?: string; readonly command?: string; readonly why: string };

export type CopiedPhase = {
  readonly number: number;
  readonly objects: readonly KubeObject[];
  readonly take_over: readonly TakeOver[];
};

/** What is put into the scratch namespace, in this order: what the plan's objects need, what was there, phases 1 to n. */
export type Copy = {
  readonly borrowed: readonly KubeObject[];
  /** Objects that were there before their phase changed them, as they were. */
  readonly before: readonly KubeObject[];
  readonly phases: readonly CopiedPhase[];
  readonly unrehearsable: readonly Unrehearsable[];
};

/** Decides what can be copied. Reads the deployment's namespace and changes nothing. */
export async function planCopy(
  run: WritingRun,
  reader: Reader,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
  to: string,
): Promise<Copy> {
  const from = d.target.namespace;
  const wanted = allPhases(stored, d).filter((p) => p.number <= phase.number && p.delivery === 'apply');
  const placed = await Promise.all(
    wanted.map(async (p) => ({ phase: p, objects: await placedIn(reader, p.objects, from) })),
  );
  const all = placed.flatMap((p) => p.objects);
  const services = all.filter((o) => o.kind === 'Service').map((o) => o.metadata.name ?? '');
  const move: Move = { from, to, services };
  const old = await oldStates(run, d, wanted);
  const refused = await whyNot(run, reader, all, old, move);

  const goes = (object: KubeObject) => !refused.has(identityOfObject(object));
  const borrowed = await borrow(
    reader,
    { from, to, secrets: stored.plan.secrets.map((s) => s.name) },
    all.filter(goes),
    all.filter((object) => !goes(object)),
  );
  for (const object of all.filter(goes)) {
    const lacking = needs(
      object,
      all.filter((o) => !goes(o) && o.metadata.namespace !== undefined),
      borrowed,
    );
    if (lacking !== undefined) refused.set(identityOfObject(object), lacking);
  }
  return {
    borrowed: borrowed.objects,
    before: [...old].flatMap(([key, image]) =>
      refused.has(key) || image.kind === 'secret' ? [] : [retarget(asNew(image.object), move)],
    ),
    phases: placed.map((p) => ({
      number: p.phase.number,
      objects: p.objects.filter(goes).map((object) => retarget(object, move)),
      take_over: p.phase.take_over,
    })),
    unrehearsable: [...new Map(all.map((o) => [identityOfObject(o), o])).values()].flatMap((object) => {
      const why = refused.get(identityOfObject(object));
      return why === undefined ? [] : [{ object: called(refOf(object)), why }];
    }),
  };
}

/** Before-images of what was there before this deployment: not of what an earlier phase of it made. */
async function oldStates(
  run: WritingRun,
  d: Deployment,
  phases: readonly StoredPhase[],
): Promise<Map<string, BeforeImage>> {
  const found = new Map<string, BeforeImage>();
  const made = new Set<string>();
  for (const phase of phases) {
    for (const { object, before } of placedBy(d, phase.number)) {
      const key = identityOf(object);
      const text = before === undefined || made.has(key) ? undefined : await run.get(before);
      if (text !== undefined) found.set(key, JSON.parse(text) as BeforeImage);
    }
    for (const object of phase.objects) made.add(identityOfObject(object, d.target.namespace));
  }
  return found;
}

async function whyNot(
  run: WritingRun,
  reader: Reader,
  all: readonly KubeObject[],
  old: ReadonlyMap<string, BeforeImage>,
  move: Move,
): Promise<Map<string, string>> {
  const discovery = await reader.discovery();
  if (!discovery.ok) throw lost(discovery.error);
  const { bullet_kinds: kinds, bullet_allow: reasons } = run.policy;
  const storage = await storageOf(reader);
  const why = new Map<string, string>();
  for (const object of all) {
    const { namespace } = object.metadata;
    const [danger] = reachesOut([object], discovery.value, move.from, { kinds, reasons });
    const bound = claimBound(object, storage);
    if (namespace === undefined)
      why.set(identityOfObject(object), 'it belongs to the whole cluster and is not touched');
    else if (namespace !== move.from) why.set(identityOfObject(object), `it is in another namespace (${namespace})`);
    else if (danger !== undefined) why.set(identityOfObject(object), danger.message);
    else if (bound !== undefined) why.set(identityOfObject(object), bound);
    else if (old.get(identityOfObject(object))?.kind === 'secret')
      why.set(identityOfObject(object), 'it was there before with values that are not kept');
  }
  return why;
}

/** What can't be without something that isn't copied is not copied either. What belongs to the cluster is there for both. */
function needs(object: KubeObject, without: readonly KubeObject[], borrowed: Borrowed): string | undefined {
  for (const { kind, name, optional } of referencesOf(object)) {
    if (optional) continue;
    const why = without.some((o) => o.kind === kind && o.metadata.name === name)
      ? 'is not copied'
      : borrowed.refused.get(`${kind}/${name}`);
    if (why !== undefined) return `it needs ${kind}/${name}, which ${why}`;
  }
  return undefined;
}
