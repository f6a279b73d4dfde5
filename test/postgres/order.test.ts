import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCommand } from '../../src/sandbox/command.ts';
import { removePlaces, place as sqlitePlace } from '../../src/state/sqlite/rig.ts';
import { judge } from '../order/check.ts';
import { histories } from '../order/histories.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { placesOn } from './rig.ts';

const go = findCommand('go') !== undefined;
if (!go) console.error('SKIPPED the proof of order: the go command is missing, which builds its checker');
const database = postgresPrograms() !== undefined;
if (!database) console.error('SKIPPED the proof of order on PostgreSQL: it is missing (apt-get install postgresql)');

/** A short run of `npm run prove:ledger`. */
const options = { histories: 20, writers: 4, operations: 8, seed: 7, disturbEvery: 4 };

const operation = (client: number, call: number, back: number, input: object, out: object | null) => ({
  client,
  call,
  return: back,
  in: { append: true, after: 0, marks: [], ...input },
  out,
});

describe.skipIf(!go)('the order of a ledger', () => {
  afterAll(removePlaces);

  test.each([
    [
      'two that both follow the same row',
      [
        operation(1, 1, 4, { marks: ['a'] }, { status: 'appended', seq: 1 }),
        operation(2, 2, 5, { marks: ['b'] }, { status: 'appended', seq: 1 }),
      ],
    ],
    [
      'a read that misses what was acknowledged before it',
      [
        operation(1, 1, 2, { marks: ['a'] }, { status: 'appended', seq: 1 }),
        operation(2, 3, 4, { append: false }, { status: 'read', seq: 0, marks: [] }),
      ],
    ],
    ['a conflict where nobody wrote', [operation(1, 1, 2, { marks: ['a'] }, { status: 'conflict', seq: 0 })]],
    [
      'an append that is there twice',
      [
        operation(1, 1, 2, { marks: ['a'] }, null),
        operation(2, 3, 4, { append: false }, { status: 'read', seq: 2, marks: ['a', 'a'] }),
      ],
    ],
  ])('%s is no order', async (_what, history) => {
    expect(await judge([JSON.stringify(history)])).toMatchObject({ histories: 1, violations: 1 });
  });

  test('an append that was never answered is there or is not', async () => {
    const asked = operation(1, 1, 2, { marks: ['a'] }, null);
    const read = (marks: string[]) =>
      operation(2, 3, 4, { append: false }, { status: 'read', seq: marks.length, marks });
    const both = [
      [asked, read([])],
      [asked, read(['a'])],
    ].map((history) => JSON.stringify(history));
    expect(await judge(both)).toMatchObject({ histories: 2, violations: 0, unanswered: 2 });
  });

  test('of SQLite: each history of processes that are killed and stopped has one', async () => {
    const backend = { module: new URL('../../src/state/sqlite/rig.ts', import.meta.url), place: await sqlitePlace() };
    expect(await judge(histories(backend, options))).toMatchObject({ histories: 20, violations: 0, undecided: 0 });
  });

  describe.skipIf(!database)('of PostgreSQL', () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server.end());

    test('each history has one, also when the database crashes', async () => {
      const backend = { module: new URL('./rig.ts', import.meta.url), place: await placesOn(() => server)() };
      const crash = async () => {
        await server.stop('immediate');
        await server.start();
      };
      const judged = await judge(histories(backend, { ...options, crash }));
      expect(judged).toMatchObject({ histories: 20, violations: 0, undecided: 0 });
    });
  });
});
