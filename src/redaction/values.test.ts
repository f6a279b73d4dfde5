import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownTime } from '../../test/support/pause.ts';
import { HIDDEN, hiding, redact } from './index.ts';

const LONG = `Cn4ryLong${'aB3dE5'.repeat(20)}`;
const MULTI = 'Cn4ryLineOne77\nCn4ryLineTwo88\nCn4ryLineThree99';
const DOCKER = JSON.stringify({
  auths: {
    'reg.example': {
      username: 'u',
      password: 'Cn4ryDockerPw1',
      auth: Buffer.from('u:Cn4ryDockerPw1').toString('base64'),
    },
  },
});
const ODD = 'Cn4ry "quoted" <tag>&more/é\\end';
const URI = 'postgres://app:Cn4ryUri%40Pw9@db:5432/app';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const wrapped = (text: string, width: number) =>
  base64(text)
    .match(new RegExp(`.{1,${width}}`, 'g'))
    ?.join('\n') ?? '';
const hide = hiding([LONG, MULTI, DOCKER, ODD, URI]);

/** Text of a tool → what of the value must not be in it. */
test.each([
  ['one line of several', 'Cn4ryLineOne77', /Cn4ry/],
  ['several lines, indented', MULTI.replace(/^/gm, '    '), /Cn4ry/],
  ['several lines with CRLF', MULTI.replaceAll('\n', '\r\n'), /Cn4ry/],
  ['base64 at 76 columns', wrapped(LONG, 76), /[A-Za-z0-9+/]{20}/],
  ['base64 at 64 columns, indented', wrapped(LONG, 64).replace(/^/gm, '  '), /[A-Za-z0-9+/]{20}/],
  ['base64 at 40 columns', wrapped(LONG, 40), /[A-Za-z0-9+/]{20}/],
  ['base64 without its first line', wrapped(LONG, 76).split('\n').slice(1).join('\n'), /[A-Za-z0-9+/]{24}/],
  ['base64 with a newline in it', base64(`${LONG}\n`), /[A-Za-z0-9+/]{20}/],
  ['base64 of something around it', base64(`{"k":"${LONG}"}`), /Q240cnlMb25n|NuNHJ5TG9uZ|Dbjc/],
  ['base64 of base64', base64(base64(LONG)), /[A-Za-z0-9+/]{20}/],
  ['base64url', Buffer.from(LONG).toString('base64url'), /[A-Za-z0-9_-]{20}/],
  ['hex', Buffer.from(LONG).toString('hex'), /436e347279/],
  ['a JSON string', JSON.stringify({ k: ODD }), /Cn4ry/],
  [
    'JSON as Go writes it',
    JSON.stringify(ODD).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026'),
    /Cn4ry/,
  ],
  ['JSON in JSON', JSON.stringify(JSON.stringify({ k: ODD })), /Cn4ry/],
  ['a URL', `https://x.example/?q=${encodeURIComponent(ODD)}`, /Cn4ry/],
  ['a form', new URLSearchParams({ q: 'x' }).toString() + encodeURIComponent(ODD).replaceAll('%20', '+'), /Cn4ry/],
  ["a docker login's auth, decoded", 'u:Cn4ryDockerPw1', /Cn4ry/],
  ["a docker login's auth", base64('u:Cn4ryDockerPw1'), /dTpDbjRy/],
  ["a docker login's password alone", 'login with Cn4ryDockerPw1 failed', /Cn4ry/],
  ["a connection string's password", 'authentication failed for Cn4ryUri@Pw9', /Cn4ry/],
  ['a piece of a long token', `… ${LONG.slice(30, 70)}`, /[A-Za-z0-9]{24}/],
])('a value is hidden as %s', (_what, text, secret) => {
  const shown = hide(text);
  expect(shown).toContain(HIDDEN);
  expect(shown).not.toMatch(secret);
});

test.each([
  ['an ordinary word in a Secret of several lines', 'enabled\ntrue\n8080', 'the feature is enabled on 8080'],
  ['a value too short to be a secret', 'abc', 'abcdef'],
])('%s hides nothing else', (_what, value, text) => {
  expect(hiding([value])(text)).toBe(text);
});

