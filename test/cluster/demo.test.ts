import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outcomesOf } from '../../scripts/demo-svg.ts';
import { columns, WIDTH } from '../../src/demo/layout.ts';
import { isLedgerError, openLedger } from '../../src/state/index.ts';

/** The demo as people run it, each with a sandbox of its own, in a data folder of this test. */
const root = join(import.meta.dirname, '..', '..');
let data = '';
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'infragate-demo-test-'));
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

function demo(...args: string[]): { child: ChildProcess; output: () => string } {
  const { INFRAGATE_HOME: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, 'scripts', 'dev.mjs'), 'demo', ...args], {
    cwd: root,
    env: { ...env, XDG_DATA_HOME: data, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk));
  return { child, output: () => text };
}

async function finished(...args: string[]): Promise<string> {
  const { child, output } = demo(...args);
  const [code] = await once(child, 'close');
  expect(code, output().slice(-3000)).toBe(0);
  return output();
}

const LEARNT = ['Images come from the mirror', 'Ask about quotas before the last phase'];

test('a second demo is offered what the first learnt; one that was interrupted holds nothing up', async () => {
  const interrupted = demo();
  await expect.poll(interrupted.output, { timeout: 120_000, interval: 200 }).toContain('Stage 0: tracer bullets');
  expect(interrupted.output()).not.toContain('learnt before');
  const closed = once(interrupted.child, 'close');
  interrupted.child.kill('SIGTERM');
  await closed;

  const first = await finished();
  expect(first).toContain('(1 earlier demo on record)');
  expect(first).not.toContain('inherited');
  expect(first.split('Stage R: research, first iteration')[1]?.split('An agent in a hurry')[0]).not.toContain('learnt');
  expect(first).toMatch(/^demo: complete \(/m);
  const lines = first.trimEnd().split('\n');
  expect(lines.length, 'lines without --verbose').toBeLessThanOrEqual(150);
  expect(lines.filter((line) => columns(line) > WIDTH)).toEqual([]);
  // The recorded run, of which the README shows a picture, is a run of this demo.
  expect(outcomesOf(first)).toEqual(outcomesOf(readFileSync(join(root, 'docs', 'assets', 'demo.txt'), 'utf8')));
  for (const title of ['What was proven', 'What to do next']) expect(lines).toContain(`== ${title}`);

  const second = await finished();
  const start = second.split('Stage R: research, first iteration')[1]?.split('An agent in a hurry')[0] ?? '';
  for (const title of LEARNT) expect(start).toMatch(new RegExp(`learnt before \\(dify-2\\): .*${title}`));
  expect(second).toMatch(/^demo: complete \(/m);

  const ledger = await openLedger({ home: join(data, 'infragate-demo') });
  if (isLedgerError(ledger)) throw new Error(ledger.message);
  const all = await ledger.deployments();
  const clusters = all.map(({ first: { fact } }) => Object(Object(fact).target).cluster);
  ledger.close();
  expect(all.map(({ id }) => id)).toEqual(['dify-1', 'dify-2', 'dify-3']);
  expect(new Set(clusters).size).toBe(3);
  // The user's own ledger was not touched; the sandboxes, which lie beside it, are gone.
  expect(existsSync(join(data, 'infragate', 'ledger.sqlite'))).toBe(false);
  expect(existsSync(join(data, 'infragate', 'sandbox')) ? readdirSync(join(data, 'infragate', 'sandbox')) : []).toEqual(
    [],
  );
}, 600_000);
