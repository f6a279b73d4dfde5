import { removeAbandoned } from '../commands/abandoned.ts';
import { isDead } from '../commands/owner.ts';
import { type Deployment, type Fact, leftovers, openRuns } from '../workflow/index.ts';
import type { Connected } from './connect.ts';
import { appendDecided, loadSome } from './record.ts';
import type { Shop } from './shop.ts';

/**
 * What an earlier process left behind is taken away after the first cluster call, never at boot, and only if it is in
 * this ledger, on this cluster, and nobody holds its lease. Others' leftovers are not touched.
 */
export async function reap(shop: Shop, connection: Connected, present: Deployment | undefined): Promise<void> {
  const cluster = connection.place().cluster;
  // The deployment at hand is looked at every time; the rest of the ledger once a process.
  const everyone = !shop.reaped.has(cluster);
  shop.reaped.add(cluster);
  if (everyone) await removeAbandoned(shop.home);
  const others = everyone ? (await loadSome(shop, { cluster, leftovers: true })).deployments : [];
  const candidates = everyone ? others : present === undefined ? [] : [present];
  for (const d of candidates) {
    if (d.target.cluster === cluster && leftovers(d).length > 0) await reapOne(shop, connection, d);
  }
}

async function reapOne(shop: Shop, connection: Connected, d: Deployment): Promise<void> {
  const alive = openRuns(d, shop.now()).filter((r) => shop.active.has(r.run) || !isDead(r.owner));
  const held = new Set(alive.map((r) => r.run));
  // What was kept was kept until the deployment ends.
  const ours = leftovers(d).filter((p) => (!p.kept || d.closed !== undefined) && !held.has(p.run));
  if (ours.length === 0) return;
  const { removeLeftovers } = await import('../apply/index.ts');
  const { facts: seen } = await removeLeftovers(connection.cluster.writer(), ours);
  const facts: Fact[] = [...seen];
  const lost = new Set(ours.map((p) => p.run).filter((run) => d.runs.get(run)?.ended === undefined));
  for (const run of lost) facts.push({ type: 'ended', run, outcome: 'lost' });
  if (facts.length > 0) await appendDecided(shop, d.id, { kind: 'server' }, shop.now, () => facts);
}
