import { expect, test } from 'vitest';
import { parseAllDocuments, parseDocument } from 'yaml';
import { KUBECTL_YAML } from './kubectl-yaml.ts';
import { checkUniqueKeys } from './yaml-keys.ts';

test.each([
  'a: 1\nb: 2\na: 3\n',
  'a: {x: 1, x: 2}\n',
  '- {k: 1}\n- {k: 1, "k": 2}\n',
  'a: 1\n"a": 2\n',
  'x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n',
  'a: 1\nb: {a: 1}\n',
  '? {complex: 1}\n: 1\n? {complex: 1}\n: 2\n',
  '1: a\n"1": b\n',
])('%j is judged as the parser judges it', (text) => {
  const theirs = parseDocument(text, { ...KUBECTL_YAML, uniqueKeys: true, prettyErrors: false });
  const ours = parseDocument(text, { ...KUBECTL_YAML, uniqueKeys: false, prettyErrors: false });
  checkUniqueKeys(ours);
  const told = (errors: typeof ours.errors) => errors.map((e) => `${e.code} ${e.pos[0]}`).toSorted();
  expect(told(ours.errors)).toEqual(told(theirs.errors));
});

test('60,000 keys take seconds, not a minute', () => {
  const text = Array.from({ length: 60_000 }, (_, i) => `k${i}: v`).join('\n');
  const started = performance.now();
  const documents = parseAllDocuments(text, { ...KUBECTL_YAML, uniqueKeys: false });
  for (const document of Array.isArray(documents) ? documents : []) checkUniqueKeys(document);
  expect(performance.now() - started).toBeLessThan(10_000);
});
