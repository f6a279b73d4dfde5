import type { Answer } from '../agent.ts';
import * as print from '../print.ts';
import { first } from './lines.ts';
import type { World } from './world.ts';

/** Stage V: everything once more, the way back tried, what was learnt, and the documentation. */
export async function validation(w: World): Promise<void> {
  const { agent } = w;
  print.heading('Stage V: validation, rollback test, retrospective, documentation');
  await agent.call('run-validation', {}, { lines: first(16) });
  const proof = (await w.proof?.()) ?? [];
  if (proof.length > 0) print.say('Asked through the API server, the application itself says:');
  for (const line of proof) print.say(`    ${line}`);
  const { rehearses } = w.site.cast;
  if (rehearses) print.say('\nThe last phase is rolled back for real, in a copy of the namespace:');
  await agent.call('rollback-test', rehearses ? { rehearse: true, wait: '300s' } : {}, { lines: first(10) });
  await agent.call(
    'record-retro',
    {
      went_well: ['the bullets found the image policy before a plan was made'],
      diverged: ['phase 4 met a quota that was not there when the plan was approved'],
      unexpected: ['the cluster admits images from its mirror only'],
      helped: ['infragate'],
      missing: ['a way to be told of a new quota'],
      learnings: [
        {
          title: 'Images come from the mirror',
          situation: 'deploying upstream images to a cluster with an image policy',
          advice: 'mirror the images first and fire a bullet with the mirrored reference',
          tags: ['image', 'policy'],
        },
        {
          title: 'Ask about quotas before the last phase',
          situation: 'several teams share a namespace',
          advice: 'agree on the quota with the platform team before implementing',
          tags: ['quota'],
        },
      ],
    },
    { lines: retroLines },
  );
  await agent.call(
    'write-documentation',
    { path: 'docs/deployment.md', known_issues: ['no ingress yet: reach the web service with a port-forward'] },
    { lines: first(6) },
  );
  await agent.call('complete-deployment', {}, { lines: first(3), most: 2 });
}

const retroLines = (answer: Answer): string[] =>
  answer.text
    .split('\n')
    .filter((line) => line.startsWith('- **') || line.startsWith('From the record'))
    .slice(0, 8);
