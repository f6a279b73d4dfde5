import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExpectations } from '../../bench/cases/expectation.ts';
import { casesIn, parseCases } from '../../bench/cases/file.ts';
import { judgeCase } from '../../bench/cases/judge.ts';

const folder = join(import.meta.dirname, '..', 'cases', 'objects');
const cases = casesIn(folder);

describe('every case answers as its first lines say', () => {
  test('there are cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
  });

  test.each(cases.map((one) => [one.file, one] as const))('%s', (_, one) => {
    expect(judgeCase(one).misses).toEqual([]);
  });
});

describe('an expectation that is not understood is an error, never a pass', () => {
  test.each([
    'readiness is one of readdy',
    'readiness is one of ready or so',
    'readiness is one of ready; and more',
    'final is maybe',
    'must pass',
    '',
  ])('%s', (text) => {
    expect(() => parseExpectations(text)).toThrow(/no known form/);
    const [one] = parseCases(
      `# expected: ${text}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, uid: u}\n`,
      'a.yaml',
    );
    if (one !== undefined) expect(judgeCase(one).misses).not.toEqual([]);
  });

  test('a file that can not be read does not hold, and hides no other', () => {
    const here = mkdtempSync(join(tmpdir(), 'cases-'));
    const ready = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, uid: u}\n';
    writeFileSync(join(here, 'a.yaml'), '# expected: readiness is one of ready\n: [');
    writeFileSync(join(here, 'b.yaml'), ready);
    writeFileSync(join(here, 'c.yaml'), `# expected: readiness is one of ready\n${ready}`);
    const misses = casesIn(here).map((one) => `${one.file} ${judgeCase(one).misses.length}`);
    rmSync(here, { recursive: true });
    expect(misses).toEqual(['a.yaml 1', 'b.yaml 1', 'c.yaml 0']);
  });

  test('a file that says nothing of what is expected is an error', () => {
    expect(() => parseCases('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n', 'a.yaml')).toThrow(/a\.yaml/);
  });
});
