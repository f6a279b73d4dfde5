import { expect, test } from 'vitest';
import { hidingValues, secretValuesIn, secretValuesOf } from '../redaction/index.ts';
import { redactFailure, redactLogin } from './redact.ts';

const redactText = (text: string, secrets: readonly string[]) => hidingValues(secrets)(text);

const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  data: { password: Buffer.from('hunter2!').toString('base64') },
  stringData: { key: 'line "one"\nline two' },
};

test("a Secret's values are hidden as sent, decoded, encoded and quoted", () => {
  const hidden = secretValuesOf(secret);
  for (const text of ['hunter2!', secret.data.password, secret.stringData.key, 'line \\"one\\"\\nline two']) {
    expect(redactText(`Invalid value: ${text} is bad`, hidden)).toBe('Invalid value: [redacted] is bad');
  }
});

test('a value with the newline that `echo` gave it is hidden where it is quoted without', () => {
  const data = { password: Buffer.from('hunter2!\n').toString('base64') };
  const hidden = secretValuesOf({ ...secret, data, stringData: {} });
  expect(redactText('login failed for "hunter2!" (app)', hidden)).toBe('login failed for "[redacted]" (app)');
});

test('failures lose them in message and details', () => {
  const failure = { status: 422, reason: 'Invalid', message: 'bad hunter2!', details: { causes: ['has hunter2!'] } };
  expect(JSON.stringify(redactFailure(failure, hidingValues(secretValuesOf(secret))))).not.toContain('hunter2');
});

test.each([
  [{ stringData: { a: 'hunter2!' } }],
  [{ data: { a: Buffer.from('hunter2!').toString('base64') } }],
  [[{ op: 'replace', path: '/data/a', value: Buffer.from('hunter2!').toString('base64') }]],
])('so does what the patch %j brings, but not the words of the patch itself', (patch) => {
  const hidden = secretValuesIn(patch);
  expect(redactText('replace: hunter2!', hidden)).toBe('replace: [redacted]');
});

test('other kinds hide nothing', () => {
  expect(secretValuesOf({ ...secret, kind: 'ConfigMap' })).toEqual([]);
});

test('what a login program prints loses its tokens', () => {
  const said = redactLogin('error: token="abcdefgh12345" eyJhbGciOi.eyJzdWIi.c2ln sha256~AbC-123 Bearer zzzzzzzzzzzz');
  expect(said).not.toMatch(/abcdefgh|eyJ|AbC-123|zzzz/);
  expect(said).toMatch(/^error: /);
});
