import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { isLedgerError, openLedger } from '../state/index.ts';
import type { Fact } from '../workflow/index.ts';
import { createEngine } from './index.ts';
import { defineTool, withRun } from './tool.ts';

const AT = '2026-01-01T00:00:00.000Z';

/** A bug in a tool, which nothing in infragate has on purpose: the first run throws, the next answers. */
function oneThatBreaksOnce() {
  let runs = 0;
  const definition = defineTool({
    name: 'record-research',
    title: 'breaks',
    description: 'breaks',
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    input: z.strictObject({ deployment: z.string() }),
    output: z.looseObject({}),
    lease_ms: () => 600_000,
    text: () => 'done',
  });
  return withRun(definition, async () => async () => {
    runs += 1;
    if (runs === 1) throw new Error('a bug');
    return { kind: 'answer', value: { status: 'DONE' } } as const;
  });
}

test('a run that broke is over: the same step can be taken again at once, and the record says what came of the first', async () => {
  const home = mkdtempSync(join(tmpdir(), 'broken-'));
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const place = { server: 's', context: 'k', cluster: 'c', via: 'kube-system', namespace: 'web' } as const;
  const started: Fact = {
    type: 'started',
    component: 'web',
    complexity: 'simple',
    workspace: home,
    target: { ...place, namespaces: [{ name: 'web', uid: 'u' }] },
  };
  const ledger = await openLedger({ home });
  if (isLedgerError(ledger)) throw new Error(ledger.message);
  await ledger.append('web-1', 0, [{ at: AT, by: { kind: 'agent', client: 'test' }, fact: started }]);
  ledger.close();
  const engine = createEngine({ home, workspace: home, tools: [oneThatBreaksOnce()], now: () => AT });
  try {
    const call = () =>
      engine.perform({
        tool: 'record-research',
        input: { deployment: 'web-1' },
        actor: { kind: 'agent', client: 'test' },
      });
    expect(await call()).toMatchObject({ isError: true, text: expect.stringContaining('a bug') });
    expect((await call()).structured).toMatchObject({ status: 'DONE' });
    const read = await engine.read('web-1');
    const ends = read.ok ? [...read.deployment.runs.values()].map((r) => r.ended?.outcome) : [];
    expect(ends).toEqual(['broken', 'answered']);
  } finally {
    await engine.close();
    stderr.mockRestore();
    rmSync(home, { recursive: true, force: true });
  }
});
