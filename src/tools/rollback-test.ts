import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, list, minutes, output, phaseNumber, READS, wait } from './schema.ts';

const input = z.strictObject({ deployment, phase_number: phaseNumber.optional(), wait });
export type Input = z.infer<typeof input>;

const answer = output({
  status: z.string(),
  steps: list,
  irreversible: list,
  unrehearsable: list,
});
export type Output = z.infer<typeof answer>;

export const rollbackTest = defineTool({
  name: 'rollback-test',
  title: 'Rehearse the rollback',
  description:
    'Tries the way back of a phase (the last, unless told) with server-side dry runs; nothing stays changed. Behind Gate I.',
  annotations: READS,
  searchHint: 'test rollback procedure',
  input,
  output: answer,
  lease_ms: () => minutes(10),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./rollback-test.run.ts')).run,
});
