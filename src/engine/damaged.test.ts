import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { damage } from '../../test/support/damage.ts';
import { started } from '../report/fixtures/record.ts';
import { ledgerAt } from '../state/ledger.fixture.ts';
import { TOOLS } from '../tools/index.ts';
import { createEngine, type Engine } from './index.ts';

// One open deployment whose record somebody has written into, in the workspace the calls come from.

let home: string;
let engine: Engine;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'damaged-'));
  const ledger = await ledgerAt(home);
  const fact = { ...started('busybox', { cluster: 'c', namespace: 'web', uid: 'u' }), workspace: home };
  await ledger.append('app-1', 0, [{ at: '2026-01-01T00:00:00.000Z', by: { kind: 'agent', client: 'test' }, fact }]);
  ledger.close();
  expect(damage(home)).toBe(1);
  engine = createEngine({ home, workspace: home, tools: TOOLS });
});
afterEach(async () => {
  await engine.close();
  rmSync(home, { recursive: true, force: true });
});

const call = (tool: string) => engine.perform({ tool, input: {}, actor: { kind: 'agent', client: 'test' } });

test('deployment-status tells of it; it does not say that there is none', async () => {
  const { text, structured } = await call('deployment-status');
  expect(structured).toMatchObject({ deployments: [], damaged: ['app-1'] });
  expect(text).toContain("The record of app-1 can't be trusted");
  expect(text).not.toContain('No deployments yet');
});

test('a call that leaves it out is told why the only open one is not found', async () => {
  const { structured } = await call('complete-deployment');
  expect(structured.refusal).toMatchObject({
    code: 'NO_DEPLOYMENT',
    message: expect.stringContaining("The record of app-1 can't be trusted"),
  });
});
