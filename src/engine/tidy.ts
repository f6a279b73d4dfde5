import { leftovers } from '../workflow/index.ts';
import { connectTo } from './connect.ts';
import { reap } from './reaper.ts';
import { load } from './record.ts';
import type { Shop } from './shop.ts';
import { give } from './territory.ts';
import { Refused } from './tool.ts';

const TIDY_MS = 60_000;

/**
 * What a deployment that is over may still have in its cluster: what bullets kept and rehearsals left, and the Lease.
 * Answers what could not be taken away, in words; nothing: it is all gone.
 */
export async function tidy(shop: Shop, id: string): Promise<string | undefined> {
  const loaded = await load(shop, id);
  if (!loaded.ok) return loaded.refusal.message;
  const { deployment } = loaded;
  try {
    const connection = await connectTo(deployment, undefined, AbortSignal.timeout(TIDY_MS), {
      run: 'tidy',
      tool: 'abandon',
      approved: true,
    });
    try {
      await reap(shop, connection, deployment);
      await give(shop, { cluster: async () => connection.cluster }, deployment);
    } finally {
      await connection.end();
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.refusal.message;
  }
  const after = await load(shop, id);
  const left = after.ok ? leftovers(after.deployment).map(({ object }) => `${object.kind}/${object.name}`) : [];
  return left.length === 0 ? undefined : `still there: ${left.join(', ')}`;
}
