import type { Came } from './agent.ts';
import * as print from './print.ts';

/** The end of the demo: what its calls have shown, counted from what came of them, and what a reader does next. */
export function summary(history: readonly Came[], home: string): void {
  print.heading('What was proven');
  for (const line of proven(history)) print.say(`- ${line}`);
  print.heading('What to do next');
  for (const line of next(home)) print.say(`- ${line}`);
  print.say('');
}

/** Pure: one sentence for each kind of thing that happened. */
export function proven(history: readonly Came[]): string[] {
  const of = (tool: string, mark?: Came['mark']) =>
    history.filter((one) => one.tool === tool && (mark === undefined || one.mark === mark)).length;
  const codes = [...new Set(history.flatMap(({ code }) => code ?? []))];
  const refused = history.filter((one) => one.mark === 'refused').length;
  return [
    `${refused} calls came too early or did not match what was approved; each was refused (${codes.join(', ')}).`,
    `${of('tracer-bullet', 'ok')} bullets passed, and ${of('tracer-bullet', 'no')} failed before there was a plan: the cluster's policy rejected its image.`,
    `${of('phase-gate', 'ok')} phase gates passed, and ${of('phase-gate', 'no')} stopped the deployment until its cause, a quota, was removed.`,
    'What ran is what a person approved: manifests, commands and rollback have one digest.',
    'The rollback of the last phase was tried, and what was learnt is offered to the next deployment.',
  ];
}

const next = (home: string): readonly string[] => [
  'whole answers, the plan and the review: the same command with --verbose',
  'your own deployment on a sandbox, step by step: docs/tutorial.md',
  'infragate in your client: infragate install --client NAME (docs/how-to/clients.md)',
  'a cluster you have, read only: infragate doctor, and infragate check assumptions.yaml',
  `the record, which the next demo reads: ${home}`,
];
