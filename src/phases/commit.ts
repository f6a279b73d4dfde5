import type { ReadingRun } from '../engine/tool.ts';
import {
  commitCommand,
  type Deployment,
  hasPassed,
  type PhaseState,
  phases,
  type Refusal,
  refuse,
} from '../workflow/index.ts';
import type { StoredPhase, StoredPlan } from './stored.ts';

/**
 * Looks in the workspace's git history for the evidence trailer of each phase that passed, and records the commits it
 * finds. The server looks; it is never told.
 */
export async function lookForCommits(run: ReadingRun): Promise<Deployment> {
  const d = await run.current();
  const wanted = phases(d).filter((p) => p.commit !== 'none' && hasPassed(p) && p.committed === undefined);
  if (wanted.length === 0) return d;
  const { findTrailer, isRepository } = await import('../commands/index.ts');
  const folder = d.started.workspace;
  if (!(await isRepository(folder))) return d;
  for (const phase of wanted) {
    const sha = await findTrailer(folder, 'Infragate-Evidence', phase.bound);
    if (sha !== undefined) await run.record({ type: 'committed', phase: phase.number, sha, bound: phase.bound });
  }
  return run.current();
}

/** A phase may not be applied while an earlier one is not committed, or its own files when it is to be committed before. */
export async function missingCommit(
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<Refusal | undefined> {
  const open = phases(d).find(
    (p) => p.number < phase.number && p.commit !== 'none' && hasPassed(p) && p.committed === undefined,
  );
  if (open !== undefined) return notCommitted(d, open, phase.number);
  if (phase.commit !== 'before') return undefined;
  const { cleanFiles } = await import('../commands/index.ts');
  const folder = d.started.workspace;
  const pinned = stored.loaded.phases.find((p) => p.number === phase.number)?.pinned ?? [];
  const files = [...pinned.map((p) => p.path), ...(stored.file === undefined ? [] : [stored.file])];
  const unclean = await cleanFiles(folder, [...new Set(files)]);
  if (unclean.length === 0) return undefined;
  const command = `git add ${unclean.join(' ')} && git commit -m 'phase ${phase.number}: ${phase.name}'`;
  const because = `not as committed: ${unclean.join(', ')}`;
  return refuse('PHASE_ORDER', `Phase ${phase.number} is to be committed before it is applied; ${because}.`, {
    missing: [{ check: 'phases-committed', status: 'missing', because, fix: [{ command }] }],
    next: [{ command }, { tool: 'apply-phase', arguments: { deployment: d.id, phase_number: phase.number } }],
  });
}

function notCommitted(d: Deployment, open: PhaseState, wanted: number): Refusal {
  const command = commitCommand(open);
  return refuse(
    'PHASE_ORDER',
    `Phase ${wanted} waits for the commit of phase ${open.number}: its gate passed, and the plan says it is committed.`,
    {
      missing: [
        {
          check: 'phases-committed',
          status: 'missing',
          because: `no commit with the evidence trailer of phase ${open.number}`,
          fix: [{ command }],
        },
      ],
      next: [{ command }, { tool: 'apply-phase', arguments: { deployment: d.id, phase_number: wanted } }],
    },
  );
}
