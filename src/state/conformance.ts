/** What every backend of the ledger promises: run by sqlite/sqlite.test.ts, and by whatever other backend there will be. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { canonical } from './canonical.ts';
import { exportLines } from './export.ts';
import { type Ledger, LIBRARY, type NewEvent } from './ledger.ts';

/** What somebody does to the stored rows behind the ledger's back. */
export type Tampering =
  | {
      what: 'edit';
      deployment: string;
      seq: number;
      column: 'at' | 'by' | 'fact' | 'previous' | 'hash';
      from: string;
      to: string;
    }
  | { what: 'remove'; deployment: string; from: number; to: number }
  | { what: 'swap'; deployment: string; one: number; other: number }
  | { what: 'body'; digest: string };

export type Rig = {
  /** A new, empty place for a ledger: a folder, a database's address. */
  place(): Promise<string>;
  open(place: string): Promise<Ledger>;
  /** A module that exports `open`, for other processes. */
  module: URL;
  tamper(place: string, how: Tampering): Promise<void>;
};

const WORKER = fileURLToPath(new URL('./conformance-worker.ts', import.meta.url));

const event = (mark: string, more: Record<string, unknown> = {}): NewEvent => ({
  at: '2026-03-01T10:00:00.000Z',
  by: { kind: 'agent', client: 'a client' },
  fact: { type: 'mark', mark, ...more },
});
const learning = (title: string, text: string, tags: string[] = []): NewEvent =>
  event('', { type: 'written', what: 'learning', title, text, tags });

