import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chained } from '../../src/state/chained.ts';
import { isLedgerError } from '../../src/state/index.ts';
import { openLedger } from '../../src/state/open.ts';
import { openPostgres } from '../../src/state/postgres/index.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../support/postgres.ts';

const missing = postgresPrograms() === undefined;
if (missing)
  console.error(
    'SKIPPED roles and lost answers of the ledger on PostgreSQL: it is missing (apt-get install postgresql)',
  );

const row = (mark: string) => ({
  at: '2026-03-01T10:00:00.000Z',
  by: { kind: 'server' },
  fact: { type: 'mark', mark },
});
const learning = (title: string) => ({
  at: '2026-03-01T10:00:00.000Z',
  by: { kind: 'server' },
  fact: { type: 'written', what: 'learning', title, text: 'The quota of the namespace' },
});

describe.skipIf(missing)('PostgreSQL as an administrator sets it up', () => {
  let server: PostgresServer;
  const as = (user: string, password: string, schema: string) =>
    `postgres://${user}:${password}@127.0.0.1:${server.port}/postgres?sslmode=disable&schema=${schema}`;
  beforeAll(async () => {
    server = await startPostgres();
    await server.sql("CREATE ROLE gate LOGIN PASSWORD 'gate-pw'");
  });
  afterAll(() => server.end());

  test('a role that may only read and add opens a ledger that another role made, and can change nothing in it', async () => {
    const refused = await openPostgres(as('gate', 'gate-pw', 'roles'));
    expect(refused).toMatchObject({
      reason: 'NoPermission',
      message: expect.stringContaining('ledger migrate --grant'),
    });
    const made = await openPostgres(`${server.url()}&schema=roles`, { grantTo: 'gate' });
    if ('reason' in made) throw new Error(made.message);
    made.close();
    const home = mkdtempSync(join(tmpdir(), 'infragate-home-'));
    const ledger = await openLedger({ home, address: as('gate', 'gate-pw', 'roles') });
    if (isLedgerError(ledger)) throw new Error(ledger.message);
    await ledger.append('d', 0, [row('one'), learning('Ask for quota')]);
    const digest = await ledger.put('evidence', 'text/plain');
    expect(await ledger.useOnce('n')).toBe(true);
    await ledger.attempts('k').record();
    expect(Buffer.from((await ledger.get(digest))?.body ?? '').toString()).toBe('evidence');
    expect(await ledger.search('quota')).toHaveLength(1);
    expect(await ledger.verify()).toEqual([]);
    ledger.close();
    const psql = (sql: string) =>
      promisify(execFile)('psql', ['-XAtq', '-c', sql, as('gate', 'gate-pw', 'roles').replace(/&schema=.*/, '')], {
        cwd: '/',
      });
    for (const table of ['events', 'heads', 'bodies', 'nonces', 'failures', 'learnings', 'identity'])
      for (const sql of [`DELETE FROM roles.${table}`, `TRUNCATE roles.${table}`, `DROP TABLE roles.${table}`])
        await expect(psql(sql), sql).rejects.toThrow(/permission denied|must be owner/);
    await expect(psql("UPDATE roles.events SET fact = '{}'")).rejects.toThrow(/permission denied/);
  });

  test('a wrong password, a database that is not there and a server that is not there are sentences without the password', async () => {
    const home = mkdtempSync(join(tmpdir(), 'infragate-home-'));
    const opened = async (address: string) => {
      const ledger = await openLedger({ home, address });
      if (!isLedgerError(ledger)) throw new Error('it was opened');
      expect(ledger.message).not.toContain('hunter2');
      return ledger.reason;
    };
    expect(await opened(as('gate', 'hunter2', 'x'))).toBe('NoPermission');
    expect(await opened(as('gate', 'gate-pw', 'x').replace('/postgres?', '/nothing?'))).toBe('BadAddress');
  });

  test('the command line works on it: status and verify by INFRAGATE_LEDGER and a password file', async () => {
    const home = mkdtempSync(join(tmpdir(), 'infragate-home-'));
    const file = join(home, 'password');
    writeFileSync(file, 'gate-pw\n', { mode: 0o600 });
    const made = await openPostgres(`${server.url()}&schema=cli`, { grantTo: 'gate' });
    if ('reason' in made) throw new Error(made.message);
    await chained(made).append('d', 0, [row('one'), row('two')]);
    made.close();
    const env = {
      ...process.env,
      HOME: home,
      INFRAGATE_HOME: join(home, 'data'),
      INFRAGATE_LEDGER: as('gate', 'x', 'cli').replace(':x@', '@'),
      INFRAGATE_LEDGER_PASSWORD_FILE: file,
    };
    const infragate = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../bin/infragate.js'), ...args], { env });
    const { stdout } = await infragate('verify', '--json');
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ sound: true, deployments: 1 });
  });

  test('learnings are found on a server without full-text search, too', async () => {
    const backend = await openPostgres(`${server.url()}&schema=plain`, { dialect: 'plain' });
    if ('reason' in backend) throw new Error(backend.message);
    const ledger = chained(backend);
    await ledger.append('d', 0, [learning('Ask for quota'), learning('Mirror images'), row('quota')]);
    expect((await ledger.search('which QUOTA, and mirror?')).map(({ seq }) => seq)).toEqual([2, 1]);
    expect(await ledger.search('kafka')).toEqual([]);
    ledger.close();
  });

  test('an append whose answer is lost on the way is there once, and is answered as appended', async () => {
    // Lets everything through to the server, and drops the connection instead of the first answer to an append.
    let dropped = 0;
    const between = createServer((client) => {
      const upstream = dial(server.port, '127.0.0.1');
      let appending = false;
      client.on('data', (chunk) => {
        if (chunk.includes('WITH prior AS')) appending = true;
        upstream.write(chunk);
      });
      upstream.on('data', (chunk) => {
        if (appending && dropped === 0) {
          dropped += 1;
          client.destroy();
          upstream.destroy();
        } else client.write(chunk);
      });
      for (const socket of [client, upstream]) socket.on('error', () => {});
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
    });
    await new Promise<void>((done) => between.listen(0, '127.0.0.1', done));
    const address = between.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const backend = await openPostgres(`${server.url().replace(`:${server.port}/`, `:${port}/`)}&schema=lost`);
    if ('reason' in backend) throw new Error(backend.message);
    const ledger = chained(backend);
    expect(await ledger.append('d', 0, [row('one'), row('two')])).toEqual({ status: 'appended', seq: 2 });
    expect(dropped).toBe(1);
    const { rows, damaged } = await ledger.read('d');
    expect([rows.length, damaged]).toEqual([2, undefined]);
    ledger.close();
    between.close();
  });
});
