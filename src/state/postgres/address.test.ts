import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAddress } from './address.ts';

const read = (text: string, env: NodeJS.ProcessEnv = {}) => {
  const address = readAddress(text, env);
  if ('reason' in address) throw new Error(address.message);
  return address;
};

test('several servers share user, database and options; the schema is ours', () => {
  const { servers, schema, name } = read(
    'postgres://gate:s%40fe@db1:5433,db2,[::1]:5434/ledger?schema=team_a&sslmode=verify-full&target_session_attrs=read-write',
  );
  expect(schema).toBe('team_a');
  expect(
    servers.map(({ config }) => [config.host, config.port, config.user, config.password, config.database]),
  ).toEqual(
    [
      ['db1', 5433, 'gate', 's@fe', 'ledger'],
      ['db2', undefined, 'gate', 's@fe', 'ledger'],
      ['[::1]', 5434, 'gate', 's@fe', 'ledger'],
    ].map((row) => row.map((value) => (value === '[::1]' ? expect.stringMatching(/^\[?::1\]?$/) : value))),
  );
  expect(name).toBe('ledger/team_a on db1:5433, db2, [::1]:5434');
  expect(name).not.toContain('s@fe');
});

test.each([
  ['sslmode=disable', false],
  ['sslmode=require', { rejectUnauthorized: false }],
  ['sslmode=verify-full', {}],
])('%s is read as libpq reads it', (option, ssl) => {
  expect(read(`postgres://db/ledger?${option}`).servers[0]?.config.ssl).toMatchObject(Object(ssl));
});

test('the password is read from the file at each connection', async () => {
  const file = join(tmpdir(), `infragate-password-${process.pid}`);
  writeFileSync(file, 'first\n', { mode: 0o600 });
  const { password } =
    read('postgres://gate@db/ledger', { INFRAGATE_LEDGER_PASSWORD_FILE: file }).servers[0]?.config ?? {};
  if (typeof password !== 'function') throw new Error('a function reads the file');
  expect(await password()).toBe('first');
  writeFileSync(file, 'second\n');
  expect(await password()).toBe('second');
});

test.each([
  ['mysql://db/ledger', /no 'postgres:\/\/' address/],
  ['postgres://db/ledger?schema=Robert"); DROP', /`schema` is small letters/],
  ['postgres://db/ledger?schema=', /`schema` is small letters/],
  ['postgres://gate:secret@db:notaport/ledger', /INFRAGATE_LEDGER: /],
  ['postgres://gate:secret@db/ledger?sslmode=verify-ca', /INFRAGATE_LEDGER: /],
])('%s is refused with what would be right, and without the password', (text, why) => {
  const address = readAddress(text, {});
  if (!('reason' in address)) throw new Error('it was read');
  expect(address).toMatchObject({ status: 'error', reason: 'BadAddress', message: expect.stringMatching(why) });
  expect(address.message).toContain('Right is postgres://');
  expect(address.message).not.toContain('secret');
});
