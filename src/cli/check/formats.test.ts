import { Parser } from 'htmlparser2';
import { expect, test } from 'vitest';
import { parseAssumptions } from './file.ts';
import { type About, formatted } from './formats.ts';
import { exitOf, type Row } from './rows.ts';
import { withWaivers } from './waivers.ts';

const row = (more: Partial<Row>): Row => ({
  category: 'apis',
  name: 'v1/Pod',
  status: 'PASS',
  reason: 'Served',
  message: 'served, namespaced',
  place: { file: 'assumptions.yaml', line: 3, column: 5 },
  ...more,
});
const failed = row({
  name: 'v1/Pot',
  status: 'FAIL',
  reason: 'KindNotServed',
  message: 'no kind | Pot',
  suggestion: 'Pod',
});
const medium = row({
  category: 'divergences',
  name: 'tags that move',
  status: 'MEDIUM',
  reason: 'latest-tag',
  message: 'pulled anew',
  place: { file: 'docs/compose.yml', line: 7, column: 1 },
});
const unseen = row({ name: 'egress', category: 'configuration', status: 'UNKNOWN', reason: 'NotShownYet' });
const about: About = {
  files: ['assumptions.yaml'],
  failOn: 'unknown',
  seconds: 1.25,
  forms: 'docs/reference/requirements.md',
  width: 100,
};

test('the exit code tells a no from what could not be seen', () => {
  expect(exitOf([row({}), medium], 'unknown')).toBe(0);
  expect(exitOf([row({}), medium, unseen], 'unknown')).toBe(4);
  expect(exitOf([failed, unseen], 'unknown')).toBe(1);
  expect(exitOf([medium, unseen], 'fail')).toBe(0);
  expect(exitOf([failed], 'fail')).toBe(1);
  expect(exitOf([medium], 'diverge')).toBe(1);
  expect(exitOf([{ ...failed, accepted: 'waived: known' }], 'unknown')).toBe(0);
});

test('text is grouped and counted, and what was suggested is under its line', () => {
  const text = formatted('text', [row({}), failed, unseen], about);
  expect(text).toContain('APIs (1 FAIL, 1 PASS)\n');
  expect(text).toContain('FAIL     v1/Pot: no kind | Pot\n         → Pod\n');
  expect(text).toContain('All forms of requirement sentences: docs/reference/requirements.md');
  expect(text.split('\n').at(-1)).toBe('1 of 3 does not hold, 1 of 3 can not be seen. (1.3 s)');
});

test('Markdown keeps odd names in their cells', () => {
  const odd = { ...failed, name: 'a|b <i>', message: 'x\ny' };
  expect(formatted('markdown', [odd], about)).toContain('| a\\|b &lt;i> | FAIL | x y | Pod | assumptions.yaml:3 |');
});

type Log = {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly Record<string, unknown>[];
  }[];
};
const sarifOf = (rows: readonly Row[]): Log => JSON.parse(formatted('sarif', rows, about));

test('SARIF has rules with words, and each result its place, level and fingerprint', () => {
  const [run] = sarifOf([row({}), failed, medium, { ...unseen, accepted: 'deferred: later' }]).runs;
  expect(run?.tool.driver.rules.map((rule) => rule.id)).toEqual([
    'apis/KindNotServed',
    'divergences/latest-tag',
    'configuration/NotShownYet',
  ]);
  for (const rule of run?.tool.driver.rules ?? [])
    expect(rule).toMatchObject({
      shortDescription: { text: expect.stringMatching(/\w/) },
      fullDescription: { text: expect.stringMatching(/\w/) },
      help: { text: expect.stringMatching(/\w/) },
    });
  expect(run?.results).toMatchObject([
    {
      ruleId: 'apis/KindNotServed',
      ruleIndex: 0,
      level: 'error',
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'assumptions.yaml' }, region: { startLine: 3, startColumn: 5 } },
        },
      ],
    },
    {
      level: 'warning',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'docs/compose.yml' }, region: { startLine: 7 } } }],
    },
    { level: 'note', suppressions: [{ kind: 'inSource', status: 'accepted', justification: 'deferred: later' }] },
  ]);
  expect(run?.results[0]?.partialFingerprints).toEqual({
    'infragateAssumption/v1': expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  // Moved within its file, it is the same result.
  const moved = sarifOf([{ ...failed, place: { ...failed.place, line: 30 } }]).runs[0]?.results[0];
  expect(moved?.partialFingerprints).toEqual(run?.results[0]?.partialFingerprints);
});

test('a file name becomes a URI', () => {
  const uri = (file: string) => JSON.stringify(sarifOf([{ ...failed, place: { file, line: 1, column: 1 } }]));
  expect(uri('of mine/assumptions #1.yaml')).toContain('"uri":"of%20mine/assumptions%20%231.yaml"');
  expect(uri('/of mine/a.yaml')).toContain('"uri":"file:///of%20mine/a.yaml"');
});

test('JUnit is XML whatever the names hold, with a no as failure and the unseen as error', () => {
  const hostile = { ...failed, name: '"<&\u001b[31m', message: 'a]]>\nb' };
  const xml = formatted('junit', [row({}), hostile, unseen, { ...failed, accepted: 'waived: known' }], about);
  const seen: string[] = [];
  const open: string[] = [];
  new Parser(
    {
      onopentag: (name, attributes) => {
        open.push(name);
        if (name === 'testcase') seen.push(`${attributes.classname} ${attributes.name} ${attributes.line}`);
        else if (name !== 'testsuite' && name !== 'testsuites') seen.push(`${name} ${attributes.message}`);
        else seen.push(`${name} ${attributes.tests}/${attributes.failures}/${attributes.errors}/${attributes.skipped}`);
      },
      onclosetag: (name) => expect(open.pop()).toBe(name),
    },
    { xmlMode: true },
  ).end(xml);
  expect(open).toEqual([]);
  expect(seen).toEqual([
    'testsuites 4/1/1/1',
    'testsuite 3/1/0/1',
    'infragate.apis v1/Pod 3',
    'infragate.apis "<&<U+001B>[31m 3',
    'failure a]]>\nb',
    'infragate.apis v1/Pot 3',
    'skipped waived: known',
    'testsuite 1/0/1/0',
    'infragate.configuration egress 3',
    'error served, namespaced',
  ]);
});

test('a waiver accepts one name until its last day; one that accepts nothing is shown', () => {
  const read = parseAssumptions(
    'a.yaml',
    `assumed_apis: [v1/Pot]
waivers:
  - {name: v1/Pot, because: known, until: 2026-11-30}
  - {name: v1/Lid, because: gone}
`,
    '/',
  );
  if (!read.ok) throw new Error(read.message);
  expect(withWaivers([failed], read.file, '2026-11-30')).toMatchObject([
    { name: 'v1/Pot', accepted: 'waived: known (until 2026-11-30)' },
    { name: 'waiver for v1/Lid', status: 'LOW', place: { line: 4 } },
  ]);
  const [late] = withWaivers([failed], read.file, '2026-12-01');
  expect(late).not.toHaveProperty('accepted');
  expect(late?.message).toContain('the waiver for it ended 2026-11-30');
});
