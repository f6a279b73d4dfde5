import { expect, test } from 'vitest';
import { exitOf, markdown, plain, rowsOf, sarif } from './check.report.ts';

const answer = {
  apis: [
    { name: 'v1/Pod', status: 'PASS', reason: 'Served', evidence: { found: 'served, namespaced' } },
    {
      name: 'v1/Pot',
      status: 'FAIL',
      reason: 'KindNotServed',
      evidence: {},
      error: 'no kind | Pot',
      suggestion: 'Pod',
    },
  ],
  divergences: [
    {
      id: 'latest-tag/x',
      feature: 'tags that move',
      divergence: 'MEDIUM',
      rule: 'latest-tag',
      local: 'pulled anew',
      adjustment: 'name a version',
    },
  ],
};
const rows = rowsOf(answer);

test('only what passes, or is no more than MEDIUM, ends with 0', () => {
  expect(exitOf(rows)).toBe(1);
  expect(exitOf(rows.filter((row) => row.status !== 'FAIL'))).toBe(0);
  expect(exitOf(rowsOf({ images: [{ name: 'a', status: 'UNKNOWN' }] }))).toBe(1);
  expect(exitOf([])).toBe(1);
});

test('each form holds every row that is not simply so', () => {
  expect(plain(rows)).toContain('FAIL     v1/Pot: no kind | Pot');
  expect(markdown(rows)).toContain('| apis | v1/Pot | FAIL | no kind \\| Pot | Pod |');
  expect(sarif(rows, 'assumptions.yaml')).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { rules: [{ id: 'apis/KindNotServed' }, { id: 'divergences/latest-tag' }] } },
        results: [
          { ruleId: 'apis/KindNotServed', level: 'error' },
          { ruleId: 'divergences/latest-tag', level: 'warning' },
        ],
      },
    ],
  });
});

test('odd names stay inside their places: a table cell, a URI', () => {
  const odd = rowsOf({ apis: [{ name: 'a\\|b <i>', status: 'FAIL', error: 'x\ny' }] });
  expect(markdown(odd).split('\n').at(-1)).toBe('| apis | a\\|b &lt;i> | FAIL | x y | – |');
  const place = (file: string) => JSON.stringify(sarif(odd, file));
  expect(place('of mine/assumptions #1.yaml')).toContain('"uri":"of%20mine/assumptions%20%231.yaml"');
  expect(place('/of mine/a.yaml')).toContain('"uri":"file:///of%20mine/a.yaml"');
});

test('what a large answer says once is put back: the reason, and what was found as its evidence has it', () => {
  const large = {
    apis: [
      { name: 'v1/Pod', status: 'PASS' },
      { name: 'v1/Node', status: 'PASS', reason: 'ServedDeprecated' },
    ],
    passed: { apis: 'Served', evidence: 'deployment-status {show: "evidence", id: "0123456789ab#NAME"}' },
  };
  const kept = JSON.stringify({ items: [{ name: 'v1/Pod', verdict: { message: 'served, namespaced' } }] });
  expect(rowsOf(large, kept)).toMatchObject([
    { name: 'v1/Pod', reason: 'Served', message: 'served, namespaced' },
    { name: 'v1/Node', reason: 'ServedDeprecated', message: 'ServedDeprecated' },
  ]);
});
