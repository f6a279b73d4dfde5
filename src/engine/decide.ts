import { randomBytes } from 'node:crypto';
import {
  type Actor,
  admit,
  digestPrefix,
  type Fact,
  type FactOf,
  GATES,
  isAssured,
  PREFIX_LENGTH,
  plan,
  type Refusal,
  refuse,
} from '../workflow/index.ts';
import { answer, refusalAnswer } from './answer.ts';
import type { EngineContext } from './context.ts';
import { type Hand, proven } from './hand.ts';
import { demandOf } from './policy.ts';
import { appendDecided } from './record.ts';
import { reviewChanged } from './review.ts';
import type { Performed } from './tool.ts';

type Person = Extract<Actor, { kind: 'person' }>;

export type Decision = {
  readonly deployment: string;
  /** The digest the person was shown; another plan in between makes the decision void. */
  readonly digest: string;
  /** The review the person was shown; it must still be what would be shown. */
  readonly review: string;
  /** What the person typed: at least eight characters of the digest. */
  readonly prefix: string;
  readonly choice: 'approve' | 'revise' | 'reject';
  readonly remark?: string;
} & Hand;

/** A person's decision about exactly one plan. Everything that doesn't fit leaves the plan pending. */
export async function decide(engine: EngineContext, decision: Decision): Promise<Performed> {
  const { choice } = decision;
  const remark = decision.remark?.trim();
  if (choice !== 'approve' && (remark === undefined || remark === '')) {
    return refusalAnswer(
      refuse('BAD_INPUT', `remark: say what to ${choice === 'revise' ? 'revise' : 'change, or why it is rejected'}.`),
    );
  }
  const said = decidedFact(decision, remark, until(engine));
  const hand = await proven(engine, decision.deployment, said, decision);
  if ('code' in hand) return refusalAnswer(hand);
  const { actor } = hand;
  const tooWeak = belowPolicy(engine, actor);
  if (tooWeak !== undefined) return refusalAnswer(tooWeak);
  const stale = await reviewChanged(engine, decision);
  if (stale !== undefined) return refusalAnswer(stale);
  const appended = await appendDecided(
    engine,
    decision.deployment,
    actor,
    engine.now,
    (d) => {
      const refusal = admit('decide', d, {}, engine.now());
      if (refusal !== undefined) return refusal;
      const current = plan(d);
      if (current === undefined || current.digest !== decision.digest) {
        return refuse(
          'PLAN_DRIFT',
          'The plan has changed since it was shown; look at the present one and decide about that.',
        );
      }
      const typed = decision.prefix
        .trim()
        .toLowerCase()
        .replace(/^sha256:/, '');
      if (typed.length < PREFIX_LENGTH || !current.digest.replace(/^sha256:/, '').startsWith(typed)) {
        return refuse(
          'BAD_INPUT',
          `digest_prefix: that is not the beginning of this plan's digest (${PREFIX_LENGTH} characters at least).`,
        );
      }
      return decisionFacts({ ...said, ...hand.proof }, remark);
    },
    hand.signer,
  );
  if (!appended.ok) return refusalAnswer(appended.refusal);
  const d = appended.deployment;
  const status = { approve: 'approved', revise: 'revise', reject: 'rejected' }[choice];
  const value = {
    status,
    assurance: actor.assurance,
    digest: decision.digest,
    decided_at: d.decisions.at(-1)?.at ?? engine.now(),
    review: decision.review,
    ...(remark === undefined ? {} : { remark }),
  };
  return answer(
    value,
    `Plan ${digestPrefix(decision.digest)}: ${status} by a person (${actor.assurance})${remark ? `: ${remark}` : ''}.`,
    d,
    engine.now(),
  );
}

/** What a person says about a plan, as it is recorded; a passkey's answer is made of it. */
export function decidedFact(
  { digest, choice, review }: Pick<Decision, 'digest' | 'choice' | 'review'>,
  remark: string | undefined,
  end: string,
): FactOf<'decided'> {
  return {
    type: 'decided',
    digest,
    choice,
    review,
    ...(remark ? { remark } : {}),
    ...(choice === 'approve' ? { until: end } : {}),
  };
}

function decisionFacts(decided: FactOf<'decided'>, remark: string | undefined): Fact[] {
  const { choice } = decided;
  if (choice === 'approve') return [decided];
  return [
    decided,
    {
      type: 'opened',
      blocker: {
        id: `b-${randomBytes(4).toString('hex')}`,
        gate: choice === 'reject' ? 'R' : 'P',
        cause: choice === 'reject' ? 'rejected' : 'revise',
        because: `a person ${choice === 'reject' ? 'rejected the plan' : 'asked for a revision'}: ${remark}`,
        subjects: [],
      },
    },
  ];
}

