import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createEngine } from '../src/engine/index.ts';
import { observed, started } from '../src/report/fixtures/record.ts';
import { ledgerAt } from '../src/state/ledger.fixture.ts';
import { TOOLS } from '../src/tools/index.ts';
import type { Actor, Fact } from '../src/workflow/index.ts';
import { report } from './row.ts';

/**
 * What a call costs, by how long its deployment's record is and by how many closed deployments are beside it. The clock
 * is the caller's: one call from its input to its answer, in one process, the first call not counted; medians. `growth`
 * is against the smallest record of the same run. Exit 1 when a row with a bound is over it.
 */
const CALLS = 15;
const MAX_GROWTH = 1.5;
const MAX_APPEND = 1 / 0.9;
const AT = '2026-01-01T00:00:00.000Z';
const AGENT: Actor = { kind: 'agent', client: 'bench' };

const root = mkdtempSync(join(tmpdir(), 'infragate-bench-ledger-'));
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function timed(work: () => Promise<unknown>, calls = CALLS): Promise<number> {
  await work();
  const times: number[] = [];
  for (let n = 0; n < calls; n += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return median(times);
}

/** As a long deployment's record is: the same hundred subjects observed again and again. */
const facts = (count: number): Fact[] =>
  Array.from({ length: count }, (_, n) =>
    observed('cluster-reality-check', `image:example.org/app:${n % 100}`, 'pass'),
  );

const rows = (all: readonly Fact[]) => all.map((fact) => ({ at: AT, by: AGENT, fact }));
const begun = (component: string, workspace: string): Fact => ({
  ...started(component, { cluster: 'c', namespace: component, uid: 'u' }),
  ...{ workspace },
});

/** A ledger with one open deployment of so many events and so many closed ones, and an engine on it. */
async function ledgerWith(events: number, closed: number) {
  const home = mkdtempSync(join(root, 'home-'));
  const ledger = await ledgerAt(home);
  for (let n = 0; n < closed; n += 1)
    await ledger.append(
      `old-${n}`,
      0,
      rows([begun(`old-${n}`, home), ...facts(8), { type: 'abandoned', because: 'over' }]),
    );
  await ledger.append('web-1', 0, rows([begun('web', home), ...facts(events)]));
  ledger.close();
  const engine = createEngine({ home, workspace: home, tools: TOOLS });
  const call = async (tool: string, input: Record<string, unknown>) => {
    const answer = await engine.perform({ tool, input, actor: AGENT });
    if (answer.isError) throw new Error(`${tool}: ${answer.text}`);
  };
  return { engine, call };
}

let over = 0;
const table: string[] = [];
function row(what: string, ms: number, base: number, bound?: number) {
  const growth = ms / base;
  if (bound !== undefined && growth > bound) over += 1;
  const limit = bound === undefined ? '' : `≤ ${bound.toFixed(2)}${growth > bound ? ' OVER' : ''}`;
  table.push(`| ${what} | ${ms.toFixed(2)} | ${growth.toFixed(2)} | ${limit} |`);
}

const CASES = [
  ['50 events', 50, 0],
  ['5,000 events', 5000, 0],
  ['20,000 events', 20_000, 0],
  ['50 events, 2,000 closed deployments', 50, 2000],
] as const;
const base = new Map<string, number>();
for (const [name, events, closed] of CASES) {
  const { engine, call } = await ledgerWith(events, closed);
  const works: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['record-research', () => call('record-research', { findings: `Read the documents again: ${Math.random()}` })],
    ['deployment-status', () => call('deployment-status', {})],
  ];
  for (const [work, run] of works) {
    const ms = await timed(run);
    if (!base.has(work)) base.set(work, ms);
    row(`${work}, ${name}`, ms, base.get(work) ?? ms, events <= 5000 ? MAX_GROWTH : undefined);
    if (base.get(work) !== ms)
      report({
        work: `growth: ${work}, ${name}`,
        ours_ms: ms,
        rivals: [{ name: '50 events', ms: base.get(work) ?? ms }],
        most: MAX_GROWTH,
      });
  }
  await engine.close();
}

// One append of one event, durable, against the same bytes in a table of better-sqlite3 with the same settings.
const home = mkdtempSync(join(root, 'append-'));
const ledger = await ledgerAt(home);
await ledger.append('web-1', 0, rows([begun('web', home)]));
const [fact] = rows(facts(1));
if (fact === undefined) throw new Error('one fact was made');
let seq = 1;
const raw = new Database(join(home, 'raw.sqlite'));
raw.pragma('journal_mode = WAL');
raw.pragma('synchronous = FULL');
raw.exec(
  'CREATE TABLE rows (deployment TEXT, seq INTEGER, row TEXT, PRIMARY KEY (deployment, seq)) STRICT, WITHOUT ROWID',
);
const insert = raw.prepare('INSERT INTO rows VALUES (?, ?, ?)');
let rawSeq = 0;
const rawMs = await timed(async () => insert.run('web-1', rawSeq++, JSON.stringify(fact)), 200);
const ours = await timed(async () => ledger.append('web-1', seq++, [fact]), 200);
row('append of one event, raw better-sqlite3', rawMs, rawMs);
row('append of one event, the ledger', ours, rawMs, MAX_APPEND);
report({
  work: 'append of one event, durable',
  ours_ms: ours,
  rivals: [{ name: 'better-sqlite3', ms: rawMs }],
  most: MAX_APPEND,
});
ledger.close();
raw.close();
rmSync(root, { recursive: true, force: true });

console.log('| work | median ms | growth | bound |');
console.log('|---|---|---|---|');
for (const line of table) console.log(line);
process.exit(over === 0 ? 0 : 1);
