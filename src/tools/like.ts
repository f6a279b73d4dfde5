import type { OpeningRun } from '../engine/tool.ts';
import { identityOfObject, imagesOf, type KubeObject } from '../objects/index.ts';
import { alike, fieldsOf } from '../phases/alike.ts';
import { changed, changeSchema, composed } from '../phases/change.ts';
import { reloaded, worldOf } from '../phases/prepare.ts';
import {
  changeWords,
  type Deployment,
  type Fact,
  type FactOf,
  type FieldChange,
  type Item,
  issuesIn,
  type Refusal,
  refuse,
  successor,
} from '../workflow/index.ts';
import { carriedEvidence, carriedText, withBullet } from './carried.ts';
import { numbering } from './items.ts';
import type { Input } from './start-deployment.ts';
import { lastCompleted, storedOf } from './within.ts';

/** What a deployment that is like a completed one begins with. */
export type Like = {
  readonly base: Deployment;
  readonly like: NonNullable<FactOf<'started'>['like']>;
  /** Items, evidence and words of the completed one that still hold, with their age. */
  readonly facts: readonly Fact[];
  readonly notes: readonly string[];
};

/** Reads the completed deployment, what is to change in it, and makes the plan of the change; or says why it can't. */
export async function likeOf(run: OpeningRun, id: string, input: Input): Promise<Like | Refusal> {
  const base = await run.read(id);
  if ('code' in base) return base;
  const wrong = (field: string, message: string) => refuse('BAD_INPUT', `${field}: ${message}`);
  if (base.closed?.how !== 'completed') return wrong('like', `${id} is not completed; name one that is.`);
  const { component } = base.started;
  const { cluster, namespace } = base.target;
  const last = lastCompleted((await run.others({ component, cluster, namespace, open: false })).deployments);
  if (last !== undefined && last.id !== base.id)
    return wrong('like', `${last.id} was completed after ${id}, and its plan is what runs; name ${last.id}.`);
  for (const field of ['component', 'namespace'] as const) {
    const same = field === 'component' ? component : namespace;
    if (input[field] !== undefined && input[field] !== same)
      return wrong(field, `${id} is ${component} in ${namespace}; leave it out, or start without like.`);
  }
  const stored = await storedOf(run, base);
  if (stored === undefined) return wrong('like', `the plan of ${id} is not on record; start without like.`);
  const here = { ...base, started: { ...base.started, workspace: input.workspace ?? run.workspace } };
  const world = await worldOf(run, here);
  const image = world.canonicalImage;

  const asked = input.change === undefined ? undefined : changeSchema.safeParse(input.change);
  if (asked?.success === false) {
    const [issue] = issuesIn(asked.error, changeSchema);
    return wrong(['change', ...(issue?.path ?? [])].join('.'), issue?.message ?? 'is none');
  }
  let plan: ReturnType<typeof composed>;
  let now: ReadonlyMap<string, KubeObject>;
  if (asked === undefined) {
    const { loaded, problems } = await reloaded(run, here, stored.loaded);
    if (problems[0] !== undefined) return wrong('like', `${problems[0].path}: ${problems[0].message}`);
    const { others } = alike(stored.loaded, loaded, namespace, image);
    if (others.length > 0) return wrong('like', beyond(id, others));
    now = new Map(
      loaded.phases.flatMap((p) => p.manifests.map((m) => [identityOfObject(m.object, namespace), m.object])),
    );
    plan = composed(loaded, new Map(), namespace);
  } else {
    const made = changed(stored.loaded, asked.data, namespace, image);
    if (!made.ok) return refuse('BAD_INPUT', made.message);
    now = made.value;
    plan = composed(stored.loaded, now, namespace);
  }
  if (!plan.ok) return refuse('BAD_INPUT', plan.message);
  const found = stored.loaded.phases
    .flatMap((p) => p.manifests)
    .map(({ object }) => fieldsOf(object, now.get(identityOfObject(object, namespace)) ?? object, image));
  const others = found.flatMap((f) => f.others);
  if (others.length > 0) return wrong('change', beyond(id, others));
  const changes = found.flatMap((f) => f.changes);
  if (changes.length === 0)
    return wrong(
      'change',
      `nothing differs from what ${id} deployed. Name images, replicas or values in change, or edit the files of its plan first.`,
    );
  const items = itemsNow(base, changes, [...now.values()], image);
  const evidence = carriedEvidence(base);
  return {
    base,
    like: { deployment: base.id, plan: await run.put(JSON.stringify(plan.value)), changes },
    facts: [...(await items.claims(run)), ...carriedText(base), ...evidence, ...items.retires],
    notes: [
      `Like ${base.id}, with ${changes.map(changeWords).join('; ')}.`,
      `Carried over, each with its age: ${items.count} assumptions and ${evidence.length} proofs. What changed is proven anew; everything else is looked at when it is older than a day.`,
      'advance-deployment takes all steps that need nothing of you, one after the other.',
      ...(input.change === undefined
        ? []
        : ['The files in the workspace still say what was there before: change them, too.']),
    ],
  };
}

const beyond = (id: string, others: readonly string[]): string =>
  `the short path is for images, replicas and values of ConfigMaps; beyond these ${others.slice(0, 4).join('; ')} (since ${id}). Start it without like.`;

/** The assumptions of the completed deployment, with the images of now. */
function itemsNow(
  base: Deployment,
  changes: readonly FieldChange[],
  objects: readonly KubeObject[],
  canonical: (image: string) => string | undefined,
) {
  const used = new Set(objects.flatMap((o) => imagesOf(o).map((i) => canonical(i.image) ?? i.image)));
  const number = numbering(base);
  const images = changes.filter((c) => c.kind === 'image');
  const fresh = [...new Set(images.map((c) => c.to))].filter((image) => !base.items.has(`image:${image}`));
  const replaced = images.filter((c) => !used.has(c.from) && base.items.has(`image:${c.from}`));
  const swap = new Map(replaced.map((c) => [c.from, c.to]));
  return {
    count: base.items.size,
    claims: async (run: Pick<OpeningRun, 'get'>): Promise<Fact[]> => {
      const old = await Promise.all(
        [...base.items.values()].map((item) => withBullet(run, base, asThere(base, item), swap, canonical)),
      );
      const added = fresh.map((image): Item => {
        const subject = `image:${image}`;
        return { id: number('image', subject), kind: 'image', subject, name: image };
      });
      return [...old, ...added].map((item) => ({ type: 'claimed', item }));
    },
    retires: [...swap].map(
      ([from, to]): Fact => ({
        type: 'retired',
        subject: `image:${from}`,
        because: `changed to ${to}`,
        replaced_by: `image:${to}`,
      }),
    ),
  };
}

/** What the plan of then was to bring is there now. */
function asThere(base: Deployment, { seq: _, provided_by: __, ...item }: Item & { readonly seq: number }): Item {
  if (item.about === undefined) return item;
  // What was retired since is about what stands in its place; retired items themselves are not carried over.
  return { ...item, about: [...new Set(item.about.flatMap((subject) => successor(base, subject) ?? []))] };
}
