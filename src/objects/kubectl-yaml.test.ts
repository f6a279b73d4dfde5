import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { KUBECTL_YAML } from './kubectl-yaml.ts';

test.each([
  ['0644', 420],
  ['0o644', '0o644'],
  ['yes', true],
  ['off', false],
  ['"yes"', 'yes'],
  ['12:30', '12:30'],
  ['2026-01-01', '2026-01-01'],
  ['1e3', 1000],
  ['~', null],
])('%s is read as kubectl reads it', (written, value) => {
  expect(parse(`a: ${written}`, KUBECTL_YAML)).toEqual({ a: value });
});

test('merge keys are merged, what is written beside them wins', () => {
  expect(parse('a: &a {x: 1, y2: 2}\nb: {<<: *a, x: 3}', KUBECTL_YAML)).toMatchObject({ b: { x: 3, y2: 2 } });
});
