import { createHash, randomBytes } from 'node:crypto';
import type { Signer } from '../state/index.ts';
import { type Actor, admit, type Fact, GATES, isAssured, plan, type Refusal, refuse } from '../workflow/index.ts';
import { answer, refusalAnswer } from './answer.ts';
import { appendDecided } from './record.ts';
import { reviewChanged } from './review.ts';
import type { Shop } from './shop.ts';
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

/** Whose decision it is; the operator's is signed. */
type Hand = { readonly actor: Person; readonly signer?: Signer };

export const PREFIX_LENGTH = 8;

/** Characters of the digest a person types, without the algorithm's name. */
export const digestPrefix = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, PREFIX_LENGTH);

/** A person's decision about exactly one plan. Everything that doesn't fit leaves the plan pending. */
export async function decide(shop: Shop, decision: Decision): Promise<Performed> {
  const { actor, choice } = decision;
  const tooWeak = belowPolicy(shop, actor);
  if (tooWeak !== undefined) return refusalAnswer(tooWeak);
  const remark = decision.remark?.trim();
  if (choice !== 'approve' && (remark === undefined || remark === '')) {
    return refusalAnswer(
      refuse('BAD_INPUT', `remark: say what to ${choice === 'revise' ? 'revise' : 'change, or why it is rejected'}.`),
    );
  }
  const stale = await reviewChanged(shop, decision);
  if (stale !== undefined) return refusalAnswer(stale);
  const appended = await appendDecided(
    shop,
    decision.deployment,
    actor,
    shop.now,
    (d) => {
      const refusal = admit('decide', d, {}, shop.now());
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
      return decisionFacts(decision, remark, until(shop));
    },
    decision.signer,
  );
  if (!appended.ok) return refusalAnswer(appended.refusal);
  const d = appended.deployment;
  const status = { approve: 'approved', revise: 'revise', reject: 'rejected' }[choice];
  const value = {
    status,
    assurance: actor.assurance,
    digest: decision.digest,
    review: decision.review,
    ...(remark === undefined ? {} : { remark }),
  };
  return answer(
    value,
    `Plan ${digestPrefix(decision.digest)}: ${status} by a person (${actor.assurance})${remark ? `: ${remark}` : ''}.`,
    d,
    shop.now(),
  );
}

function decisionFacts({ digest, choice, review }: Decision, remark: string | undefined, end: string): Fact[] {
  const decided: Fact = {
    type: 'decided',
    digest,
    choice,
    review,
    ...(remark ? { remark } : {}),
    ...(choice === 'approve' ? { until: end } : {}),
  };
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

const until = (shop: Shop): string =>
  new Date(Date.parse(shop.now()) + shop.policy.approval_days * 86_400_000).toISOString();

/** A decision that the operator's policy doesn't count: too weak an assurance. */
function belowPolicy({ policy }: Pick<Shop, 'policy'>, actor: Person): Refusal | undefined {
  const least = policy.minimum_assurance;
  if (isAssured(actor, least)) return undefined;
  return refuse(
    'PERSON_NEEDED',
    `The operator's policy asks for a decision with assurance "${least}"; this one has "${actor.assurance}". Decide on a terminal, with the operator's passphrase.`,
    { next: [{ person: 'the operator', action: 'infragate approve' }] },
  );
}

/** What a person has decided about the record is taken, or it is said why not. */
export type Taken = { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal };

export type Waiver = {
  readonly deployment: string;
  readonly check: string;
  readonly subject?: string;
  readonly because: string;
  readonly days: number;
} & Hand;

export type Abandonment = { readonly deployment: string; readonly because: string } & Hand;

/** A person sets one check aside, with a reason and an end. */
export async function waive(shop: Shop, wanted: Waiver): Promise<Taken> {
  const tooWeak = belowPolicy(shop, wanted.actor);
  if (tooWeak !== undefined) return { ok: false, refusal: tooWeak };
  const check = GATES.flatMap((g) => g.checks).find((c) => c.name === wanted.check);
  if (check === undefined || !check.waivable) {
    const names = GATES.flatMap((g) => g.checks.filter((c) => c.waivable).map((c) => c.name)).join(', ');
    const why = check === undefined ? `there is no check "${wanted.check}"` : `${wanted.check} can't be waived`;
    return { ok: false, refusal: refuse('BAD_INPUT', `check: ${why}. These can: ${names}.`) };
  }
  const end = new Date(Date.parse(shop.now()) + wanted.days * 86_400_000).toISOString();
  return appendDecided(
    shop,
    wanted.deployment,
    wanted.actor,
    shop.now,
    (d) => {
      const refusal = admit('waive', d, {}, shop.now());
      if (refusal !== undefined) return refusal;
      return [
        {
          type: 'waived',
          check: wanted.check,
          because: wanted.because,
          until: end,
          ...(wanted.subject === undefined ? {} : { subject: wanted.subject }),
        },
      ];
    },
    wanted.signer,
  );
}

/** A person ends a deployment that will not be finished. Its open blockers are inherited by the next one. */
export async function abandon(shop: Shop, wanted: Abandonment): Promise<Taken> {
  return appendDecided(
    shop,
    wanted.deployment,
    wanted.actor,
    shop.now,
    (d) => {
      return admit('abandon', d, {}, shop.now()) ?? [{ type: 'abandoned', because: wanted.because }];
    },
    wanted.signer,
  );
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
