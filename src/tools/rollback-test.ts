import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, minutes, output, phaseNumber, READS, wait } from './schema.ts';

export const rollbackTest = defineTool({
  name: 'rollback-test',
  title: 'Rehearse the rollback',
  description:
    'Tries the way back of a phase (the last, unless told) with server-side dry runs; nothing stays changed. Behind Gate I.',
  annotations: READS,
  searchHint: 'test rollback procedure',
  input: z.strictObject({ deployment, phase_number: phaseNumber.optional(), wait }),
  output: output({
    status: z.string(),
    steps: z.array(z.unknown()),
    irreversible: z.array(z.unknown()),
    unrehearsable: z.array(z.unknown()),
  }),
  lease_ms: () => minutes(10),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./rollback-test.run.ts')).run,
});
