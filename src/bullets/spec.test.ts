import { expect, test } from 'vitest';
import { readSpec } from './spec.ts';

const objects = (text: string) => {
  const spec = readSpec(text);
  if (!spec.ok) throw new Error(spec.refusal.message);
  return spec.objects;
};
const problem = (text: string) => {
  const spec = readSpec(text);
  return spec.ok ? 'it was read' : `${spec.refusal.code} ${spec.refusal.message}`;
};
const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

test('several documents, empty ones between them, and a List', () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: c}}\n`;
  const read = objects(`---\n# nothing yet\n---\n${configMap('a')}---\n---\n${configMap('b')}---\n${list}`);
  expect(read.map((o) => `${o.kind}/${o.metadata.name}`)).toEqual(['ConfigMap/a', 'ConfigMap/b', 'Secret/c']);
});

test('scalars are read as kubectl reads them', () => {
  const [read] = objects(
    `${configMap('a')}x: {mode: 0644, flag: yes, text: "yes", at: 12:30, day: 2026-01-02, big: 1e3, image: 5000}\n`,
  );
  expect(read?.x).toEqual({
    mode: 420,
    flag: true,
    text: 'yes',
    at: '12:30',
    day: '2026-01-02',
    big: 1000,
    image: 5000,
  });
});

test.each([
  ['an open quote', 'kind: "Pod\nmetadata: {}\n', /^BAD_INPUT minimal_spec: line \d+, column \d+: Missing closing/],
  ['a key twice', 'kind: Pod\nkind: Pod\n', /line 2, column 1: Map keys must be unique/],
  ['a tab', 'kind: Pod\nmetadata:\n\tname: x\n', /line 3, column 1/],
  [
    'an alias without an anchor',
    'kind: Ingress\nhost: *.example.com\n',
    /BAD_INPUT .*line 1, column 1: Unresolved alias/,
  ],
  [
    'a name that is a number',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: 123}\n',
    /metadata.name of Pod is 123, which is no text/,
  ],
  ['an object twice', `${configMap('a')}---\n${configMap('a')}`, /ConfigMap\/a is in it twice/],
  ['no kind', `${configMap('a')}---\napiVersion: v1\nmetadata: {}\n`, /line 5, column 1: a document of v1 has no kind/],
  ['a list', '- a\n- b\n', /line 1, column 1: a document is not an object/],
  ['nothing', '# only a remark\n', /there is no object in it/],
  [
    'too many',
    Array.from({ length: 11 }, (_, n) => configMap(`c${n}`)).join('---\n'),
    /11 objects; a bullet has at most 10/,
  ],
])('%s is told with its place', (_, text, message) => {
  expect(problem(text)).toMatch(message);
});
