import { z } from 'zod';
import { type Actor, actor } from './actor.ts';
import { carried, fieldChange, preapproved } from './change-facts.ts';
import { PROOFS } from './proof.ts';

export {
  type Actor,
  ASSURANCES,
  type Assurance,
  ENOUGH,
  ROLES,
  type Role,
  SEPARATIONS,
  type Separation,
  type User,
} from './actor.ts';
export type { Allowance, ChangeClass, FieldChange } from './change-facts.ts';

/**
 * The facts a ledger may hold: few, generic, and additive for ever. An old ledger is read by new code; a new fact is a
 * new type or a new optional field, never a changed meaning. Facts say what happened or what was seen, never what is
 * allowed: that is derived (gates.ts).
 */

const text = z.string();
const digest = z.string();

/** As much of a body's digest as an answer shows: it names one body, as git's short ids name a commit. */
export const shortDigest = (written: string): string => written.replace(/^sha256:/, '').slice(0, 12);
/** Characters of a plan's digest that a person types, without the algorithm's name. */
export const PREFIX_LENGTH = 8;
export const digestPrefix = (written: string): string => written.replace(/^sha256:/, '').slice(0, PREFIX_LENGTH);
const instant = z.string();

export const ITEM_KINDS = ['api', 'image', 'operator', 'configuration', 'feature', 'source', 'assumption'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

const item = z.object({
  id: text,
  kind: z.enum(ITEM_KINDS),
  /** Canonical: two spellings of one thing have one subject (`image:docker.io/library/redis:7`). */
  subject: text,
  /** As the agent gave it. */
  name: text,
  provided_by: z.literal('plan').optional(),
  /** assumption: what sinks if it is wrong; which items (subjects) it is about. */
  impact: text.optional(),
  about: z.array(text).optional(),
  /** source: why it was not compared; the approver sees it. */
  not_compared: text.optional(),
  /** assumption: the bullet that proved it in the deployment that this one is like, with the images of now. */
  bullet: z.object({ minimal_spec: text, success_criteria: z.array(text) }).optional(),
});

const place = z.object({ cluster: text, namespace: text, namespace_uid: text.optional() });

const target = z.object({
  server: text,
  context: text,
  kubeconfig: text.optional(),
  cluster: text,
  /** kube-system's UID, or a fingerprint of CA and issuer where that can't be read. */
  via: z.enum(['kube-system', 'fingerprint']),
  namespace: text,
  namespaces: z.array(z.object({ name: text, uid: text.nullable() })),
  proving_namespace: text.optional(),
});

const object = z.object({
  apiVersion: text,
  kind: text,
  namespace: text.optional(),
  name: text,
  uid: text.optional(),
});

export const FACTS = {
  started: z.object({
    type: z.literal('started'),
    component: text,
    target,
    complexity: z.enum(['simple', 'medium', 'complex']),
    workspace: text,
    goal: text.optional(),
    identity: text.optional(),
    /** The account of the machine that asked for it. */
    user: text.optional(),
    /** The completed deployment that this one changes, what of it, and the body of the plan made from both. */
    like: z.object({ deployment: text, plan: digest, changes: z.array(fieldChange) }).optional(),
  }),
  claimed: z.object({ type: z.literal('claimed'), item }),
  retired: z.object({
    type: z.literal('retired'),
    subject: text,
    because: text,
    replaced_by: text.optional(),
  }),
  begun: z.object({
    type: z.literal('begun'),
    run: text,
    tool: text,
    /** Two open runs with one key exclude each other. */
    key: text,
    input: digest,
    lease: instant,
    owner: z.object({ host: text, pid: z.number(), born: text }),
    phase: z.number().optional(),
    /** The plan digest the run was begun under. */
    bound: digest.optional(),
  }),
  placed: z.object({
    type: z.literal('placed'),
    run: text,
    object,
    state: z.enum(['intended', 'created', 'changed', 'gone']),
    purpose: z.enum(['tracer', 'phase', 'namespace', 'rehearsal']),
    phase: z.number().optional(),
    /** The object as it was before we changed it (Secrets by hash). */
    before: digest.optional(),
    /** The object as we sent it. */
    applied: digest.optional(),
    /** Kept on purpose until the deployment ends (cleanup: false). */
    kept: z.boolean().optional(),
  }),
  observed: z.object({
    type: z.literal('observed'),
    subject: text,
    verdict: z.object({ status: z.enum(['pass', 'fail', 'unknown']), reason: text, message: text }),
    at: place,
    /** What was asked of the world, in a sentence. */
    asked: text,
    via: text,
    run: text.optional(),
    identity: text.optional(),
    body: digest.optional(),
    /** phase and validation evidence: the plan digest it holds for. */
    bound: digest.optional(),
    /** a bullet: the subjects its spec contained; a source: the divergences its latest reading found; a rollback test: its phase. */
    about: z.array(text).optional(),
    severity: z.enum(['HIGH', 'MEDIUM', 'LOW', 'NONE', 'UNKNOWN']).optional(),
    /** unknown, but a bullet on the cluster can settle it. */
    deferrable: z.boolean().optional(),
    /**
     * installable: the plan will bring it; capacity: true only until our own phases use it up; rehearsed: a rollback that
     * was taken for real in a copy.
     */
    facet: z.enum(['installable', 'capacity', 'rehearsed']).optional(),
    /** a bullet: how much its criteria show when they hold. */
    proof: z.enum(PROOFS).optional(),
    uid: text.optional(),
    carried: carried.optional(),
  }),
  ended: z.object({
    type: z.literal('ended'),
    run: text,
    outcome: z.enum(['answered', 'refused', 'cancelled', 'lost', 'broken']),
    status: text.optional(),
    result: digest.optional(),
  }),
  opened: z.object({
    type: z.literal('opened'),
    blocker: z.object({
      id: text,
      gate: z.enum(['R', 'P']),
      cause: z.enum(['bullet', 'rejected', 'revise', 'return-to', 'inherited']),
      because: text,
      subjects: z.array(text),
      /** bullet: the assumption whose bullet failed; other bullets go on. */
      assumption: text.optional(),
      /** bullet: how much its criteria would have shown. */
      proof: z.enum(PROOFS).optional(),
    }),
  }),
  closed: z.object({ type: z.literal('closed'), blocker: text, because: text }),
  planned: z.object({
    type: z.literal('planned'),
    digest,
    body: digest,
    /** cumulative[n-1] is the digest of phases 1..n: revising phase 4 keeps 1 to 3. */
    cumulative: z.array(digest),
    phases: z.array(
      z.object({
        number: z.number(),
        name: text,
        commit: z.enum(['before', 'after', 'none']),
        delivery: text,
        irreversible: z.boolean(),
      }),
    ),
    /** Subjects of every API, image and storage class in it; `custom` are the APIs that are not built in. */
    uses: z.array(text),
    custom: z.array(text),
    estimated_minutes: z.number().optional(),
    source: text.optional(),
  }),
  decided: z.object({
    type: z.literal('decided'),
    digest,
    choice: z.enum(['approve', 'revise', 'reject']),
    /** The review that the person was shown: its model is the body under this digest. */
    review: digest.optional(),
    remark: text.optional(),
    until: instant.optional(),
    /** The passkey's answer that proves who decided (approvers/assertion.ts). */
    assertion: digest.optional(),
    /** Given by the server within a class: the person's own statement, as it stands in the record of `deployment`. */
    under: z.object({ deployment: text, previous: text, at: instant, by: actor, fact: preapproved }).optional(),
  }),
  preapproved,
  waived: z.object({
    type: z.literal('waived'),
    check: text,
    subject: text.optional(),
    because: text,
    until: instant,
    assertion: digest.optional(),
  }),
  written: z.object({
    type: z.literal('written'),
    what: z.enum(['research', 'sources', 'adjustment', 'retro', 'documentation', 'learning', 'judgement']),
    text,
    body: digest.optional(),
    /** adjustment: the divergence; how it is verified. judgement: the learning's title, and whether its advice held. */
    about: text.optional(),
    helped: z.boolean().optional(),
    verified_by: z.union([z.object({ item: text }), z.object({ manifests: digest })]).optional(),
    title: text.optional(),
    situation: text.optional(),
    advice: text.optional(),
    tags: z.array(text).optional(),
    /** retro: all that was said of this deployment so far, as the lists of record-retro. */
    said: digest.optional(),
    carried: carried.optional(),
  }),
  committed: z.object({ type: z.literal('committed'), phase: z.number(), sha: text, bound: digest }),
  refused: z.object({ type: z.literal('refused'), tool: text, code: text, gate: text.optional(), because: text }),
  completed: z.object({ type: z.literal('completed'), report: digest.optional() }),
  abandoned: z.object({ type: z.literal('abandoned'), because: text, assertion: digest.optional() }),
} as const;

export type FactType = keyof typeof FACTS;
export type FactOf<T extends FactType> = z.infer<(typeof FACTS)[T]>;
export type Fact = { [T in FactType]: FactOf<T> }[FactType];

export type Item = FactOf<'claimed'>['item'];
export type Target = FactOf<'started'>['target'];
export type Place = FactOf<'observed'>['at'];
export type PlacedObject = FactOf<'placed'>['object'];
export type Blocker = FactOf<'opened'>['blocker'];

/** ISO 8601 UTC. Compared as text: every instant is written by `new Date().toISOString()`. */
export type Instant = string;

export type Event = { readonly seq: number; readonly at: Instant; readonly by: Actor; readonly fact: Fact };

const FACT = z.discriminatedUnion('type', [
  FACTS.started,
  FACTS.claimed,
  FACTS.retired,
  FACTS.begun,
  FACTS.placed,
  FACTS.observed,
  FACTS.ended,
  FACTS.opened,
  FACTS.closed,
  FACTS.planned,
  FACTS.decided,
  FACTS.preapproved,
  FACTS.waived,
  FACTS.written,
  FACTS.committed,
  FACTS.refused,
  FACTS.completed,
  FACTS.abandoned,
]);

export type ParsedEvents = { ok: true; events: Event[] } | { ok: false; seq: number; why: string };

/** Rows as a ledger gives them → events. A fact this version doesn't know makes the deployment unreadable, and says so. */
export function parseEvents(rows: readonly { seq: number; at: string; by: unknown; fact: unknown }[]): ParsedEvents {
  const events: Event[] = [];
  for (const row of rows) {
    const by = actor.safeParse(row.by);
    const fact = FACT.safeParse(row.fact);
    if (!by.success || !fact.success) {
      const issue = (by.error ?? fact.error)?.issues[0];
      const where = issue?.path.join('.') || 'type';
      return { ok: false, seq: row.seq, why: `${where}: ${issue?.message ?? 'not a fact this version knows'}` };
    }
    events.push({ seq: row.seq, at: row.at, by: by.data, fact: fact.data });
  }
  return { ok: true, events };
}
