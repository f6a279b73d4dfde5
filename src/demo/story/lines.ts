import type { Answer } from '../agent.ts';
import type { World } from './world.ts';

/** The first lines of an answer's text. */
export const first = (n: number) => (answer: Answer) =>
  answer.text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, n);

/** Looks where the deployment stands; the story stops when that is not where it says. */
export async function showGate(w: World, title: string, expected?: string): Promise<void> {
  const status = await w.agent.call(
    'deployment-status',
    {},
    {
      as: title,
      lines: (a) =>
        a.text
          .split('\n')
          .filter((l) => /^ {2}[✗·?!]/.test(l))
          .slice(0, 8),
      most: 0,
    },
  );
  const gate = status.value.gate;
  const name = typeof gate === 'object' && gate !== null && 'name' in gate ? String(gate.name) : '';
  if (expected !== undefined && name !== expected)
    throw new Error(`the story says "${title}", but the deployment stands at Gate ${name}:\n${status.text}`);
}
