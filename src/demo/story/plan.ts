import type { Answer } from '../agent.ts';
import * as print from '../print.ts';
import { first } from './lines.ts';
import type { World } from './world.ts';

/** The phases of the plan's summary, a line each. */
const phaseRows = (answer: Answer): string[] =>
  answer.text.split('\n').flatMap((line) => {
    const [, number, name, , objects] = line.split('|').map((cell) => cell.trim());
    return /^\d+$/.test(number ?? '') ? [`phase ${number} ${name}: ${objects}`] : [];
  });

/** Stage P: the plan, and a person who approves it. */
export async function planning(w: World): Promise<void> {
  const { agent } = w;
  print.heading('Stage P: the plan');
  await agent.call(
    'submit-plan',
    { plan_file: 'plan.yaml' },
    { as: 'four phases', lines: first(60), brief: phaseRows, most: 4 },
  );
  print.say('\nBefore anybody has approved it:');
  await agent.call('apply-phase', { phase_number: 1 }, { expect: { refused: 'APPROVAL_REQUIRED' } });
  print.note("the person's form is answered by the demo, in the person's place; the record says `elicited`");
  await agent.call('request-approval', {}, { lines: first(2) });
}
