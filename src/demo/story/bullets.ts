import type { Answer } from '../agent.ts';
import * as print from '../print.ts';
import type { World } from './world.ts';

export function shot(
  w: World,
  assumption: string,
  minimal_spec: string,
  success_criteria: string,
  expect: 'ok' | 'fails',
) {
  return w.agent.call(
    'tracer-bullet',
    { assumption, minimal_spec, success_criteria, timeout: w.site.cast.patience },
    { as: assumption, expect, lines: (a) => (expect === 'fails' ? a.text.split('\n').slice(0, 4) : []), brief: reason },
  );
}

/** Why it failed, and what is left of it. */
const reason = (a: Answer): string[] => (a.value.status === 'FAIL' ? a.text.split('\n').slice(1, 3) : []);

export function bulletTable(answers: readonly Answer[]): void {
  print.table(
    ['bullet', 'result', 'evidence'],
    answers.map(({ value }, i) => [String(value.assumption ?? i + 1), String(value.status), evidence(value)]),
  );
}

function evidence(value: Record<string, unknown>): string {
  const failure = value.failure;
  if (typeof failure === 'object' && failure !== null && 'type' in failure)
    return `${String(failure.type)}: ${'reason' in failure ? String(failure.reason) : ''}`;
  return `proven in ${(Number(value.duration_ms ?? 0) / 1000).toFixed(1)} s, cleaned up`;
}
