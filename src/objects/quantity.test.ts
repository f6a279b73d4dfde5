import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
  subtract,
  times,
} from './quantity.ts';

const q = (text: string | number): Quantity => {
  const parsed = parseQuantity(text);
  if (parsed === undefined) throw new Error(`${text} is no quantity`);
  return parsed;
};

test.each([
  ['1', '1000m'],
  ['0.1', '100m'],
  ['1Ki', '1024'],
  ['1.5Gi', '1536Mi'],
  ['1e3', '1k'],
  ['1E3', '1000'],
  ['12E', '12000000000000000000'],
  ['16Ei', '18446744073709551616'],
  ['.5', '500m'],
  ['5.', '5'],
  ['+2', '2'],
  ['100u', '0.0001'],
  ['1n', '0.000000001'],
  [2, '2'],
] as const)('%s is %s', (a, b) => {
  expect(compareQuantity(q(a), q(b))).toBe(0);
});

test.each(['', 'm', '1 Gi', '1gi', 'abc', '1.2.3', '--1', '1KiB', 'NaN', '1e999'])('%s is no quantity', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

test.each([null, undefined, {}, [], true])('%j is no quantity', (value) => {
  expect(parseQuantity(value)).toBeUndefined();
});

test('tenths add up exactly, which they do not in floating point', () => {
  expect(compareQuantity(add(q('100m'), q('200m')), q('300m'))).toBe(0);
  expect(compareQuantity(add(q('0.1'), q('0.2')), q('0.3'))).toBe(0);
});

test('what is smaller than nano is rounded up, as Kubernetes does', () => {
  expect(compareQuantity(q('0.0000000001'), q('1n'))).toBe(0);
});

describe('for all quantities', () => {
  const suffixes = ['', 'm', 'u', 'n', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'Ti'];
  const text = fc
    .tuple(fc.nat(1_000_000), fc.option(fc.nat(999)), fc.constantFrom(...suffixes))
    .map(([w, f, s]) => `${w}${f === null ? '' : `.${f}`}${s}`);
  const any = text.map(q);

  test('writing and reading back changes nothing', () => {
    fc.assert(fc.property(any, (a) => compareQuantity(q(formatQuantity(a)), a) === 0));
    fc.assert(fc.property(any, (a) => compareQuantity(q(formatQuantity(a, 'binary')), a) === 0));
  });

  test('a + b - b = a, a + b = b + a, 3a = a + a + a', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(subtract(add(a, b), b)).toEqual(a);
        expect(add(a, b)).toEqual(add(b, a));
        expect(times(a, 3)).toEqual(add(a, add(a, a)));
      }),
    );
  });

  test('whole numbers keep their order', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => compareQuantity(quantityOf(a), quantityOf(b)) === Math.sign(a - b)),
    );
  });

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.string(), (s) => void parseQuantity(s)));
  });
});