const daysFrom = (now: string, days: number): string => new Date(Date.parse(now) + days * 86_400_000).toISOString();

export const until = (engine: EngineContext): string => daysFrom(engine.now(), engine.policy.approval_days);

const MOST_WAIVER_DAYS = 30;

/** A decision that the operator's policy doesn't count: too weak an assurance. */
export function belowPolicy({ policy }: Pick<EngineContext, 'policy'>, actor: Person): Refusal | undefined {
  const least = demandOf(policy);
  if (isAssured(actor, least)) return undefined;
  const words = (assurance: string, separation: string) =>
    separation === 'same-user' ? `"${assurance}"` : `"${assurance}", ${separation}`;
  return refuse(
    'PERSON_NEEDED',
    `The operator's policy asks for a decision with assurance ${words(least.assurance, least.separation)}; this one has ${words(actor.assurance, actor.separation ?? 'same-user')}. ${HOW[least.assurance]}`,
    {
      next: [
        {
          person: 'the operator',
          action: least.assurance === 'passkey' ? 'infragate console' : 'infragate approve',
        },
      ],
    },
  );
}

const HOW = {
  elicited: "Decide in the client's form.",
  operator: "Decide on a terminal, with the operator's passphrase.",
  cluster: 'Decide with an Approval in the cluster (request-approval says how), or with a passkey in the console.',
  passkey: 'Decide in the console, with a passkey.',
} as const;

/** What a person has decided about the record is taken, or it is said why not. */
export type Taken = { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal };

export type Waiver = {
  readonly deployment: string;
  readonly check: string;
  readonly subject?: string;
  readonly because: string;
  /** Its end, or how many days it holds from now on. */
  readonly for: { readonly days: number } | { readonly until: string };
} & Hand;

export type Abandonment = { readonly deployment: string; readonly because: string } & Hand;

/** A person sets one check aside, with a reason and an end. */
export async function waive(engine: EngineContext, wanted: Waiver): Promise<Taken> {
  const check = GATES.flatMap((g) => g.checks).find((c) => c.name === wanted.check);
  if (check === undefined || !check.waivable) {
    const names = GATES.flatMap((g) => g.checks.filter((c) => c.waivable).map((c) => c.name)).join(', ');
    const why = check === undefined ? `there is no check "${wanted.check}"` : `${wanted.check} can't be waived`;
    return { ok: false, refusal: refuse('BAD_INPUT', `check: ${why}. These can: ${names}.`) };
  }
  const latest = daysFrom(engine.now(), MOST_WAIVER_DAYS);
  const end = 'until' in wanted.for ? wanted.for.until : daysFrom(engine.now(), wanted.for.days);
  if (!(end > engine.now() && end <= latest))
    return { ok: false, refusal: refuse('BAD_INPUT', `days: a waiver holds for 1 to ${MOST_WAIVER_DAYS} days.`) };
  const waived: FactOf<'waived'> = {
    type: 'waived',
    check: wanted.check,
    because: wanted.because,
    until: end,
    ...(wanted.subject === undefined ? {} : { subject: wanted.subject }),
  };
  const hand = await proven(engine, wanted.deployment, waived, wanted);
  if ('code' in hand) return { ok: false, refusal: hand };
  const tooWeak = belowPolicy(engine, hand.actor);
  if (tooWeak !== undefined) return { ok: false, refusal: tooWeak };
  return appendDecided(
    engine,
    wanted.deployment,
    hand.actor,
    engine.now,
    (d) => admit('waive', d, {}, engine.now()) ?? [{ ...waived, ...hand.proof }],
    hand.signer,
  );
}

/** A person ends a deployment that will not be finished. Its open blockers are inherited by the next one. */
export async function abandon(engine: EngineContext, wanted: Abandonment): Promise<Taken> {
  const abandoned: FactOf<'abandoned'> = { type: 'abandoned', because: wanted.because };
  const hand = await proven(engine, wanted.deployment, abandoned, wanted);
  if ('code' in hand) return { ok: false, refusal: hand };
  return appendDecided(
    engine,
    wanted.deployment,
    hand.actor,
    engine.now,
    (d) => admit('abandon', d, {}, engine.now()) ?? [{ ...abandoned, ...hand.proof }],
    hand.signer,
  );
}
