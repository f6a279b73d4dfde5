import { z } from 'zod';
import { type Approver, originOf, readApprovers } from '../approvers/index.ts';
import { decidedFact, type Engine } from '../engine/index.ts';
import { type FactOf, plan } from '../workflow/index.ts';
import type { Site } from './guard.ts';
import { assertionOf, type Requested, type Requests } from './requests.ts';

/** What a person's page asks to be decided. */
const wanted = z.discriminatedUnion('act', [
  z.strictObject({
    act: z.literal('decide'),
    choice: z.enum(['approve', 'revise', 'reject'], 'choose approve, revise or reject'),
    digest: z.string(),
    review: z.string(),
    remark: z.string().trim().max(4000).default(''),
  }),
  z.strictObject({
    act: z.literal('waive'),
    check: z.string(),
    subject: z.string().trim().default(''),
    because: z.string().trim().min(3, 'say why').max(4000),
    days: z.coerce.number().int().min(1).max(30),
  }),
  z.strictObject({
    act: z.literal('abandon'),
    because: z.string().trim().min(3, 'say why').max(4000),
    typed: z.string().trim(),
  }),
]);

const answered = z.strictObject({ ticket: z.string(), response: z.unknown() });

export type Said<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };
const no = <T>(why: string): Said<T> => ({ ok: false, why });

export type Desk = { readonly engine: Engine; readonly requests: Requests; readonly site: Site };

/** Fixes what is to be decided and asks for a passkey's answer about it. Decides nothing. */
export async function request(desk: Desk, deployment: string, given: unknown): Promise<Said<object>> {
  const { engine, requests, site } = desk;
  const parsed = wanted.safeParse(given);
  if (!parsed.success) return no(parsed.error.issues[0]?.message ?? 'that is nothing to decide');
  const loaded = await engine.read(deployment);
  if (!loaded.ok) return no(loaded.refusal.message);
  const keys = await usableKeys(engine.home, site);
  if (keys.length === 0)
    return no(`no passkey is enrolled for ${site.rpId}; in a terminal: infragate approver add NAME`);
  const fact = factOf(parsed.data, engine.now());
  if (typeof fact === 'string') return no(fact);
  if (parsed.data.act === 'abandon' && parsed.data.typed !== deployment)
    return no(`type ${deployment} to show that you mean this deployment`);
  if (fact.type === 'decided' && plan(loaded.deployment)?.digest !== fact.digest)
    return no('the plan has changed since this page was made; load it again');
  return { ok: true, value: requests.open(deployment, fact, keys, site.rpId) };
}

export const usableKeys = async (home: string, { rpId }: Site): Promise<readonly Approver[]> =>
  (await readApprovers(home)).filter((key) => key.rp_id === rpId && key.removed_at === undefined);

type PersonsFact = FactOf<'decided'> | FactOf<'waived'> | FactOf<'abandoned'>;

function factOf(said: z.infer<typeof wanted>, now: string): PersonsFact | string {
  if (said.act === 'abandon') return { type: 'abandoned', because: said.because };
  if (said.act === 'waive') {
    const until = new Date(Date.parse(now) + said.days * 86_400_000).toISOString();
    const subject = said.subject === '' ? {} : { subject: said.subject };
    return { type: 'waived', check: said.check, because: said.because, until, ...subject };
  }
  if (said.choice !== 'approve' && said.remark === '')
    return said.choice === 'revise' ? 'say what to revise' : 'say why it is rejected';
  // Its end is the policy's; the engine writes it.
  return decidedFact(said, said.remark === '' ? undefined : said.remark, now);
}

/** Takes the passkey's answer to one request, once, and has the engine decide by it. */
export async function answer(desk: Desk, deployment: string, given: unknown): Promise<Said<string>> {
  const parsed = answered.safeParse(given);
  if (!parsed.success) return no('that is no answer of a passkey');
  const asked = desk.requests.take(parsed.data.ticket);
  if (asked === undefined || asked.deployment !== deployment)
    return no('this request is not open any more (it was answered, it is too old, or the console was started again)');
  const assertion = assertionOf(asked, parsed.data.response);
  if (assertion === undefined) return no('that is no answer of a passkey');
  const origin = originOf(assertion);
  if (origin !== desk.site.origin) return no(`it was given on a page of ${origin ?? 'no origin'}`);
  return decided(desk.engine, asked, { assertion });
}

async function decided(
  engine: Engine,
  { deployment, fact }: Pick<Requested, 'deployment' | 'fact'>,
  hand: { assertion: NonNullable<ReturnType<typeof assertionOf>> },
): Promise<Said<string>> {
  if (fact.type === 'decided') {
    const { digest, review = '', choice, remark } = fact;
    const done = await engine.decide({
      deployment,
      digest,
      review,
      prefix: digest,
      choice,
      ...(remark === undefined ? {} : { remark }),
      ...hand,
    });
    return done.isError ? no(done.text) : { ok: true, value: done.text };
  }
  if (fact.type === 'waived') {
    const { check, because, until, subject } = fact;
    const own = subject === undefined ? {} : { subject };
    const done = await engine.waive({ deployment, check, because, for: { until }, ...own, ...hand });
    return done.ok ? { ok: true, value: `${check} is waived until ${until}.` } : no(done.refusal.message);
  }
  if (fact.type !== 'abandoned') return no('that is nothing a person decides here');
  const done = await engine.abandon({ deployment, because: fact.because, ...hand });
  if (!done.ok) return no(done.refusal.message);
  const left = await engine.cleanUpAfter(deployment);
  return {
    ok: true,
    value: `${deployment} is abandoned.${left === undefined ? '' : ` Not all it left in the cluster could be removed: ${left}.`}`,
  };
}
