import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { answer, text } from './rollback-test.answer.ts';
import { cancel, deployment, minutes, phaseNumber, WRITES, wait } from './schema.ts';

const input = z.strictObject({
  deployment,
  phase_number: phaseNumber.optional(),
  rehearse: z.boolean().optional().describe("for real, in a scratch copy, where the operator's policy allows"),
  wait,
  cancel,
});
export type Input = z.infer<typeof input>;

export const rollbackTest = defineTool({
  name: 'rollback-test',
  title: 'Rehearse the rollback',
  description:
    'Tries the way back of a phase (the last, unless told) with server-side dry runs; with rehearse, also for real in a namespace of its own that is gone afterwards. Nothing stays changed. Behind Gate I.',
  // A rehearsal runs the plan's own rollback commands: what they do is theirs.
  annotations: WRITES,
  searchHint: 'test rollback procedure',
  input,
  output: answer,
  lease_ms: (i) => minutes(i.rehearse === true ? 30 : 10),
  text,
});
