import { slices } from '../bounded/index.ts';
import type { LoadedPlan } from '../plan/index.ts';
import { canonical, type Deployment, type Instant } from '../workflow/index.ts';
import { type CommandReview, commandsIn, type Script } from './commands.ts';
import { effectsOf, type Surroundings } from './effects.ts';
import { type EvidenceReview, evidenceOf } from './evidence.ts';
import { type Fact, fact, ranked } from './fact.ts';
import { deceptions } from './letters.ts';
import { type Change, type Looked, type ObjectReview, reviewObject } from './object.ts';
import { quotaLeft } from './quota.ts';
import { changesSince, type Decided } from './since.ts';
import { type Told, tellingLines } from './telling.ts';

/**
 * The review: what an approver is shown before deciding about a plan. Pure. In: the plan with everything it names, the
 * server's dry run of every object with what is there now, and the deployment's record. Out: one model, most dangerous
 * first, with one digest; the terminal, a client's form and an answer render that model (render.ts) and nothing else.
 */
export type ReviewInput = {
  readonly deployment: Deployment;
  readonly now: Instant;
  readonly digest: string;
  readonly loaded: LoadedPlan;
  readonly scripts: readonly Script[];
  readonly looked: readonly Looked[];
  readonly around: Surroundings;
  /** An image as it is written → its digest on record. */
  readonly digests: ReadonlyMap<string, string>;
  /** What the checks of the plan and the server's warnings say. */
  readonly notes: readonly string[];
  /** What rolling back would do to each object. */
  readonly rollback?: readonly Undone[];
  /** The plan that a person last decided about. */
  readonly decided?: Decided;
};

/** One object after a rollback: removed, restored, recreated, untouched or kept; `lost` is what can't be had back. */
export type Undone = {
  readonly phase: number;
  readonly object: string;
  readonly outcome: string;
  readonly lost: readonly string[];
};

export type Review = {
  readonly form: 1;
  readonly plan: {
    readonly digest: string;
    readonly component: string;
    readonly target: string;
    readonly cluster: string;
    readonly revision: number;
    readonly phases: readonly {
      readonly number: number;
      readonly name: string;
      readonly delivery: string;
      readonly commit: string;
      readonly criteria: readonly string[];
    }[];
    readonly risks: readonly string[];
    readonly rollback_strategy: string;
    readonly estimated_minutes?: number;
  };
  readonly objects: readonly ObjectReview[];
  readonly observed: readonly string[];
  readonly commands: readonly CommandReview[];
  readonly unchecked: readonly string[];
  readonly scripts: readonly (Script & { readonly told: readonly Told[] })[];
  readonly effects: readonly Fact[];
  readonly irreversible: readonly string[];
  readonly undone: readonly Undone[];
  readonly leaves: readonly string[];
  readonly secrets: readonly string[];
  readonly deceptions: readonly string[];
  readonly quota: readonly string[];
  readonly since?: {
    readonly at: string;
    readonly choice: string;
    readonly digest: string;
    readonly changes: readonly Change[];
  };
  readonly evidence: EvidenceReview;
  readonly notes: readonly string[];
};

