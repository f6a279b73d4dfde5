import { type ReadingRun, Refused } from '../../engine/tool.ts';
import { defined } from '../../workflow/defined.ts';
import type { Deployment } from '../../workflow/index.ts';

const bare = (digest: string): string => digest.replace(/^sha256:/, '');

/**
 * Where the namespace is guarded a person may decide with kubectl: how, and what was decided that way. A cluster that can't
 * be reached offers no such way; the others are as good.
 */
export async function askInCluster(run: ReadingRun, d: Deployment, planDigest: string, review: string) {
  const { approvalOf } = await import('../../cluster/index.ts');
  const cluster = await run.cluster().catch(unreachable);
  if (cluster === undefined) return defined<InCluster>({ how: [] });
  const guards = await cluster.guards([d.target.namespace]);
  if (guards.length === 0 || d.started.identity === undefined) return defined<InCluster>({ how: [] });
  const asked = {
    deployment: d.id,
    namespace: d.target.namespace,
    requester: d.started.identity,
    plan: bare(planDigest),
    review: bare(review),
  };
  await cluster.askApproval(asked);
  const decided = await cluster.decision(asked);
  return defined<InCluster>({
    decided,
    how: [
      {
        person: 'somebody with the verb "approve" on changes.infragate.dev',
        action: `kubectl create -f - <<'END'\n${JSON.stringify(approvalOf(asked))}\nEND`,
      },
    ],
  });
}

function unreachable(error: unknown): undefined {
  if (!(error instanceof Refused)) throw error;
}

export type InCluster = {
  readonly decided?: Awaited<ReturnType<Awaited<ReturnType<ReadingRun['cluster']>>['decision']>>;
  readonly how: readonly { readonly person: string; readonly action: string }[];
};
