import type { ToolRun } from '../engine/tool.ts';
import { notStanding, standingOf } from '../phases/standing.ts';
import { storedPlan } from '../phases/stored.ts';
import { figures, retrospective, toldIn } from '../report/index.ts';
import { refuse, toCleanUp } from '../workflow/index.ts';
import type { Input, Output } from './complete-deployment.ts';

/**
 * The record is closed when all five gates pass and what was validated is still there, looked at now; what a bullet was told to keep, or a rehearsal
 * left, goes first.
 */
export const run: ToolRun<'complete-deployment', Input, Output> = async (_input, run) => {
  const d = await run.current();
  const stored = await storedPlan(run, d);
  if ('code' in stored) return { kind: 'refusal', refusal: stored };
  const fallen = notStanding(d, 'complete-deployment is', await standingOf(await run.reader(), d, stored));
  if (fallen !== undefined) return { kind: 'refusal', refusal: fallen };
  const kept = toCleanUp(d).filter((p) => p.kept || p.purpose === 'rehearsal');
  if (kept.length > 0) {
    const { cleanUp } = await import('../apply/index.ts');
    const { facts, remaining } = await cleanUp(await run.writer(), kept);
    await run.record(...facts);
    if (remaining.length > 0) {
      const left = remaining.map((r) => `${r.ref.kind}/${r.ref.name} (${r.why})`);
      return {
        kind: 'refusal',
        refusal: refuse('IN_PROGRESS', `Of bullets and rehearsals there is still left: ${left.join('; ')}.`, {
          next: [{ tool: 'complete-deployment', arguments: { deployment: d.id } }],
        }),
      };
    }
  }
  const events = await run.events();
  const f = figures(d, events);
  const retro = d.written.findLast((w) => w.what === 'retro')?.body;
  const told = toldIn(retro === undefined ? '' : ((await run.get(retro)) ?? ''));
  const report = [
    `# ${d.started.component} is deployed to ${d.target.namespace}`,
    `All five gates passed. ${events.length} events, ${count(f.setbacks.length, 'thing')} failed on the way, ${count(f.refusals.length, 'call')} refused, ${count(f.returns.length, 'return')}.`,
    [retrospective({ ...d, closed: { how: 'completed', at: run.now() } }, events, {}).trim(), told]
      .filter((part) => part !== '')
      .join('\n\n')
      .replace(/^#/gm, '##'),
  ].join('\n\n');
  const digest = await run.put(report, 'text/markdown');
  const refusal = await run.record({ type: 'completed', report: digest });
  if (refusal !== undefined) return { kind: 'refusal', refusal };
  return { kind: 'answer', value: { status: 'COMPLETED', report, resource: `infragate://deployments/${d.id}/report` } };
};

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
