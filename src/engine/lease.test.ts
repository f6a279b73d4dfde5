import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { started } from '../report/fixtures/record.ts';
import { ledgerAt } from '../state/ledger.fixture.ts';
import { createEngine, type Engine } from './index.ts';
import { defineTool, withRun } from './tool.ts';

// Runs that outlive their call, over the real ledger. The tool is made up: how long it takes is decided here.

let home: string;
let engine: Engine;
/** What lets the running runs end, in the order they began. */
let ends: (() => void)[];
let lease: number;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'lease-'));
  ends = [];
  lease = 600_000;
  const ledger = await ledgerAt(home);
  const fact = { ...started('web', { cluster: 'c', namespace: 'web', uid: 'u' }), workspace: home };
  await ledger.append('web-1', 0, [{ at: new Date().toISOString(), by: { kind: 'agent', client: 'test' }, fact }]);
  ledger.close();
  engine = createEngine({ home, workspace: home, tools: [slow] });
});
afterEach(async () => {
  for (const end of ends) end();
  await engine.close();
  rmSync(home, { recursive: true, force: true });
});

const definition = defineTool({
  name: 'cluster-reality-check',
  title: 'slow',
  description: 'slow',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({ deployment: z.string().optional(), wait: z.string().optional() }),
  output: z.looseObject({}),
  lease_ms: () => lease,
  text: () => 'done',
});

const slow = withRun(definition, async () => async (_input, run) => {
  const number = ends.length + 1;
  await new Promise<void>((resolve) => {
    ends.push(resolve);
    run.signal.addEventListener('abort', () => resolve());
  });
  return { kind: 'answer', value: { status: run.signal.aborted ? 'CUT OFF' : 'DONE', number } } as const;
});

const call = async (input: Record<string, unknown>) => {
  const actor = { kind: 'agent', client: 'test' } as const;
  return (await engine.perform({ tool: 'cluster-reality-check', input, actor })).structured;
};

test('the same call waits for the run that goes on, whether it names the one open deployment or leaves it out', async () => {
  const first = await call({ wait: '1ms' });
  expect(first).toMatchObject({ status: 'RUNNING' });
  expect(await call({ wait: '1ms', deployment: 'web-1' })).toMatchObject({ status: 'RUNNING', run: first.run });
  ends[0]?.();
  expect(await call({ deployment: 'web-1' })).toMatchObject({ status: 'DONE', number: 1 });
});

test('a wait longer than any timer takes waits for the end', async () => {
  const answer = call({ wait: '99999999999s' });
  await expect.poll(() => ends.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  ends[0]?.();
  expect(await answer).toMatchObject({ status: 'DONE' });
});

test('a lease longer than any timer takes doesn’t end the run at once', async () => {
  lease = Number.MAX_SAFE_INTEGER;
  const answer = call({});
  await expect.poll(() => ends.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  ends[0]?.();
  expect(await answer).toMatchObject({ status: 'DONE' });
});

test('what came of a run answers the same call, but not one about another plan than there was then', async () => {
  await call({ wait: '1ms' });
  ends[0]?.();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const ledger = await ledgerAt(home);
  const { rows } = await ledger.read('web-1');
  const digest = `sha256:${'a'.repeat(64)}`;
  const fact = { type: 'planned', digest, body: digest, cumulative: [digest], phases: [], uses: [], custom: [] };
  const at = new Date().toISOString();
  await ledger.append('web-1', rows.length, [{ at, by: { kind: 'agent', client: 'test' }, fact }]);
  ledger.close();
  expect(await call({ wait: '1ms' })).toMatchObject({ status: 'RUNNING' });
  ends[1]?.();
  expect(await call({})).toMatchObject({ status: 'DONE', number: 2 });
});
