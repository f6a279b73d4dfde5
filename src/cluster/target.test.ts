import { expect, test } from 'vitest';
import { fingerprint } from './target.ts';

const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;

test('a fingerprint is of the authority and the issuer, whatever address the server has', () => {
  const one = fingerprint(pem('aaaa'), 'https://issuer', 'https://a');
  expect(one).toEqual(fingerprint(pem('aaaa'), 'https://issuer', 'https://b'));
  expect(one).toMatchObject({ via: 'fingerprint', of: ['certificate authority', 'issuer'] });
  expect(one.uid).not.toBe(fingerprint(pem('bbbb'), 'https://issuer', 'https://a').uid);
  expect(one.uid).not.toBe(fingerprint(pem('aaaa'), 'https://other', 'https://a').uid);
});

test('the order of a bundle does not matter', () => {
  const [a, b] = [pem('aaaa'), pem('bbbb')];
  expect(fingerprint(a + b, 'i', 's')).toEqual(fingerprint(b + a, 'i', 's'));
});

test('where the issuer or the authority is not known, the address counts, and is said', () => {
  const one = fingerprint(pem('aaaa'), null, 'https://a');
  expect(one.of).toEqual(['certificate authority', 'server']);
  expect(one.uid).not.toBe(fingerprint(pem('aaaa'), null, 'https://b').uid);
  expect(fingerprint(undefined, 'i', 'https://a').of).toEqual(['issuer', 'server']);
});
