import { toCleanUp } from '../workflow/index.ts';
import { cleanUpEarlier } from './cleanup.ts';
import { connectTo } from './connect.ts';
import type { EngineContext } from './context.ts';
import { releaseNamespaces } from './namespace-lease.ts';
import { load } from './record.ts';
import { Refused } from './tool.ts';

const CLEANUP_MAX_MS = 60_000;

/**
 * What a deployment that is over may still have in its cluster: what bullets kept and rehearsals left, and the Lease.
 * Answers what could not be removed, as a sentence, or undefined when everything is gone.
 */
export async function cleanUpAfter(engine: EngineContext, id: string): Promise<string | undefined> {
  const loaded = await load(engine, id);
  if (!loaded.ok) return loaded.refusal.message;
  const { deployment } = loaded;
  try {
    const connection = await connectTo(deployment, undefined, AbortSignal.timeout(CLEANUP_MAX_MS), {
      run: 'cleanup',
      tool: 'abandon',
      approved: true,
    });
    try {
      await cleanUpEarlier(engine, connection, deployment);
      await releaseNamespaces(engine, { cluster: async () => connection.cluster }, deployment);
    } finally {
      await connection.end();
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.refusal.message;
  }
  const after = await load(engine, id);
  const left = after.ok ? toCleanUp(after.deployment).map(({ object }) => `${object.kind}/${object.name}`) : [];
  return left.length === 0 ? undefined : `still there: ${left.join(', ')}`;
}
