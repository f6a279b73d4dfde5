import { expect, test } from 'vitest';
import { ownTime } from '../../test/support/pause.ts';
import { redact } from './index.ts';

test.each([
  [
    'a Secret as YAML',
    'apiVersion: v1\nkind: Secret\ndata:\n  password: aHVudGVyMjI=\n  key: |\n    aHVudGVy\n    MjI=\ntype: Opaque',
  ],
  ['a Secret as JSON', '{"kind": "Secret", "data": {"password": "aHVudGVyMjI="}}'],
  ['a list of Secrets', 'kind: List\nitems:\n- kind: Secret\n  data:\n    password: aHVudGVyMjI=\n  metadata: {}'],
  [
    'what kubectl kept of it',
    'kind: Secret\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {"data":{"p":"aHVudGVyMjI="}}',
  ],
  ['a bearer token', 'Authorization: Bearer hunter22hunter22'],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nhunter22\n-----END RSA PRIVATE KEY-----'],
  ['a private key cut at its end', 'x\n-----BEGIN PRIVATE KEY-----\nhunter22'],
  ['a password in a URL', 'postgres://app:hunter22@db:5432/app'],
  ['a variable', 'DB_PASSWORD=hunter22'],
  ['a YAML field', 'adminPassword: hunter22'],
  ['a JSON field', '{"client_secret":"hunter22"}'],
])('%s is hidden', (_what, text) => {
  expect(redact(text)).not.toMatch(/hunter22|aHVudGVy/);
});

test.each([
  'secretName: web-tls',
  'NAME  READY  STATUS\nweb   1/1    Running',
  'kind: Secret\nmetadata:\n  name: db\ntype: Opaque',
  'tokenTTL: 3600',
])('"%s" stays', (text) => {
  expect(redact(text)).toBe(text);
});

test.each([
  '_',
  'a-',
  'a.',
  'a ',
  '"',
  'password ',
  'eyJ',
  '-----BEGIN PRIVATE KEY-----',
  'AAAAAAAAAAAAAAAA ',
  'a://',
  '{',
  'data:\n',
  'x',
])('output made to be slow to look at ("%s" …) is not', (piece) => {
  const text = `kind: Secret\n${piece.repeat(Math.ceil(100_000 / piece.length))}`;
  expect(ownTime(() => redact(text))).toBeLessThan(2_000);
});

test.each([
  'eyJ-',
  'eyJaaaaaaaaa.',
  'password="',
  "token='",
  '-----BEGIN PRIVATE KEY',
  'a://:',
  'SG.a',
  'authorization: bearer ',
])('ten times the text takes about ten times as long ("%s" …)', (piece) => {
  const time = (length: number) => {
    const text = piece.repeat(Math.ceil(length / piece.length));
    const started = performance.now();
    redact(text);
    return performance.now() - started;
  };
  time(10_000);
  const short = Math.max(5, Math.min(time(10_000), time(10_000), time(10_000)));
  expect(Math.min(time(100_000), time(100_000))).toBeLessThan(15 * short);
});
