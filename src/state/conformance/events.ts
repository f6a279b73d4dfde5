import { expect, test } from 'vitest';
import { LIBRARY, type Line } from '../ledger.ts';
import { type Bench, event, learning } from './bench.ts';

/** Events come back in order, as they were given; an append that is too late adds nothing; deployments are listed. */
export function events({ rig, open, fresh, marks }: Bench): void {
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

  test('rows after a row that is known are read alone, and only where the record still goes on from it', async () => {
    const ledger = await fresh();
    await ledger.append('d', 0, [event('one'), event('two'), event('three')]);
    const [one, two, three] = (await ledger.read('d')).rows;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three rows were appended');
    expect(await ledger.read('d', one)).toEqual({ rows: [two, three] });
    expect(await ledger.read('d', three)).toEqual({ rows: [] });
    expect((await ledger.read('d', { seq: 1, hash: two.hash })).damaged).toMatchObject({ seq: 2 });
    expect((await ledger.read('d', { seq: 3, hash: two.hash })).damaged).toMatchObject({ seq: 3 });
    expect((await ledger.read('d', { ...three, seq: 4 })).damaged).toMatchObject({ seq: 4 });
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

  const line = (more: Partial<Line> = {}): Line => ({
    component: 'web',
    workspace: '/w',
    cluster: 'c',
    namespace: 'n',
    started: '2026-01-01T00:00:00.000Z',
    closed: '',
    leftovers: false,
    ...more,
  });

  test('a line is written with the append, found by what it says, and listed oldest first', async () => {
    const ledger = await fresh();
    const started = (day: number) => ({ started: `2026-01-0${day}T00:00:00.000Z` });
    await ledger.append('b', 0, [event('one')], line({ ...started(1), closed: 'completed' }));
    await ledger.append('a', 0, [event('one')], line({ ...started(2), workspace: '/other' }));
    await ledger.append('c', 0, [event('one')], line({ ...started(3), leftovers: true }));
    const ids = async (...given: Parameters<typeof ledger.lines>) => (await ledger.lines(...given)).map(({ id }) => id);
    expect(await ids({})).toEqual(['b', 'a', 'c']);
    expect(await ids({}, 2)).toEqual(['a', 'c']);
    expect(await ids({ open: true })).toEqual(['a', 'c']);
    expect(await ids({ open: false })).toEqual(['b']);
    expect(await ids({ open: true, workspace: '/w' })).toEqual(['c']);
    expect(await ids({ leftovers: true })).toEqual(['c']);
    expect(await ids({ component: "' OR 1=1 --" })).toEqual([]);
    expect([await ledger.countLines({}), await ledger.countLines({ open: true })]).toEqual([3, 2]);
    expect((await ledger.lines({ leftovers: true }))[0]).toEqual({
      id: 'c',
      ...line({ ...started(3), leftovers: true }),
    });
    expect(await ledger.unlisted()).toEqual([]);
  });

  test('a record that went on without its line is named until it has one; an older line changes nothing', async () => {
    const ledger = await fresh();
    await ledger.append('d', 0, [event('one')]);
    expect(await ledger.unlisted()).toEqual(['d']);
    await ledger.setLine('d', 1, line());
    expect(await ledger.unlisted()).toEqual([]);
    await ledger.append('d', 1, [event('two')]);
    await ledger.setLine('d', 1, line());
    expect(await ledger.unlisted()).toEqual(['d']);
    await ledger.setLine('d', 2, line({ closed: 'completed' }));
    await ledger.setLine('d', 1, line());
    expect(await ledger.lines({ open: true })).toEqual([]);
    await ledger.append(LIBRARY, 0, [learning('t', 'x')]);
    expect([await ledger.unlisted(), await ledger.countLines({})]).toEqual([[], 1]);
  });

  test('learnings and judgements are found without reading the rest, of all or of one component', async () => {
    const ledger = await fresh();
    const judgement = event('', { type: 'written', what: 'judgement', about: 't' });
    await ledger.append('d', 0, [event('one'), learning('t', 'x'), judgement], line());
    await ledger.append('e', 0, [learning('u', 'y')], line({ component: 'db' }));
    const seqs = async (...given: Parameters<typeof ledger.notes>) =>
      (await ledger.notes(...given)).map((row) => `${row.deployment}/${row.seq}`).toSorted();
    expect(await seqs('learning')).toEqual(['d/2', 'e/1']);
    expect(await seqs('learning', 'db')).toEqual(['e/1']);
    expect(await seqs('judgement')).toEqual(['d/3']);
    expect(await seqs('judgement', 'db')).toEqual([]);
  });

  test('of many appends at once to one place, exactly one wins', async () => {
    const ledger = await fresh();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ledger.append('d', 0, [event(`${n}`)])));
    expect(answers.filter(({ status }) => status === 'appended')).toHaveLength(1);
    expect(await marks(ledger, 'd')).toHaveLength(1);
  });
}
