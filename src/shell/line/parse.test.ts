import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownTime } from '../../../test/support/pause.ts';
import { parseCommand } from './parse.ts';

test.each([
  ['kubectl get pods | grep -q web', ['kubectl', 'grep']],
  ['env A=b sudo -u x timeout -k 1 5 kubectl get pods', ['kubectl']],
  ['sh -c "kubectl get pods && curl x"', ['sh', 'kubectl', 'curl']],
  ['test "$(oc whoami)" = me', ['oc']],
  ['find . -name x -exec rm {} ;', ['rm']],
  ['diff <(kubectl get a) <(helm list)', ['diff', 'kubectl', 'helm']],
])('%s starts %j', (text, programs) => {
  expect([...parseCommand(text).programs].sort()).toEqual([...programs].sort());
});

test.each([
  'true',
  ':',
  'exit 0',
  'a || true',
  'a || :',
  'a; true',
  'a; exit 0',
  'a || (b; echo x)',
  'a && b || echo x',
  'if a; then echo b; fi',
  '{ a; true; }',
  'bash -c "a || true"',
  'eval "a || true"',
  '! false',
  'test 1 = 1',
  '[ a = a ]',
  'a &',
  'X=1',
  'a | true',
  'for i in 1; do a; :; done',
  'a; (exit 0)',
])('"%s" can not fail', (text) => expect(parseCommand(text).never_fails).toBeDefined());

test.each([
  'a',
  'a && true',
  'a || false',
  'a || exit 1; echo ok',
  'set -e; a; echo ok',
  'if a; then echo b; else exit 1; fi',
  '[ -n "$(a)" ]',
  'test -s f',
  'exit 1',
  'a | grep x',
  '! a',
  'true && a',
])('"%s" can fail', (text) => expect(parseCommand(text).never_fails).toBeUndefined());

test('what a line names on disk', () => {
  const { files, globs } = parseCommand(
    'cd m && helm template c --values=v.yaml -fx.yaml < in.txt; curl -d @b.json u; kubectl apply -f a/*.yaml; ./run.sh',
  );
  expect(files).toEqual(
    expect.arrayContaining(['c', 'm/c', 'v.yaml', 'm/v.yaml', 'x.yaml', 'in.txt', 'b.json', './run.sh']),
  );
  expect(globs).toContain('a/*.yaml');
});

test('any text is read without throwing', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab $(){}|&;<>"\'`\\\n#!=*?[]~-'), maxLength: 60 }),
      (text) => parseCommand(text) !== undefined,
    ),
    { numRuns: 2000 },
  );
});

test('a line of a thousand changes of folder is refused, and quickly', () => {
  const text = 'cd a; '.repeat(1_000);
  expect(ownTime(() => parseCommand(text))).toBeLessThan(500);
  expect(parseCommand(text).problems.map((p) => p.reason)).toContain('TooDeep');
});
