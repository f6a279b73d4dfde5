import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bench } from '../../src/state/conformance/bench.ts';
import {
  ownedFolder,
  type PostgresServer,
  postgresProgram,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { module, open, tamper } from './rig.ts';

const bin = postgresPrograms();
if (bin === undefined)
  console.error('SKIPPED the failover of the ledger on PostgreSQL: it is missing (apt-get install postgresql)');

const WRITERS = 8;

describe.skipIf(bin === undefined)('a synchronous standby takes over while eight processes append', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let data: string;
  beforeAll(async () => {
    if (bin === undefined) return;
    primary = await startPostgres({ settings: ['wal_level=replica', 'max_wal_senders=4'] });
    data = join(ownedFolder('standby'), 'data');
    const from = new URL(primary.url());
    await postgresProgram(
      bin,
      'pg_basebackup',
      ['-h', '127.0.0.1', '-p', from.port, '-U', 'admin', '-D', data, '-R', '-X', 'stream', '-c', 'fast'],
      {
        PGPASSWORD: decodeURIComponent(from.password),
      },
    );
    standby = await startPostgres({ data });
  });
  afterAll(async () => {
    await primary?.end();
    await standby?.end();
  });

  const on = bench({ place: async () => '', open, module, tamper });

  test('nothing that was acknowledged is lost, nothing is there twice, and the servers go on by themselves', async () => {
    // From here on an acknowledged commit is on both.
    await primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await primary.sql('SELECT pg_reload_conf()');
    await synchronous(primary);
    const place = primary
      .url()
      .replace(`127.0.0.1:${primary.port}`, `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`);
    (await open(place)).close();
    const writers = Array.from({ length: WRITERS }, (_, n) =>
      on.start(place, 'append', `d${n % 3}`, '1000000', `w${n}`),
    );
    const acknowledged = () => writers.map(({ lines }) => lines().length);
    await until(() => acknowledged().every((count) => count >= 3));
    primary.kill();
    await postgresProgram(bin ?? '', 'pg_ctl', ['promote', '-D', data, '-w']);
    const before = acknowledged();
    await until(() => acknowledged().every((count, n) => count >= (before[n] ?? 0) + 3));
    for (const { child } of writers) child.kill('SIGKILL');
    await Promise.all(writers.map(({ ended }) => ended));
    const ledger = await open(place);
    expect(await ledger.verify()).toEqual([]);
    for (const deployment of ['d0', 'd1', 'd2']) {
      const all = await on.marks(ledger, deployment);
      expect(new Set(all).size, deployment).toBe(all.length);
      for (const [n, { lines }] of writers.entries()) {
        if (`d${n % 3}` !== deployment) continue;
        for (const line of lines()) {
          const { seq, mark }: { seq: number; mark: string } = Object(line);
          expect(all.slice(seq - 3, seq)).toEqual([`${mark}-0`, `${mark}-1`, `${mark}-2`]);
        }
      }
    }
    ledger.close();
  }, 120_000);
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_800; tries += 1) {
    if (holds()) return;
    await sleep(50);
  }
  throw new Error('it did not come to pass within 90 s');
}

async function synchronous(primary: PostgresServer): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await primary.sql('SELECT sync_state FROM pg_stat_replication')) === 'sync') return;
    await sleep(50);
  }
  throw new Error('the standby did not become synchronous within 30 s');
}
