import { othersFirst, parsedJson } from '../../bounded/index.ts';
import type { ReadingRun, Run } from '../../engine/tool.ts';
import { Refused } from '../../engine/tool.ts';
import { imagesOf } from '../../objects/index.ts';
import { type Look, surroundings, untried } from '../../phases/look.ts';
import { rehearse } from '../../phases/rehearse.ts';
import type { StoredPlan } from '../../phases/stored.ts';
import type { Files, LoadedPlan } from '../../plan/index.ts';
import {
  canonicalReview,
  type Decided,
  type Review,
  reviewLines,
  reviewOf,
  type Script,
  type Shown,
} from '../../review/index.ts';
import { type Deployment, plan } from '../../workflow/index.ts';

/** A review as it is made now, with the body it is recorded by. */
export type Made = { readonly review: Review; readonly shown: Shown; readonly text: string };

/** What a review is made of can be read without a run. */
export type Bodies = Pick<Run, 'get' | 'now'>;

/** The lines of the present plan's review, from what is on record. */
export async function planReview(from: Bodies, d: Deployment): Promise<string | undefined> {
  const body = plan(d)?.body;
  const text = body === undefined ? undefined : await from.get(body);
  return text === undefined ? undefined : (await reviewOnRecord(from, d, (await parsedJson(text)) as StoredPlan)).text;
}

/** From what is on record: the plan, the look that was kept with it, the evidence. */
export async function reviewOnRecord(run: Bodies, d: Deployment, stored: StoredPlan, look?: Look): Promise<Made> {
  const kept = look ?? stored.look ?? untried(stored.loaded, plan(d)?.at ?? run.now());
  const decided = await lastDecided(run, d);
  const review = await reviewOf({
    deployment: d,
    now: run.now(),
    digest: plan(d)?.digest ?? '',
    loaded: stored.loaded,
    scripts: stored.scripts ?? [],
    looked: kept.looked,
    around: kept.around,
    digests: await digestsOf(run, d, kept),
    notes: stored.notes ?? [],
    rollback: (stored.rollback ?? []).flatMap(({ phase, objects }) =>
      objects.map(({ object, outcome, lost = [] }) => ({ phase, object, outcome, lost })),
    ),
    ...(decided === undefined ? {} : { decided }),
  });
  await othersFirst();
  const shown = { now: run.now(), lookedAt: kept.at, fresh: look !== undefined };
  return { review, shown, text: reviewLines(review, shown).join('\n') };
}

/** With the server's dry run as it is now; where the cluster can't be asked, with the last one, which the review states. */
export async function reviewNow(run: ReadingRun, d: Deployment, stored: StoredPlan): Promise<Made> {
  return reviewOnRecord(run, d, stored, await lookNow(run, d, stored.loaded));
}

async function lookNow(run: ReadingRun, d: Deployment, loaded: LoadedPlan): Promise<Look | undefined> {
  try {
    const reader = await run.reader();
    const { looked } = await rehearse(reader, loaded, d.target.namespace);
    const around = await surroundings(reader, namespacesOf(d));
    return { at: run.now(), looked, around };
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

export const namespacesOf = (d: Deployment): string[] => d.target.namespaces.map((n) => n.name);

/** The canonical JSON is the body; its address in the ledger is the review's digest. */
export const keepReview = async (run: Run, { review }: Made): Promise<string> => run.put(await canonicalReview(review));

/** The plan that a person last decided about, whatever has been submitted since. */
async function lastDecided(run: Bodies, d: Deployment): Promise<Decided | undefined> {
  const decision = d.decisions.at(-1);
  if (decision === undefined) return undefined;
  const planned = d.plans.findLast((p) => p.digest === decision.digest && p.seq < decision.seq);
  const body = planned === undefined ? undefined : await run.get(planned.body);
  if (body === undefined) return undefined;
  const { loaded, scripts = [] } = (await parsedJson(body)) as StoredPlan;
  return { at: decision.at, choice: decision.choice, digest: decision.digest, loaded, scripts };
}

/** The digest that each image's registry gave, where evidence has it. */
async function digestsOf(run: Bodies, d: Deployment, { looked }: Look): Promise<Map<string, string>> {
  const { parseReference } = await import('../../images/index.ts');
  const written = new Set(looked.flatMap((l) => imagesOf(l.result ?? l.planned).map((i) => i.image)));
  const pairs = await Promise.all(
    [...written].map(async (image): Promise<readonly [string, string] | undefined> => {
      const parsed = parseReference(image);
      if (!parsed.ok) return undefined;
      // A bullet's evidence has no digest; the look at the registry before it has.
      for (const seen of (d.observations.get(`image:${parsed.reference.canonical}`) ?? []).toReversed()) {
        if (seen.verdict.status !== 'pass' || seen.body === undefined) continue;
        const digest = digestIn(await run.get(seen.body));
        if (digest !== undefined) return [image, digest];
      }
      return undefined;
    }),
  );
  return new Map(pairs.filter((pair) => pair !== undefined));
}

/** An image's digest as the evidence of a look at its registry has it. */
export function digestIn(body: string | undefined): string | undefined {
  if (body === undefined) return undefined;
  const digest: unknown = Object(Object(JSON.parse(body)).evidence).digest;
  return typeof digest === 'string' ? digest : undefined;
}

const LONGEST = 256 * 1024;

/** The files that the plan's commands name, as they are now; those that only hold its objects are shown as objects. */
export async function scriptsOf(loaded: LoadedPlan, files: Files): Promise<Script[]> {
  const objects = new Set(loaded.phases.flatMap((p) => p.manifests.flatMap((m) => m.from.file ?? [])));
  const pins = new Map([...loaded.phases.flatMap((p) => p.pinned), ...loaded.pinned].map((p) => [p.path, p]));
  const named = [...pins.values()].filter((p) => !objects.has(p.path));
  return Promise.all(
    named.map(async ({ path, sha256 }): Promise<Script> => {
      const text = await files.read(path);
      const readable = text !== undefined && text.length <= LONGEST && !text.includes('\u0000');
      return { path, sha256, ...(readable ? { text } : {}) };
    }),
  );
}