/** Made in slices: nothing else waits for the review of a plan with thousands of objects. */
export async function reviewOf(input: ReviewInput): Promise<Review> {
  const { deployment: d, loaded, scripts, decided } = input;
  const { plan } = loaded;
  const around = {
    namespace: d.target.namespace,
    namespaces: d.target.namespaces.map((n) => n.name),
    digests: input.digests,
  };
  const turn = slices();
  const objects: ObjectReview[] = [];
  for (const one of input.looked) {
    objects.push(reviewObject(one, around));
    await turn();
  }
  const names = new Set(objects.map((o) => o.name));
  const commands = commandsIn(loaded);
  const leftBehind = d.placements
    .filter((p) => p.purpose === 'phase' && p.state !== 'gone')
    .filter((p) => !names.has(`${p.object.kind}/${p.object.name}`))
    .map((p) =>
      fact(
        2,
        `${p.object.kind}/${p.object.name} of an earlier revision is no longer in the plan, and stays in the cluster`,
      ),
    );
  return {
    form: 1,
    plan: {
      digest: input.digest,
      component: plan.component,
      target: d.target.namespaces.map((n) => n.name).join(', '),
      cluster: `${d.target.context} (${d.target.server})`,
      revision: d.plans.length,
      phases: plan.phases.map((p) => ({
        number: p.number,
        name: p.name,
        delivery: p.delivery,
        commit: p.commit,
        criteria: p.success_criteria,
      })),
      risks: plan.risks.map((r) => `${r.risk}: ${r.mitigation === '' ? 'no mitigation' : r.mitigation}`),
      rollback_strategy: plan.rollback_strategy,
      ...(plan.estimated_minutes === undefined ? {} : { estimated_minutes: plan.estimated_minutes }),
    },
    objects: [...objects].sort((a, b) => b.danger - a.danger || weight(b) - weight(a)),
    observed: loaded.phases.flatMap((p) => p.observed.map((o) => `${o.kind}/${o.name}`)),
    commands: [...commands].sort((a, b) => b.danger - a.danger),
    unchecked: [...new Set([...loaded.phases.flatMap((p) => p.opaque), ...loaded.opaque])],
    scripts: scripts.map((s) => ({ ...s, told: tellingLines(s.text ?? '') })),
    effects: ranked([...effectsOf(input.looked, input.around, d.target.namespace), ...leftBehind]),
    irreversible: plan.phases.flatMap((p) => p.irreversible.map((text) => `phase ${p.number}: ${text}`)),
    undone: input.rollback ?? [],
    leaves: [
      ...plan.phases.flatMap((p) =>
        p.rollback.flatMap((r) =>
          /^(keep|none)\b/i.test(r) ? [`phase ${p.number} keeps ${r.replace(/^keep\s+/i, '')}`] : [],
        ),
      ),
      ...plan.phases.flatMap((p) =>
        p.take_over.map(
          (t) => `phase ${p.number} takes over ${t.fields.join(', ')} of ${t.object} from ${t.managers.join(', ')}`,
        ),
      ),
    ],
    secrets: plan.secrets.map(
      (s) =>
        `${s.name} (${s.keys.join(', ') || 'any key'}) from ${s.from}${s.detail === undefined ? '' : `: ${s.detail}`}`,
    ),
    deceptions: await deceptionsIn(input),
    quota: quotaLeft(input.around.quotas),
    ...(decided === undefined
      ? {}
      : {
          since: {
            at: decided.at,
            choice: decided.choice,
            digest: decided.digest,
            changes: await changesSince(decided, loaded, scripts),
          },
        }),
    evidence: evidenceOf(d, input.now),
    notes: [
      ...input.notes,
      ...(input.around.unseen.length === 0
        ? []
        : [`could not be listed, so nothing is known of them: ${input.around.unseen.join(', ')}`]),
    ],
  };
}

const weight = (o: ObjectReview): number => ({ changed: 3, 'not tried': 2, created: 1, unchanged: 0 })[o.action];

/** Every text of the plan, of its objects and files: where it deceives, the approver reads it with the characters' numbers. */
async function deceptionsIn({ loaded, scripts }: ReviewInput): Promise<string[]> {
  const turn = slices();
  const found: string[] = [];
  const visit = (value: unknown, path: string, depth: number): void => {
    if (found.length >= MOST_DECEPTIONS || depth > 60) return;
    if (typeof value === 'string')
      for (const one of deceptions(value))
        found.push(`${path}: ${one.why} (${one.points.join(', ')}) in "${one.word}"`);
    else if (Array.isArray(value)) for (const [i, item] of value.entries()) visit(item, `${path}[${i}]`, depth + 1);
    else if (typeof value === 'object' && value !== null)
      for (const [key, member] of Object.entries(value)) {
        for (const one of deceptions(key))
          found.push(`${path}: a key with ${one.why} (${one.points.join(', ')}): "${one.word}"`);
        visit(member, path === '' ? key : `${path}.${key}`, depth + 1);
      }
  };
  for (const phase of loaded.phases)
    for (const { object } of phase.manifests) {
      visit(object, `${object.kind}/${object.metadata.name ?? ''}`, 0);
      await turn();
    }
  visit(loaded.plan, 'plan', 0);
  for (const script of scripts) {
    visit(script.path, 'a file', 0);
    visit(script.text, script.path, 0);
  }
  return found;
}

const MOST_DECEPTIONS = 12;

/**
 * RFC 8785, of what JSON can say: one text for one review. Its SHA-256 is the review's digest, recorded with the decision.
 * A map's canonical text is that of its members, sorted, so it is put together from those of its objects.
 */
export async function canonicalReview({ objects, ...rest }: Review): Promise<string> {
  const turn = slices();
  const texts: string[] = [];
  for (const one of objects) {
    texts.push(canonical(one));
    await turn();
  }
  const members = Object.entries(rest).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, canonical(value)] as const],
  );
  const sorted = [...members, ['objects', `[${texts.join(',')}]`] as const].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

export type { CommandReview, Script } from './commands.ts';
export type { Surroundings } from './effects.ts';
export type { Change, Looked, ObjectReview } from './object.ts';
export { alarms, reviewLines, type Shown } from './render.ts';
export type { Decided } from './since.ts';
export { shownAgain } from './stale.ts';
export { differenceLines, manifestLines, reviewWhole } from './whole.ts';
