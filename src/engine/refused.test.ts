import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { started } from '../report/fixtures/record.ts';
import { ledgerAt } from '../state/ledger.fixture.ts';
import { TOOLS } from '../tools/index.ts';
import { createEngine, type Engine } from './index.ts';

// Which refusals the record keeps: the retrospective counts them as calls ahead of a gate.

let home: string;
let engine: Engine;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'refused-'));
  const ledger = await ledgerAt(home);
  const fact = { ...started('web', { cluster: 'c', namespace: 'web', uid: 'u' }), workspace: home };
  await ledger.append('web-1', 0, [{ at: '2026-01-01T00:00:00.000Z', by: { kind: 'agent', client: 'test' }, fact }]);
  ledger.close();
  engine = createEngine({ home, workspace: home, tools: TOOLS });
});
afterEach(async () => {
  await engine.close();
  rmSync(home, { recursive: true, force: true });
});

async function refusalsAfter(tool: string, input: Record<string, unknown>) {
  const answer = await engine.perform({ tool, input, actor: { kind: 'agent', client: 'test' } });
  expect(answer.structured.refusal).toMatchObject({ code: 'GATE_NOT_PASSED' });
  const read = await engine.read('web-1');
  return read.ok ? read.deployment.refusals.length : undefined;
}

test('a call that would have changed something ahead of its gate is kept', async () => {
  expect(await refusalsAfter('apply-phase', { phase_number: 1 })).toBe(1);
});

test.each([
  ['apply-phase', { phase_number: 1, dry_run: true }],
  ['rollback-phase', { phase_number: 1 }],
])('a preview by %s is not', async (tool, input) => {
  expect(await refusalsAfter(tool, input)).toBe(0);
});
