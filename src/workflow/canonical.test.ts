import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from './canonical.ts';

/** The same value with the keys of every object in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value).reverse()) result[key] = reversed(member);
  return result;
}

const json = fc.jsonValue({ noUnicodeString: false });

test('the order of keys makes no difference', () => {
  fc.assert(fc.property(json, (value) => canonical(reversed(value)) === canonical(value)));
});

test('it reads back as the same JSON value, and is then written the same again', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonical(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonical(JSON.parse(text))).toBe(text);
    }),
  );
});

test('anything that can be given to JSON.stringify can be written, half surrogate pairs too', () => {
  const anything = fc.anything({ withDate: true, withNullPrototype: true, withUnicodeString: true });
  fc.assert(fc.property(anything, (value) => typeof JSON.parse(canonical(value)) !== 'undefined'));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => JSON.parse(canonical({ [text]: text })) !== null));
  expect(canonical({ '\ud800': ['\udfff'] })).toBe('{"\ufffd":["\ufffd"]}');
});

test('RFC 8785, section 3.2.2 and 3.2.3: its own examples', () => {
  expect(
    canonical({
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      literals: [null, true, false],
    }),
  ).toBe('{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}');
  expect(canonical({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 })).toBe(
    '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
  );
});
