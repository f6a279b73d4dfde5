import { randomBytes } from 'node:crypto';
import type { Signer } from '../state/index.ts';
import {
  type Actor,
  type Allowance,
  admit,
  allowanceWords,
  changeWords,
  classesIn,
  digestPrefix,
  outsideOf,
  parseEvents,
  plan,
  refuse,
} from '../workflow/index.ts';
import { answer } from './answer.ts';
import type { EngineContext } from './context.ts';
import { belowPolicy, type Taken, until } from './decide.ts';
import { appendDecided, load } from './record.ts';
import type { Performed, Within } from './tool.ts';

/** Classes of changes: a person approves one beforehand, and a plan that is inside of it is decided without asking. */

export type Preapproval = {
  /** The completed deployment that it is made for; it says component and target. */
  readonly deployment: string;
  readonly allows: readonly Allowance[];
  readonly days: number;
  /** The class that this one takes the place of; with no days it ends now. */
  readonly replaces?: string;
  readonly actor: Extract<Actor, { kind: 'person' }>;
  readonly signer?: Signer;
};

const MOST_DAYS = 90;

export async function preapprove(engine: EngineContext, wanted: Preapproval): Promise<Taken> {
  const tooWeak = belowPolicy(engine, wanted.actor);
  if (tooWeak !== undefined) return { ok: false, refusal: tooWeak };
  const { days, replaces } = wanted;
  if (!Number.isInteger(days) || days < (replaces === undefined ? 1 : 0) || days > MOST_DAYS)
    return { ok: false, refusal: refuse('BAD_INPUT', `days: a whole number from 1 to ${MOST_DAYS}.`) };
  return appendDecided(
    engine,
    wanted.deployment,
    wanted.actor,
    engine.now,
    (d) => {
      const refusal = admit('preapprove', d, {}, engine.now());
      if (refusal !== undefined) return refusal;
      if (d.closed?.how !== 'completed')
        return refuse('BAD_INPUT', `deployment: ${d.id} is not completed; a class is made for what was deployed once.`);
      const before = d.classes.findLast((c) => c.id === replaces);
      if (replaces !== undefined && before === undefined)
        return refuse('BAD_INPUT', `class: the record of ${d.id} has no class ${replaces}.`);
      const allows = before?.allows ?? [...wanted.allows];
      if (allows.length === 0)
        return refuse('BAD_INPUT', 'class: it allows nothing; name at least one image, replicas or value.');
      return [
        {
          type: 'preapproved',
          class: {
            id: replaces ?? `c-${randomBytes(4).toString('hex')}`,
            component: d.started.component,
            cluster: d.target.cluster,
            namespace: d.target.namespace,
            allows,
            until: new Date(Date.parse(engine.now()) + days * 86_400_000).toISOString(),
          },
        },
      ];
    },
    wanted.signer,
  );
}

/** What was performed; where it asks about a plan inside of a class, the decision instead of the question. */
export async function withinClass(engine: EngineContext, performed: Performed): Promise<Performed> {
  const { question } = performed;
  if (question?.within === undefined) return performed;
  const statement = await statementOf(engine, question.within);
  if (statement === undefined) return performed;
  const { changes } = question.within;
  const appended = await appendDecided(engine, question.deployment, { kind: 'server' }, engine.now, (d) => {
    const refusal = admit('decide', d, {}, engine.now());
    if (refusal !== undefined) return refusal;
    if (plan(d)?.digest !== question.digest)
      return refuse('PLAN_DRIFT', 'The plan has changed since it was looked at.');
    const [outside] = outsideOf(statement.fact.class, d, changes, engine.now());
    if (outside !== undefined) return refuse('APPROVAL_REQUIRED', outside);
    return [
      {
        type: 'decided',
        digest: question.digest,
        choice: 'approve',
        review: question.review,
        until: [until(engine), statement.fact.class.until].toSorted()[0] ?? '',
        under: statement,
      },
    ];
  });
  if (!appended.ok) return performed;
  const { id, allows } = statement.fact.class;
  const assurance = statement.by.kind === 'person' ? statement.by.assurance : 'none';
  const value = { status: 'approved', assurance, digest: question.digest, review: question.review, class: id };
  const text = [
    `Plan ${digestPrefix(question.digest)}: approved within the class ${id}, which a person (${assurance}) approved ${statement.at}.`,
    ...changes.map((change) => `- ${changeWords(change)}`),
    `The class allows: ${allows.map(allowanceWords).join('; ')}.`,
  ].join('\n');
  return answer(value, text, appended.deployment, engine.now());
}

/** The row of a class as it stands in its record, while it is the newest of its id and a person's. */
async function statementOf(engine: EngineContext, { deployment, seq }: Within) {
  const loaded = await load(engine, deployment);
  if (!loaded.ok) return undefined;
  if (!classesIn([loaded.deployment], loaded.deployment).some((c) => c.seq === seq)) return undefined;
  const { rows } = await engine.ledger.read(deployment);
  const row = rows.find((r) => r.seq === seq);
  const parsed = parseEvents(row === undefined ? [] : [row]);
  const event = parsed.ok ? parsed.events[0] : undefined;
  if (row === undefined || event?.fact.type !== 'preapproved') return undefined;
  return { deployment, previous: row.previous, at: event.at, by: event.by, fact: event.fact };
}