test.each([
  ['AKIA in a log', `key ${'AKIA'}QYLPMN5HHHFPZAM2 used`, /QYLPMN/],
  ['a basic login', 'Authorization: Basic dXNlcjpwYXNz', /dXNlcj/],
  ['two words between quotes', 'PASSWORD="two words"', /two|words/],
  ['a flag', 'psql --password hunter22 -h db', /hunter22/],
  ['curl -u', 'curl -u app:hunter22 https://x', /hunter22/],
  ['escaped JSON', '{"log":"{\\"password\\":\\"hunter22\\"}"}', /hunter22/],
  ['an access key', 'secret_access_key=hunter22hunter22', /hunter22/],
])('%s is hidden whoever prints it', (_what, text, secret) => {
  expect(redact(text)).not.toMatch(secret);
});

test('whatever the value, it is not in the redacted text, in plain, base64, URL or JSON spelling', () => {
  const value = fc.string({ unit: 'grapheme', minLength: 12, maxLength: 200 }).filter((v) => v.trim().length >= 8);
  fc.assert(
    fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
      const hideIt = hiding([secret]);
      for (const spelled of [secret, base64(secret), encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
        expect(hideIt(`${before} ${spelled} ${after}`).includes(spelled)).toBe(HIDDEN.includes(spelled));
      }
    }),
    { numRuns: 200 },
  );
});

test('thousands of values cost a text no more than a pause nobody notices', () => {
  const values = Array.from({ length: 2_000 }, (_, i) => `value-${i}-${'x'.repeat(i % 300)}`);
  const hideThem = hiding(values);
  const text = 'value-1 eyJ LS0t value-1999- AAAAAAAAAAAAAAAA '.repeat(1_500);
  expect(ownTime(() => hideThem(text))).toBeLessThan(200);
});

const dumped = Buffer.from('Cn4ryS3cret/Value+77=x');
const pairs = dumped.toString('hex').match(/../g) ?? [];
test.each([
  ['hex in capitals', dumped.toString('hex').toUpperCase()],
  ['openssl, with colons', pairs.join(':')],
  ['od -An -tx1', ` ${pairs.join(' ')}`],
  ['xxd', `00000000: ${dumped.toString('hex').replace(/(.{4})/g, '$1 ')}  Cn4ryS3cret/Value+77=x`],
  ['hexdump -C', `00000000  ${pairs.slice(0, 16).join(' ')}  |Cn4ryS3cret/Valu|`],
  ['escapes of a shell', pairs.map((pair) => `\\x${pair}`).join('')],
  ['escapes of JSON', pairs.map((pair) => `\\u00${pair}`).join('')],
  ['a URL of codes alone', pairs.map((pair) => `%${pair}`).join('')],
  ['a URL with small letters', 'Cn4ryS3cret%2fValue%2b77%3dx'],
  ['quoted-printable', pairs.map((pair) => `=${pair.toUpperCase()}`).join('')],
  ['Go', `[]byte{${pairs.map((pair) => `0x${pair}`).join(', ')}}`],
  ['HTML codes', pairs.map((pair) => `&#x${pair};`).join('')],
  ['printf %q', 'Cn4ryS3cret\\/Value\\+77\\=x'],
  ['base32', 'INXDI4TZKMZWG4TFOQXVMYLMOVSSWNZXHV4A'],
])('a value as %s prints it is hidden', (_what, text) => {
  const shown = hiding([dumped.toString()])(`before ${text}\nafter`);
  expect(shown).toMatch(/^before .*\[redacted\].*\nafter$/s);
  expect(shown).not.toContain(text.slice(10, 30));
});

test('a digest or a dump of something else is shown', () => {
  const text = `sha256:${'0a1b2c3d'.repeat(8)}\n00000000: 6865 6c6c 6f20 776f 726c 6421  hello world!`;
  expect(hiding([dumped.toString()])(text)).toBe(text);
});
