import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPolicy } from './policy.ts';

let home: string;
let system: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'infragate-policy-'));
  system = join(home, 'etc', 'policy.yaml');
  mkdirSync(join(home, 'etc'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('without a file the defaults hold', async () => {
  expect(await readPolicy(home, system)).toMatchObject({ ok: true, policy: { minimum_assurance: 'elicited' } });
});

test("the machine's settings overrule the data folder's, one by one", async () => {
  writeFileSync(join(home, 'policy.yaml'), 'minimum_assurance: elicited\napproval_days: 3\n');
  writeFileSync(system, 'minimum_assurance: operator\n');
  expect(await readPolicy(home, system)).toMatchObject({
    ok: true,
    policy: { minimum_assurance: 'operator', approval_days: 3, bullet_timeout_max: '300s' },
  });
});

test('a file that can not be understood or read is an error that names it, never a default', async () => {
  for (const text of ['minimum_assurance: none', 'minimum_asurance: operator', 'a: [', 'just a word']) {
    writeFileSync(system, text);
    expect(await readPolicy(home, system)).toMatchObject({ ok: false, message: expect.stringContaining(system) });
  }
  rmSync(system);
  mkdirSync(system);
  expect(await readPolicy(home, system)).toMatchObject({ ok: false, message: expect.stringContaining(system) });
});