export function ledgerConformance(name: string, rig: Rig): void {
  describe(`${name} keeps the ledger's promises`, () => {
    const opened: Ledger[] = [];
    const children: ChildProcessByStdio<null, Readable, null>[] = [];
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
      for (const ledger of opened.splice(0)) ledger.close();
    });
    const open = async (place: string) => {
      const ledger = await rig.open(place);
      opened.push(ledger);
      return ledger;
    };
    const fresh = async () => open(await rig.place());
    /** A process of its own with the ledger open; `lines` grows as it acknowledges. */
    const start = (place: string, ...action: string[]) => {
      const child = spawn(process.execPath, [WORKER, rig.module.href, place, ...action], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      const lines = () =>
        text
          .split('\n')
          .slice(0, -1)
          .map((line): unknown => JSON.parse(line));
      const ended = new Promise<number | null>((done) => child.on('close', done));
      return { child, lines, ended };
    };
    const marks = async (ledger: Ledger, deployment: string) => {
      const { rows, damaged } = await ledger.read(deployment);
      expect(damaged).toBeUndefined();
      return rows.map(({ fact }) => (typeof fact === 'object' && fact && 'mark' in fact ? fact.mark : undefined));
    };
    /** A place with ten events and one body, closed again. */
    const written = async () => {
      const place = await rig.place();
      const ledger = await rig.open(place);
      const body = await ledger.put('evidence', 'text/plain');
      const events = Array.from({ length: 9 }, (_, index) => event(`row ${index + 1}`));
      await ledger.append('d', 0, [...events, event('row 10', { body })]);
      await ledger.append('other', 0, [event('untouched')]);
      ledger.close();
      return { place, body };
    };

    test('it has an identity of its own, the same for every process and at every opening', async () => {
      const place = await rig.place();
      const [one, two] = await Promise.all([open(place), open(place)]);
      const id = await one.identity();
      expect(id).toMatch(/^[0-9a-f]{16}$/);
      expect(await two.identity()).toBe(id);
      expect(await (await fresh()).identity()).not.toBe(id);
    });

    test('what was appended is read in order, as it was given, also by the next process', async () => {
      const place = await rig.place();
      const ledger = await rig.open(place);
      const odd = event('ä\u0000"\\\u2028😀', { deep: [{ b: [1.5, -0, 1e21], a: null }], gone: undefined });
      expect(await ledger.append('d', 0, [event('one'), odd])).toEqual({ status: 'appended', seq: 2 });
      expect(await ledger.append('d', 2, [event('three')])).toEqual({ status: 'appended', seq: 3 });
      ledger.close();
      const { rows, damaged } = await (await open(place)).read('d');
      expect(damaged).toBeUndefined();
      expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(rows[1]).toMatchObject({ deployment: 'd', at: odd.at, by: odd.by });
      expect(rows[1]?.fact).toEqual({
        type: 'mark',
        mark: 'ä\u0000"\\\u2028😀',
        deep: [{ b: [1.5, 0, 1e21], a: null }],
      });
    });

    test('half a surrogate pair in what a client sent does not keep the event from being recorded', async () => {
      const ledger = await fresh();
      await ledger.append('d', 0, [event('\ud800x', { '\udc00key': 1 })]);
      expect((await ledger.read('d')).rows[0]?.fact).toEqual({ type: 'mark', mark: '\ufffdx', '\ufffdkey': 1 });
    });

    test('an unknown deployment has no rows', async () => {
      expect(await (await fresh()).read('nobody')).toEqual({ rows: [] });
    });

    test('an append after any row but the last is a conflict that says where the end is, and adds nothing', async () => {
      const ledger = await fresh();
      await ledger.append('d', 0, [event('one'), event('two')]);
      for (const after of [0, 1, 3]) {
        expect(await ledger.append('d', after, [event('late')])).toEqual({ status: 'conflict', seq: 2 });
      }
      expect(await marks(ledger, 'd')).toEqual(['one', 'two']);
    });

    test('appending nothing checks the place and adds nothing', async () => {
      const ledger = await fresh();
      expect(await ledger.append('d', 0, [])).toEqual({ status: 'appended', seq: 0 });
      expect(await ledger.append('d', 4, [])).toEqual({ status: 'conflict', seq: 0 });
      expect(await ledger.deployments()).toEqual([]);
    });

    test('deployments are listed oldest first, with their first and last row, without the library', async () => {
      const ledger = await fresh();
      await ledger.append('b', 0, [{ ...event('b1'), at: '2026-01-01T00:00:00.000Z' }, event('b2')]);
      await ledger.append('a', 0, [event('a1')]);
      await ledger.append(LIBRARY, 0, [learning('t', 'x')]);
      const listed = await ledger.deployments();
      expect(listed.map(({ id, first, last }) => [id, first.seq, last.seq])).toEqual([
        ['b', 1, 2],
        ['a', 1, 1],
      ]);
      expect(listed[0]?.last).toEqual((await ledger.read('b')).rows[1]);
    });

    test('of many appends at once to one place, exactly one wins', async () => {
      const ledger = await fresh();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ledger.append('d', 0, [event(`${n}`)])));
      expect(answers.filter(({ status }) => status === 'appended')).toHaveLength(1);
      expect(await marks(ledger, 'd')).toHaveLength(1);
    });

    test('several processes race for every place: each event is there once, three together, in an unbroken chain', async () => {
      const place = await rig.place();
      const [writers, turns] = [4, 15];
      const racing = Array.from({ length: writers }, (_, n) => start(place, 'append', 'd', `${turns}`, `w${n}`));
      expect(await Promise.all(racing.map(({ ended }) => ended))).toEqual(Array(writers).fill(0));
      const all = await marks(await open(place), 'd');
      expect(new Set(all).size).toBe(writers * turns * 3);
      expect(all).toHaveLength(writers * turns * 3);
      for (let at = 0; at < all.length; at += 3) {
        const turn = String(all[at]).replace(/-0$/, '');
        expect(all.slice(at, at + 3)).toEqual([`${turn}-0`, `${turn}-1`, `${turn}-2`]);
      }
    }, 60_000);

    test('processes that open a place for the first time at the same moment all get a ledger', async () => {
      for (let round = 0; round < 6; round += 1) {
        const place = await rig.place();
        const own = await Promise.all(Array.from({ length: 6 }, () => rig.place()));
        const when = `${Date.now() + 700}`;
        const racing = own.map((warm) => start(place, 'open', when, warm));
        expect(await Promise.all(racing.map(({ ended }) => ended))).toEqual(Array(6).fill(0));
      }
    }, 60_000);

    test('kill -9 in the middle of appending loses no acknowledged event and leaves no half append', async () => {
      const place = await rig.place();
      for (const round of [1, 2, 3]) {
        const { child, lines, ended } = start(place, 'append', 'd', '1000000', `r${round}`);
        while (lines().length < 10 * round) await new Promise((done) => setTimeout(done, 3));
        child.kill('SIGKILL');
        await ended;
        const ledger = await rig.open(place);
        const all = await marks(ledger, 'd');
        expect(all.length % 3).toBe(0);
        for (const line of lines()) {
          expect(line).toMatchObject({ seq: expect.any(Number), mark: expect.any(String) });
          const { seq, mark }: { seq: number; mark: string } = Object(line);
          expect(all.slice(seq - 3, seq)).toEqual([`${mark}-0`, `${mark}-1`, `${mark}-2`]);
        }
        expect(await ledger.verify()).toEqual([]);
        ledger.close();
      }
    }, 60_000);

    for (const [column, from, to] of [
      ['fact', 'row 4', 'row 5'],
      ['fact', '{"mark"', '{ "mark"'],
      ['by', 'agent', 'agenT'],
      ['at', '2026-03-01', '2026-03-02'],
      ['hash', '', '!'],
      ['previous', '', '!'],
    ] as const) {
      test(`a changed ${column} (${from || 'its first character'} to ${to}) is damage at that row, and verify names it`, async () => {
        const { place } = await written();
        await rig.tamper(place, { what: 'edit', deployment: 'd', seq: 4, column, from, to });
        const ledger = await open(place);
        const { rows, damaged } = await ledger.read('d');
        expect(rows).toHaveLength(3);
        expect(damaged).toEqual({ seq: 4, why: expect.stringContaining('row 4') });
        expect(await ledger.verify()).toEqual([{ deployment: 'd', ...damaged }]);
        expect((await ledger.read('other')).damaged).toBeUndefined();
      });
    }

    test.each([
      ['in the middle', 5, 6, 5],
      ['at the beginning', 1, 1, 1],
      ['at the end', 9, 10, 9],
      ['all of them', 1, 10, 1],
    ])('rows removed %s are missed', async (_where, from, to, seq) => {
      const { place } = await written();
      await rig.tamper(place, { what: 'remove', deployment: 'd', from, to });
      const ledger = await open(place);
      expect((await ledger.read('d')).damaged).toEqual({ seq, why: expect.stringContaining('missing') });
      expect(await ledger.verify()).toMatchObject([{ deployment: 'd', seq }]);
    });

    test('two rows in each other’s place are noticed', async () => {
      const { place } = await written();
      await rig.tamper(place, { what: 'swap', deployment: 'd', one: 3, other: 7 });
      expect(await (await open(place)).verify()).toMatchObject([{ deployment: 'd', seq: 3 }]);
    });

    test('a changed evidence body is no evidence: it can’t be got, and verify names the row that rests on it', async () => {
      const { place, body } = await written();
      await rig.tamper(place, { what: 'body', digest: body });
      const ledger = await open(place);
      expect(await ledger.get(body)).toBeUndefined();
      expect(await ledger.verify()).toEqual([{ deployment: 'd', seq: 10, why: expect.stringContaining(body) }]);
    });

    test('bodies of 5 MB come back byte for byte, by their SHA-256, kept once', async () => {
      const ledger = await fresh();
      const body = new Uint8Array(randomBytes(5 * 1024 * 1024));
      const digest = await ledger.put(body, 'application/octet-stream');
      expect(digest).toBe(`sha256:${createHash('sha256').update(body).digest('hex')}`);
      expect(await ledger.put(body, 'text/plain')).toBe(digest);
      const got = await ledger.get(digest);
      expect(got?.mediaType).toBe('application/octet-stream');
      expect(Buffer.compare(got?.body ?? new Uint8Array(), body)).toBe(0);
      expect(await ledger.put('', 'text/plain').then((empty) => ledger.get(empty))).toMatchObject({
        mediaType: 'text/plain',
      });
      expect(await ledger.get('sha256:none')).toBeUndefined();
    });

    test('bodies are named by the first digits of their digest: those that begin so, in order, and no others', async () => {
      const ledger = await fresh();
      // Numbers until two share their first four digits.
      const byDigits = new Map<string, string>();
      let pair: [string, string] | undefined;
      for (let n = 0; pair === undefined; n += 1) {
        const digits = createHash('sha256').update(`${n}`).digest('hex').slice(0, 4);
        const before = byDigits.get(digits);
        if (before !== undefined) pair = [before, `${n}`];
        byDigits.set(digits, `${n}`);
      }
      const digests = [await ledger.put(pair[0], 'text/plain'), await ledger.put(pair[1], 'text/plain')].sort();
      const other = await ledger.put('something else', 'text/plain');
      const [one = '', two = ''] = digests;
      expect(await ledger.digests(one.slice('sha256:'.length, 'sha256:'.length + 4))).toEqual(digests);
      expect(await ledger.digests(one.slice(0, 'sha256:'.length + 4))).toEqual(digests);
      expect(await ledger.digests(one.slice(0, 'sha256:'.length + 4), 1)).toEqual([one]);
      expect(await ledger.digests(two.slice('sha256:'.length, 'sha256:'.length + 12))).toEqual([two]);
      expect(await ledger.digests(other)).toEqual([other]);
      for (const none of ['', 'sha256:', one.slice(7, 10), 'zzzz', '%', `${one}0`, one.toUpperCase(), 'g000'])
        expect(await ledger.digests(none), none).toEqual([]);
    });

    test('learnings are found by any of their words, best first, and nothing else is', async () => {
      const ledger = await fresh();
      await ledger.append('d', 0, [
        learning('Mirror images first', 'The cluster can not reach docker.io; mirrored images are pulled at once.', [
          'image',
        ]),
        learning('Ask for quota', 'Phase 4 met the quota of the namespace.', ['quota']),
        event('mirror quota', { type: 'written', what: 'retro', text: 'mirror quota' }),
      ]);
      const found = await ledger.search('which quota does the namespace have?');
      expect(found[0]).toMatchObject({ deployment: 'd', seq: 2, text: expect.stringContaining('Ask for quota') });
      expect((await ledger.search('MIRRORING')).map(({ seq }) => seq)).toEqual([1]);
      expect(await ledger.search('mirror quota', 1)).toHaveLength(1);
      expect(await ledger.search('kafka')).toEqual([]);
    });

    test.each([
      '',
      '   ',
      '"',
      '""',
      "'",
      '*',
      'a*',
      'NEAR(',
      'AND',
      'NOT quota',
      'text:quota',
      'col : x',
      '^quota',
      '-quota',
      '(((',
      ')',
      '{quota}',
      '\u0000',
      '\ud800',
      '😀',
      'ａ',
      "'; DROP TABLE events; --",
      'x'.repeat(100_000),
      'a b '.repeat(20_000),
    ])('a search for %j never throws', async (words) => {
      const ledger = await fresh();
      await ledger.append('d', 0, [learning('Ask for quota', 'not near and')]);
      expect(Array.isArray(await ledger.search(words, 3))).toBe(true);
    });

    test('a nonce can be used once, whichever process comes first', async () => {
      const place = await rig.place();
      const racing = Array.from({ length: 5 }, () => start(place, 'once', 'the approval'));
      await Promise.all(racing.map(({ ended }) => ended));
      expect(racing.flatMap(({ lines }) => lines()).toSorted()).toEqual([false, false, false, false, true]);
      const ledger = await open(place);
      expect(await ledger.useOnce('the approval')).toBe(false);
      expect(await ledger.useOnce('another')).toBe(true);
    }, 60_000);

    test('failed attempts are counted for each key since a time, also after a restart', async () => {
      const place = await rig.place();
      const ledger = await rig.open(place);
      await ledger.attempts('alice').record('2026-03-01T10:00:00.000Z');
      await ledger.attempts('alice').record('2026-03-01T10:05:00.000Z');
      await ledger.attempts('bob').record('2026-03-01T10:05:00.000Z');
      ledger.close();
      const { count } = (await open(place)).attempts('alice');
      expect(await count('2026-03-01T00:00:00.000Z')).toBe(2);
      expect(await count('2026-03-01T10:01:00.000Z')).toBe(1);
      expect(await count('2026-03-01T11:00:00.000Z')).toBe(0);
    });

    test('an export carries all that is needed to check the chain without us', async () => {
      const { place } = await written();
      const lines: string[] = [];
      for await (const line of exportLines(await open(place), 'd')) lines.push(line);
      expect(lines).toHaveLength(10);
      let before = '0'.repeat(64);
      for (const line of lines) {
        const { hash, previous, ...content } = JSON.parse(line);
        expect(previous).toBe(before);
        expect(
          createHash('sha256')
            .update(previous + canonical(content))
            .digest('hex'),
        ).toBe(hash);
        before = hash;
      }
    });

    test('a damaged deployment is exported up to the damage, and the end says so', async () => {
      const { place } = await written();
      await rig.tamper(place, { what: 'edit', deployment: 'd', seq: 4, column: 'fact', from: 'row 4', to: 'row 5' });
      const lines = exportLines(await open(place), 'd');
      for (const _ of [1, 2, 3]) expect((await lines.next()).done).toBe(false);
      expect(await lines.next()).toMatchObject({ done: true, value: { seq: 4 } });
    });
  });
}
