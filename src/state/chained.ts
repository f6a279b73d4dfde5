import { canonical } from '../workflow/canonical.ts';
import type { Backend, NewRow, StoredRow } from './backend.ts';
import { checkChain, digestOf, isDigest, link, parseJson, parseRow, START } from './chain.ts';
import { type BadRow, type Ledger, LIBRARY, type NewEvent, type Row } from './ledger.ts';
import { learningText, wordsOf } from './words.ts';

/** More deployments than this are listed by asking for fewer. */
const MAX_LINES = 100_000;

/** A ledger over any backend: the hash chain, content addresses and JSON are made here, once for all backends. */
export function chained(backend: Backend): Ledger {
  const read: Ledger['read'] = async (deployment, after = START) => {
    const { rows, head, broken } = await backend.rows(deployment, after.seq);
    return checkChain(rows, head, broken, after);
  };
  return {
    identity: () => backend.identity(),
    read,
    async deployments() {
      const all = await backend.deployments();
      return all.flatMap(({ id, head, first, last }) =>
        id === LIBRARY ? [] : [{ id, first: forList(id, 1, first), last: forList(id, head?.seq ?? 1, last) }],
      );
    },
    foreignWrites: () => backend.foreignWrites(),
    lines: (filter, latest = MAX_LINES) => backend.lines(filter, Math.max(0, Math.trunc(latest))),
    countLines: (filter) => backend.countLines(filter),
    unlisted: () => backend.unlisted(),
    setLine: (deployment, seq, line) => backend.setLine(deployment, seq, line),
    async notes(what, component) {
      return (await backend.notes(what, component)).flatMap((stored) => parseRow(stored) ?? []);
    },
    async append(deployment, afterSeq, events, line) {
      const { seq, hash } = (await backend.head(deployment)) ?? START;
      if (seq !== afterSeq) return { status: 'conflict', seq };
      const [first, ...rest] = chainOn(deployment, seq, hash, events);
      if (first === undefined) return { status: 'appended', seq };
      if ((await backend.insert([first, ...rest], line)) === 'inserted')
        return { status: 'appended', seq: seq + 1 + rest.length };
      return { status: 'conflict', seq: (await backend.head(deployment))?.seq ?? 0 };
    },
    async put(body, mediaType) {
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      const digest = digestOf(bytes);
      await backend.putBody(digest, { body: bytes, mediaType });
      return digest;
    },
    async get(digest) {
      const found = await backend.body(digest);
      return found !== undefined && digestOf(found.body) === digest ? found : undefined;
    },
    async digests(prefix, limit = 10) {
      const digits = /^(?:sha256:)?([0-9a-f]{4,64})$/.exec(prefix)?.[1];
      if (digits === undefined) return [];
      // `g` comes right after the last hexadecimal digit.
      const found = await backend.bodiesBetween(`sha256:${digits}`, `sha256:${digits}g`, limit);
      return found.filter(isDigest);
    },
    async search(words, limit = 10) {
      const some = wordsOf(words);
      if (some.length === 0 || limit < 1) return [];
      const found = await backend.search(some, Math.min(Math.trunc(limit), 1000));
      return found.map((one) => ({ ...one, fact: parseJson(one.fact ?? 'null') ?? null }));
    },
    useOnce: (nonce) => backend.useOnce(nonce),
    attempts: (key) => backend.attempts(key),
    async verify() {
      const bodies = new Set<string>();
      for (const digest of await backend.bodies()) {
        const found = await backend.body(digest);
        if (found !== undefined && digestOf(found.body) === digest) bodies.add(digest);
      }
      const bad: BadRow[] = [];
      for (const { id } of await backend.deployments()) {
        const { rows, damaged } = await read(id);
        const [unproven] = rows.flatMap((row) => {
          const lost = bodiesOf(row).find((digest) => !bodies.has(digest));
          return lost === undefined ? [] : [{ seq: row.seq, lost }];
        });
        if (unproven !== undefined)
          bad.push({
            deployment: id,
            seq: unproven.seq,
            why: `row ${unproven.seq} names ${unproven.lost}, and that body is gone or was changed`,
          });
        else if (damaged !== undefined) bad.push({ deployment: id, ...damaged });
      }
      return bad;
    },
    close: () => backend.close(),
  };
}

function chainOn(deployment: string, after: number, hash: string, events: readonly NewEvent[]): NewRow[] {
  let previous = hash;
  return events.map(({ at, by: who, fact }, index) => {
    const by: unknown = typeof who === 'function' ? who(previous) : who;
    const content = { deployment, seq: after + 1 + index, at, by: canonical(by), fact: canonical(fact) };
    const row: StoredRow = { ...content, previous, hash: link(previous, content) };
    previous = row.hash;
    const words = learningText(fact);
    return words === undefined ? row : { ...row, words };
  });
}

/** A row of a list: unreadable content is null there, and `read` says what is wrong with it. */
function forList(deployment: string, seq: number, stored: StoredRow | undefined): Row {
  if (stored === undefined) return { deployment, seq, at: '', by: null, fact: null, hash: '', previous: '' };
  return parseRow(stored) ?? { ...stored, by: null, fact: null };
}

/** The fields of a fact whose digest names a stored body (workflow/facts.ts); others, e.g. `digest`, name no body. */
const BODY_FIELDS = ['assertion', 'body', 'before', 'applied', 'result', 'report', 'manifests'];

function bodiesOf({ fact }: Row): string[] {
  const { verified_by, ...own }: Record<string, unknown> = { ...Object(fact) };
  return Object.entries({ ...own, ...Object(verified_by) }).flatMap(([field, value]) =>
    BODY_FIELDS.includes(field) && typeof value === 'string' && isDigest(value) ? [value] : [],
  );
}
