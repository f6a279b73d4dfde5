import type { Answer } from './agent.ts';

type Offered = { readonly deployment: string; readonly text: string };

const isOffered = (value: unknown): value is Offered =>
  typeof value === 'object' && value !== null && 'text' in value && 'deployment' in value;

/** start-deployment's answer, and what earlier demos taught about such a deployment, one line each. */
export function startLines(answer: Answer): readonly string[] {
  const { learnings } = answer.value;
  const offered = Array.isArray(learnings) ? learnings.filter(isOffered) : [];
  return [
    ...answer.text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, 2),
    ...offered.map(({ deployment, text }) => `learnt before (${deployment}): ${text}`),
  ];
}
