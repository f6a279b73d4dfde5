import { removeAbandoned } from '../commands/abandoned.ts';
import { isDead } from '../commands/owner.ts';
import { type Deployment, type Fact, openRuns, toCleanUp } from '../workflow/index.ts';
import type { Connected } from './connect.ts';
import type { EngineContext } from './context.ts';
import { appendDecided, loadSome } from './record.ts';

/**
 * What an earlier process left behind is cleaned up after the first cluster call, never at boot, and only if it is in
 * this ledger, on this cluster, and no run that is alive has it. What other ledgers created is not touched.
 */
export async function cleanUpEarlier(
  engine: EngineContext,
  connection: Connected,
  present: Deployment | undefined,
): Promise<void> {
  const cluster = connection.place().cluster;
  // The deployment at hand is looked at every time; the rest of the ledger once a process.
  const everyone = !engine.cleaned.has(cluster);
  engine.cleaned.add(cluster);
  if (everyone) await removeAbandoned(engine.home);
  const others = everyone ? (await loadSome(engine, { cluster, leftovers: true })).deployments : [];
  const candidates = everyone ? others : present === undefined ? [] : [present];
  for (const d of candidates) {
    if (d.target.cluster === cluster && toCleanUp(d).length > 0) await cleanUpOne(engine, connection, d);
  }
}

async function cleanUpOne(engine: EngineContext, connection: Connected, d: Deployment): Promise<void> {
  const alive = openRuns(d, engine.now()).filter((r) => engine.active.has(r.run) || !isDead(r.owner));
  const held = new Set(alive.map((r) => r.run));
  // What was kept was kept until the deployment ends.
  const ours = toCleanUp(d).filter((p) => (!p.kept || d.closed !== undefined) && !held.has(p.run));
  if (ours.length === 0) return;
  const { cleanUp } = await import('../apply/index.ts');
  const { facts: seen } = await cleanUp(connection.cluster.writer(), ours);
  const facts: Fact[] = [...seen];
  const lost = new Set(ours.map((p) => p.run).filter((run) => d.runs.get(run)?.ended === undefined));
  for (const run of lost) facts.push({ type: 'ended', run, outcome: 'lost' });
  if (facts.length > 0) await appendDecided(engine, d.id, { kind: 'server' }, engine.now, () => facts);
}
