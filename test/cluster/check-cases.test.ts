import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CaseRead, readCases } from '../../bench/checks/case.ts';
import { parseExpectation } from '../../bench/checks/expectation.ts';
import { runCase } from '../../bench/checks/run.ts';
import { sandbox, setUpReality, writer } from './support/reality.ts';

/** `infragate check` over test/cases/checks: each file says in its first lines what is expected. */
setUpReality('checks', ['openshift', 'olm', 'olm-v1', 'gateway', 'cert-manager', 'cnpg']);
const FOLDER = join(import.meta.dirname, '..', 'cases', 'checks');
const names = readCases(FOLDER, 'registry.invalid').map((read) => (read.ok ? read.value.name : read.name));

describe('the cases of infragate check', () => {
  const cases = new Map<string, CaseRead>();
  beforeAll(() => {
    for (const read of readCases(FOLDER, sandbox.registry ?? ''))
      cases.set(read.ok ? read.value.name : read.name, read);
  });

  test.each(names)('%s', async (name) => {
    const read = cases.get(name);
    expect(read).toMatchObject({ ok: true });
    if (read?.ok) expect(await runCase(read.value, writer, sandbox.kubeconfig)).toEqual([]);
  });

  test('an expectation of an unknown form is an error', () => {
    for (const text of ['it should be nice', 'FAIL but friendly', 'exit code two', 'PASS; somehow'])
      expect(parseExpectation(text), text).toMatchObject({ ok: false });
  });
});
