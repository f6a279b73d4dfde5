import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as print from '../print.ts';
import { commit } from './git.ts';
import { first, showGate } from './lines.ts';
import type { World } from './world.ts';

/** Stage I: four phases in order, an edit after approval, and another team's quota in the way. */
export async function implementation(w: World): Promise<void> {
  const { agent, workspace } = w;
  print.heading('Stage I: phase by phase');
  await agent.call('apply-phase', { phase_number: 2 }, { as: 'phase 2 before 1', expect: { refused: 'PHASE_ORDER' } });
  const file = join(workspace, 'manifests/1-foundation.yaml');
  const approved = await readFile(file, 'utf8');
  await writeFile(file, approved.replace('production', 'debug'));
  await agent.call(
    'apply-phase',
    { phase_number: 1 },
    { as: 'a manifest edited after approval', expect: { refused: 'PLAN_DRIFT' } },
  );
  await writeFile(file, approved);
  print.note('the edit is taken back');
  for (const phase of [1, 2, 3]) await onePhase(w, phase);

  print.say('\nMeanwhile another team puts a quota on the namespace:');
  await w.quota(3);
  await agent.call('apply-phase', { phase_number: 4 }, { lines: first(8) });
  await agent.call('phase-gate', { phase_number: 4 }, { expect: 'fails', lines: first(14), most: 2 });
  print.say('\nThe agent stops. It may fix, roll back or plan again. It fixes: the quota is raised.');
  await w.quota(30);
  commit(w, await agent.call('phase-gate', { phase_number: 4 }, { as: 'again', lines: first(1) }), 4);
  await agent.call(
    'phase-gate',
    { phase_number: 4 },
    { as: 'once more: it looks for the commit', lines: first(2), brief: (a) => first(2)(a).slice(1) },
  );
  await showGate(w, 'Gate I passes', 'V');
}

async function onePhase(w: World, phase: number): Promise<void> {
  await w.agent.call('apply-phase', { phase_number: phase }, { as: `phase ${phase}`, lines: first(5) });
  const gate = await w.agent.call('phase-gate', { phase_number: phase }, { as: `phase ${phase}`, lines: first(1) });
  commit(w, gate, phase);
}
