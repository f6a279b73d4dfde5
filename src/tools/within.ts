import { differences } from '../apply/index.ts';
import { parsedJson } from '../bounded/index.ts';
import type { ReadingRun, Within } from '../engine/tool.ts';
import { identityOfObject } from '../objects/index.ts';
import { alike, nameOf } from '../phases/alike.ts';
import { worldOf } from '../phases/prepare.ts';
import { tryOne } from '../phases/rehearse.ts';
import type { StoredPlan } from '../phases/stored.ts';
import { classesIn, type Deployment, type FieldChange, outsideOf, plan } from '../workflow/index.ts';

/** The class that the present plan is inside of; or why it is outside of those that there are. */
export type Classed = { readonly within?: Within; readonly outside: readonly string[] };

const MOST_RECORDS = 200;

/**
 * Judged by what was deployed last, not by what the plan says of itself: everything but the class's fields is what a
 * person approved then, on disk, in the plan and in the cluster.
 */
export async function classOf(run: ReadingRun, d: Deployment, stored: StoredPlan): Promise<Classed> {
  const { component } = d.started;
  const { cluster, namespace } = d.target;
  const { deployments } = await run.others({ component, cluster, namespace }, MOST_RECORDS);
  const open = classesIn(deployments, d).filter((c) => c.until > run.now());
  if (open.length === 0) return { outside: [] };
  const { least, groups } = d.least.approvers;
  if (least > 1 || groups.length > 0)
    return { outside: ["the operator's policy asks for several people, and a class is one person's"] };
  const base = lastCompleted(deployments);
  const before = base === undefined ? undefined : await storedOf(run, base);
  if (before === undefined) return { outside: ['there is no completed deployment that it could be compared with'] };
  const { canonicalImage } = await worldOf(run, d);
  const { changes, others } = alike(before.loaded, stored.loaded, namespace, canonicalImage);
  const different = others.length > 0 ? others : await otherwiseLive(run, d, stored, changes);
  if (different.length > 0) return { outside: different };
  const judged = open.map((c) => ({ c, outside: outsideOf(c, d, changes, run.now()) }));
  const fits = judged.find(({ outside }) => outside.length === 0);
  if (fits === undefined) return { outside: judged.flatMap(({ outside }) => outside) };
  return { within: { deployment: fits.c.deployment, seq: fits.c.seq, changes }, outside: [] };
}

/** The deployment whose plan is what runs now. */
export const lastCompleted = (deployments: readonly Deployment[]): Deployment | undefined =>
  deployments
    .filter((one) => one.closed?.how === 'completed')
    .toSorted((a, b) => ((a.closed?.at ?? '') < (b.closed?.at ?? '') ? -1 : 1))
    .at(-1);

export async function storedOf(run: Pick<ReadingRun, 'get'>, d: Deployment): Promise<StoredPlan | undefined> {
  const body = plan(d)?.body;
  const text = body === undefined ? undefined : await run.get(body);
  return text === undefined ? undefined : ((await parsedJson(text)) as StoredPlan);
}

/** What applying the plan would change in the cluster beyond these fields; an object that is not there is made by no class. */
async function otherwiseLive(
  run: ReadingRun,
  d: Deployment,
  stored: StoredPlan,
  changes: readonly FieldChange[],
): Promise<string[]> {
  const reader = await run.reader();
  const objects = stored.loaded.phases.flatMap((p) => p.manifests.map((m) => m.object));
  const tried = await Promise.all(
    objects.map(async (object) => ({ object, ...(await tryOne(reader, object, d.target.namespace)) })),
  );
  return tried.flatMap(({ object, result, live }) => {
    const name = nameOf(object);
    if (!result.ok) return [`${identityOfObject(object)}: ${result.error.message}`];
    if (live === undefined) return [`${name} is not there`];
    const named = changes.filter((c) => c.object === name).map((c) => withoutPlaces(c.path));
    return differences(live, result.value.object).flatMap((path) => {
      const at = named.indexOf(withoutPlaces(path));
      if (at < 0) return [`${name} in the cluster differs at ${path}`];
      named.splice(at, 1);
      return [];
    });
  });
}

/** `containers[0].image` and `containers[main].image` are one field of a list with one change in it. */
const withoutPlaces = (path: string): string => path.replace(/\[[^[\]]*\]/g, '[]');
