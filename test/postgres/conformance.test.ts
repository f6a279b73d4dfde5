import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerConformance } from '../../src/state/conformance/index.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { module, open, placesOn, schemaOf, tamper } from './rig.ts';

const missing = postgresPrograms() === undefined ? 'PostgreSQL (apt-get install postgresql)' : undefined;
if (missing !== undefined) console.error(`SKIPPED the ledger on PostgreSQL: ${missing} is missing`);

describe.skipIf(missing !== undefined)('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.end());

  const place = placesOn(() => server);
  ledgerConformance('PostgreSQL', { place, open, module, tamper });

  const row = (mark: string) => ({
    at: '2026-03-01T10:00:00.000Z',
    by: { kind: 'server' },
    fact: { type: 'mark', mark },
  });

  test.each([
    `UPDATE events SET fact = '{}' WHERE seq = 2`,
    'DELETE FROM events WHERE seq = 3',
    'TRUNCATE events',
    'UPDATE heads SET seq = 1',
    'DELETE FROM heads',
    `UPDATE bodies SET body = ''`,
    'DELETE FROM nonces',
    `UPDATE identity SET id = '0123456789abcdef'`,
  ])('refuses %s, whoever asks', async (sql) => {
    const at = await place();
    const ledger = await open(at);
    await ledger.append('d', 0, ['one', 'two', 'three'].map(row));
    await ledger.put('evidence', 'text/plain');
    await ledger.useOnce('n');
    await expect(server.sql(`SET search_path TO ${schemaOf(at)}; ${sql}`)).rejects.toThrow(/only added to/);
    expect(await ledger.verify()).toEqual([]);
    expect((await ledger.read('d')).rows).toHaveLength(3);
    ledger.close();
  });
});
