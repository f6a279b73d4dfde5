import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deploymentOf, started } from '../report/fixtures/record.ts';
import { ledgerAt } from '../state/ledger.fixture.ts';
import type { Actor, Deployment, Fact } from '../workflow/index.ts';
import { permitOf, permitsIn, refreshPermits, writePermit } from './permits.ts';
import { policySchema } from './policy.ts';
import { appendDecided, recordsOf } from './record.ts';

const AT = '2026-01-01T00:00:00.000Z';
const NOTE: Fact = { type: 'written', what: 'research', text: 'found' };
const AGENT: Actor = { kind: 'agent', client: 'test' };
const STARTED = started('web', { cluster: 'c', namespace: 'web', uid: 'u', proving_namespace: 'web-proving' });

const deployment = (...more: Fact[]): Deployment =>
  deploymentOf(
    [STARTED, ...more].map((fact, i) => ({ seq: i + 1, at: AT, by: AGENT, fact })),
    'web-1',
  );

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'permits-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const written = () => JSON.parse(readFileSync(join(home, 'permits', 'web-1.json'), 'utf8'));

test('an open deployment leaves a file for its owner alone: namespaces, gate, what is open, what leads on', async () => {
  await writePermit(home, deployment(), AT);
  expect(statSync(join(home, 'permits', 'web-1.json')).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, 'permits')).mode & 0o777).toBe(0o700);
  const file = written();
  expect(file).toMatchObject({ deployment: 'web-1', namespaces: ['web', 'web-proving'], stage: 'research', gate: 'R' });
  expect(file.open.length).toBeGreaterThan(0);
  expect(file.next.length).toBeGreaterThan(0);
  expect(file).not.toHaveProperty('phase');
});

test('no phase may be worked on before Gate P, whatever was placed', () => {
  const d = deployment({
    type: 'placed',
    run: 'r',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'web', name: 'web' },
    state: 'created',
    purpose: 'phase',
    phase: 1,
  });
  expect(permitOf(d, AT)).not.toHaveProperty('phase_objects');
});

test('a closed deployment takes its file away', async () => {
  await writePermit(home, deployment(), AT);
  await writePermit(home, deployment({ type: 'abandoned', because: 'no longer wanted' }), AT);
  expect(written).toThrow('ENOENT');
});

test('a slow server never puts an older permit over a newer one', async () => {
  const newer = deployment({ type: 'written', what: 'research', text: 'found' });
  await writePermit(home, newer, AT);
  await writePermit(home, deployment(), AT);
  expect(written().seq).toBe(newer.seq);
});

test('a damaged file is written anew', async () => {
  await writePermit(home, deployment(), AT);
  writeFileSync(join(home, 'permits', 'web-1.json'), '{');
  await writePermit(home, deployment(), AT);
  expect(written().deployment).toBe('web-1');
});

test('each append brings its permit up to date, and what is appended stays so when it can not be written', async () => {
  const ledger = await ledgerAt(home);
  const permits = permitsIn(home, () => AT);
  const records = recordsOf(ledger, policySchema.parse({}), permits.note);
  await ledger.append('web-1', 0, [{ at: AT, by: AGENT, fact: STARTED }]);
  await refreshPermits(records, permits);
  expect(written().seq).toBe(1);
  rmSync(join(home, 'permits'), { recursive: true });
  await refreshPermits(records, permits);
  expect(written().seq).toBe(1);
  const append = (...facts: Fact[]) =>
    appendDecided(
      records,
      'web-1',
      AGENT,
      () => AT,
      () => facts,
    );
  await Promise.all([append(NOTE), append(NOTE)]);
  await permits.flush();
  expect(written().seq).toBe(3);
  rmSync(join(home, 'permits'), { recursive: true });
  writeFileSync(join(home, 'permits'), 'in the way');
  const reported = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect((await append(NOTE)).ok).toBe(true);
  await permits.flush();
  expect(reported).toHaveBeenCalledWith(expect.stringContaining('could not be written'));
  reported.mockRestore();
  rmSync(join(home, 'permits'));
  await append({ type: 'abandoned', because: 'over' });
  await permits.flush();
  expect(existsSync(join(home, 'permits', 'web-1.json'))).toBe(false);
  ledger.close();
});

test('a run that has not answered yet brings its permit up to date by itself', async () => {
  const permits = permitsIn(home, () => AT);
  permits.note(deployment());
  await vi.waitFor(() => expect(written().deployment).toBe('web-1'));
});
