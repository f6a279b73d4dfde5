import type { Approver } from '../approvers/key.ts';
import { canonical } from '../workflow/canonical.ts';
import type { StoredRow } from './backend.ts';
import { checkChain, digestOf } from './chain.ts';
import type { Damage, Ledger, Row } from './ledger.ts';
import { whyUnproven } from './signed.ts';

/**
 * People's decisions with passkeys, and whether each is proven: from an exported record and the public keys, with nothing
 * else. The chain of rows is checked, every body by its digest, and every answer of a passkey against the fact it is about.
 */
export type ProvenDecision = {
  readonly deployment: string;
  readonly seq: number;
  readonly at: string;
  readonly who: string;
  readonly what: string;
  readonly separation: string;
  /** Absent: it is proven. */
  readonly why?: string;
};

export type DecisionsChecked = { readonly decisions: readonly ProvenDecision[]; readonly wrong: readonly string[] };

const DECISIONS = new Set(['decided', 'waived', 'abandoned']);
/** What a decision names: the answer that proves it, and the review that was shown. */
const NAMED = ['assertion', 'review'];

/** The rows of a record and the bodies that its decisions name, as lines of JSON. */
export async function* decisionLines(ledger: Ledger, deployment: string): AsyncGenerator<string, Damage | undefined> {
  const { rows, damaged } = await ledger.read(deployment);
  const named = new Set<string>();
  for (const row of rows) {
    yield canonical(row);
    const fact = Object(row.fact);
    if (DECISIONS.has(String(fact.type)))
      for (const field of NAMED) if (typeof fact[field] === 'string') named.add(fact[field]);
  }
  for (const digest of named) {
    const body = await ledger.get(digest);
    if (body !== undefined) yield canonical({ body: digest, text: Buffer.from(body.body).toString('utf8') });
  }
  return damaged;
}

type Line = { readonly row: StoredRow } | { readonly digest: string; readonly text: string };

function parsed(text: string, number: number): Line | string {
  try {
    const value = Object(JSON.parse(text));
    if (typeof value.body === 'string' && typeof value.text === 'string')
      return { digest: value.body, text: value.text };
    const { deployment, seq, at, by, fact, hash, previous } = value;
    if (typeof deployment !== 'string' || typeof seq !== 'number' || typeof hash !== 'string')
      return `line ${number} is neither a row nor a body`;
    return {
      row: {
        deployment,
        seq,
        at: String(at),
        by: canonical(by),
        fact: canonical(fact),
        hash,
        previous: String(previous),
      },
    };
  } catch {
    return `line ${number} is not JSON`;
  }
}

export function checkDecisions(lines: readonly string[], keys: readonly Approver[]): DecisionsChecked {
  const wrong: string[] = [];
  const rows = new Map<string, StoredRow[]>();
  const bodies = new Map<string, string>();
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '') continue;
    const line = parsed(text, index + 1);
    if (typeof line === 'string') wrong.push(line);
    else if ('row' in line) rows.set(line.row.deployment, [...(rows.get(line.row.deployment) ?? []), line.row]);
    else if (digestOf(Buffer.from(line.text)) === line.digest) bodies.set(line.digest, line.text);
    else wrong.push(`line ${index + 1}: the body is not that of ${line.digest}`);
  }
  const known = new Map(keys.map((key) => [key.id, key]));
  const used = new Set<string>();
  const decisions = [...rows].flatMap(([deployment, stored]) => {
    const last = stored.at(-1);
    const { rows: sound, damaged } = checkChain(stored, last);
    if (damaged !== undefined) wrong.push(`${deployment}: ${damaged.why}`);
    return sound.flatMap((row) => decisionIn(row, sound[0]?.at ?? '', bodies, known, used));
  });
  return { decisions, wrong };
}

function decisionIn(
  row: Row,
  started: string,
  bodies: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, Approver>,
  used: Set<string>,
): ProvenDecision[] {
  const [by, fact] = [Object(row.by), Object(row.fact)];
  if (!DECISIONS.has(String(fact.type)) || (fact.assertion === undefined && by.assurance !== 'passkey')) return [];
  const assertion = String(fact.assertion);
  const repeated = used.has(assertion) ? 'repeats the answer of a passkey that counted before' : undefined;
  used.add(assertion);
  const why = repeated ?? whyUnproven(row, bodies.get(assertion), known) ?? whyYoung(by, started, known);
  const shown = why ?? whyOtherReview(fact, bodies);
  return [
    {
      deployment: row.deployment,
      seq: row.seq,
      at: row.at,
      who: String(by.name),
      what: wordsOf(fact),
      separation: String(by.separation ?? 'same-user'),
      ...(shown === undefined ? {} : { why: shown }),
    },
  ];
}

/** An administrator's key may be of any age; one of the data folder has to be older than what it decides about. */
function whyYoung(
  by: Record<string, unknown>,
  started: string,
  known: ReadonlyMap<string, Approver>,
): string | undefined {
  const key = known.get(String(Object(by.credential).id));
  const young = key !== undefined && key.pinned_by === 'data-folder' && key.created_at >= started;
  return young && by.assurance === 'passkey'
    ? 'says passkey, and the passkey is younger than the deployment'
    : undefined;
}

/** The review that was signed is the review of the plan that was signed. */
function whyOtherReview(fact: Record<string, unknown>, bodies: ReadonlyMap<string, string>): string | undefined {
  if (typeof fact.review !== 'string') return undefined;
  const text = bodies.get(fact.review);
  if (text === undefined) return 'names a review that is not in this record';
  return Object(Object(JSON.parse(text)).plan).digest === fact.digest ? undefined : 'names the review of another plan';
}

function wordsOf(fact: Record<string, unknown>): string {
  if (fact.type === 'waived') return `waive ${String(fact.check)}`;
  if (fact.type === 'abandoned') return 'abandon';
  return `${String(fact.choice)} plan ${String(fact.digest)
    .replace(/^sha256:/, '')
    .slice(0, 12)}`;
}
