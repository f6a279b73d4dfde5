import type { Backend, NewRow, StoredRow } from './backend.ts';
import { digestOf, isDigest, parseJson, START } from './chain.ts';
import { chained } from './chained.ts';
import type { LedgerError } from './ledger.ts';
import { type LedgerPlace, openBackend } from './open.ts';
import { learningText } from './words.ts';

/** What was added to the copy by this run; a run that goes on after another one adds the rest. */
export type Copied = {
  readonly deployments: number;
  readonly rows: number;
  readonly bodies: number;
  readonly nonces: number;
  readonly attempts: number;
};

/** Rows of one append: what a statement takes, and what is lost of the progress when it is cut off. */
const MAX_BATCH = 200;

/**
 * All that is in a ledger into another place, row by row as it lies there: hashes, signatures and the ledger's identity
 * stay. What is there already is compared, not written again, so that a copy that was cut off goes on. Nothing is copied
 * from a record that is damaged, and nothing over one that went on by itself. `done` is told of each deployment.
 */
export async function copyLedger(
  from: LedgerPlace,
  to: LedgerPlace,
  done: (deployment: string, rows: number) => void = () => {},
): Promise<Copied | LedgerError> {
  const source = await openBackend(from);
  if ('reason' in source) return source;
  const target = await openBackend(to);
  if ('reason' in target) {
    source.backend.close();
    return target;
  }
  try {
    return await copy(source.backend, target.backend, done);
  } finally {
    source.backend.close();
    target.backend.close();
  }
}

async function copy(
  from: Backend,
  to: Backend,
  done: (deployment: string, rows: number) => void,
): Promise<Copied | LedgerError> {
  const [first] = await chained(from).verify();
  if (first !== undefined)
    return refuse('DamagedLedger', `the record of ${first.deployment} is damaged (${first.why}). Nothing was copied.`);
  if (!(await to.adopt(await from.identity())))
    return refuse(
      'NotALedger',
      'another ledger is there already: a copy goes to an empty place, or goes on in its own.',
    );
  const bodies = await copyBodies(from, to);
  if (typeof bodies !== 'number') return bodies;
  const registers = await copyRegisters(from, to);
  let rows = 0;
  const all = await from.deployments();
  for (const { id } of all) {
    const added = await copyRecord(from, to, id);
    if (typeof added !== 'number') return added;
    rows += added;
    done(id, added);
  }
  for (const { id, ...line } of await from.lines({}, all.length + 1))
    await to.setLine(id, (await to.head(id))?.seq ?? 0, line);
  const problem = await differs(from, to);
  return problem ?? { deployments: all.length, rows, bodies, ...registers };
}

async function copyRecord(from: Backend, to: Backend, id: string): Promise<number | LedgerError> {
  const present = (await to.head(id)) ?? START;
  const { rows } = await from.rows(id, Math.max(0, present.seq - 1));
  const same = present.seq === 0 || rows[0]?.hash === present.hash;
  if (!same)
    return refuse(
      'DamagedLedger',
      `the copy of ${id} went on by itself after row ${present.seq - 1}; it was left as it is.`,
    );
  const missing = (present.seq === 0 ? rows : rows.slice(1)).map(withWords);
  for (let at = 0; at < missing.length; at += MAX_BATCH) {
    const [one, ...more] = missing.slice(at, at + MAX_BATCH);
    if (one !== undefined && (await to.insert([one, ...more])) === 'conflict')
      return refuse('Busy', `somebody else writes to the copy of ${id}. Nothing may use it before it is whole.`);
  }
  return missing.length;
}

function withWords(row: StoredRow): NewRow {
  const words = learningText(parseJson(row.fact));
  return words === undefined ? row : { ...row, words };
}

async function copyBodies(from: Backend, to: Backend): Promise<number | LedgerError> {
  const there = new Set(await to.bodies());
  let copied = 0;
  for (const digest of await from.bodies()) {
    if (there.has(digest) || !isDigest(digest)) continue;
    const body = await from.body(digest);
    if (body === undefined || digestOf(body.body) !== digest)
      return refuse('DamagedLedger', `the body ${digest} can't be read or was changed.`);
    await to.putBody(digest, body);
    copied += 1;
  }
  return copied;
}

async function copyRegisters(from: Backend, to: Backend): Promise<{ nonces: number; attempts: number }> {
  const [theirs, ours] = [await from.registers(), await to.registers()];
  const used = new Set(ours.nonces);
  const nonces = theirs.nonces.filter((nonce) => !used.has(nonce));
  for (const nonce of nonces) await to.useOnce(nonce);
  const known = ours.failures.map(({ key, at }) => `${at} ${key}`);
  const attempts = theirs.failures.filter(({ key, at }) => {
    const index = known.indexOf(`${at} ${key}`);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
  for (const { key, at } of attempts) await to.attempts(key).record(at);
  return { nonces: nonces.length, attempts: attempts.length };
}

/** The copy against the original, once more, when all is there. */
async function differs(from: Backend, to: Backend): Promise<LedgerError | undefined> {
  for (const { id, head } of await from.deployments()) {
    const copied = await to.head(id);
    if (head?.seq !== copied?.seq || head?.hash !== copied?.hash)
      return refuse(
        'Busy',
        `${id} went on while it was copied. Stop the servers that use the original, and copy again.`,
      );
  }
  const [bad] = await chained(to).verify();
  return bad === undefined
    ? undefined
    : refuse('DamagedLedger', `the copy of ${bad.deployment} is not whole: ${bad.why}.`);
}

const refuse = (reason: LedgerError['reason'], message: string): LedgerError => ({ status: 'error', reason, message });
