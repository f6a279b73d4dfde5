import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { cancel, deployment, list, minutes, output, phaseNumber, WRITES, wait } from './schema.ts';

const input = z.strictObject({ deployment, phase_number: phaseNumber, dry_run: z.boolean().optional(), wait, cancel });
export type Input = z.infer<typeof input>;

const answer = output({ status: z.string(), resources: list, commands: list });
export type Output = z.infer<typeof answer>;

export const applyPhase = defineTool({
  name: 'apply-phase',
  title: 'Apply a phase of the approved plan',
  description:
    'Applies the phase as approved (server-side apply, field manager infragate), then its commands. dry_run shows the difference. Behind Gate P and the phases before. Then phase-gate.',
  annotations: WRITES,
  searchHint: 'apply resources of an approved phase',
  input,
  output: answer,
  lease_ms: () => minutes(20),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./apply-phase.run.ts')).run,
});
