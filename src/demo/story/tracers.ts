import { applicationPod, database, images, mirrored, redisPod, upstream } from '../files/index.ts';
import * as print from '../print.ts';
import { bulletTable, shot } from './bullets.ts';
import { first, showGate } from './lines.ts';
import { FINDINGS } from './research.ts';
import type { World } from './world.ts';

/** Stage 0: three bullets, one of which a policy of the cluster rejects. */
export async function tracers(w: World): Promise<void> {
  const { agent, site } = w;
  await agent.call(
    'record-research',
    {
      critical_assumptions: [
        {
          assumption: 'The operator accepts a v1 Cluster',
          impact: 'no database, no Dify',
          about: ['postgresql.cnpg.io/v1/Cluster'],
        },
        { assumption: 'Redis runs here', impact: 'no cache and no queue', about: [upstream(site, site.cast.redis)] },
        {
          assumption: 'The application image runs here',
          impact: 'nothing to deploy',
          about: [upstream(site, site.cast.application)],
        },
      ],
    },
    { as: 'the assumptions that would sink the plan' },
  );
  await showGate(w, 'Gate R passes', '0');

  print.heading('Stage 0: tracer bullets');
  print.say('Three bullets at once; each creates the smallest real object, watches it, and cleans up:');
  const shots = [
    shot(w, 'The operator accepts a v1 Cluster', database('db'), 'Cluster reaches Ready state', 'ok'),
    shot(w, 'Redis runs here', redisPod(site, upstream), 'Pod reaches Running state', 'ok'),
    shot(w, 'The application image runs here', applicationPod(site, upstream), 'Pod reaches Running state', 'fails'),
  ];
  const results = await Promise.all(shots);
  if (print.showsEverything()) bulletTable(results);
  await showGate(w, 'Gate 0 fails: back to research', 'R');
}

/** Back in stage R, with what that bullet has shown; then the bullets on what has changed. */
export async function secondIteration(w: World): Promise<void> {
  const { agent, site } = w;
  print.heading('Stage R, second iteration: the images are mirrored to where the policy wants them');
  await w.mirror();
  const names = images(site);
  await agent.call(
    'record-research',
    {
      findings: `${FINDINGS}\nThe cluster admits images from ${site.registry}/mirror only; upstream's are mirrored there.`,
      planned_images: names.map((name) => mirrored(site, name)),
      retire: names.map((name) => ({
        item: upstream(site, name),
        because: 'the cluster admits images from the mirror only',
        replaced_by: mirrored(site, name),
      })),
    },
    { as: 'the images are replaced by their mirrors' },
  );
  await agent.call('cluster-reality-check', {}, { as: 'the mirrors', lines: first(5) });
  await showGate(w, 'Gate R passes', '0');
  print.say('\nWhat the bullets proved was about other images; they are fired again:');
  const again = [
    await shot(w, 'Redis runs here', redisPod(site, mirrored), 'Pod reaches Running state', 'ok'),
    await shot(w, 'The application image runs here', applicationPod(site, mirrored), 'Pod reaches Running state', 'ok'),
  ];
  if (print.showsEverything()) bulletTable(again);
  await showGate(w, 'Gate 0 passes', 'P');
}
