import { randomBytes } from 'node:crypto';
import type { ToolRun } from '../engine/tool.ts';
import { type Deployment, plan, refuse } from '../workflow/index.ts';
import type { Input, Output } from './return-to.ts';

export const run: ToolRun<'return-to', Input, Output> = async (input, run) => {
  const d = await run.current();
  if (input.stage === 'plan' && plan(d) === undefined) {
    return {
      kind: 'refusal',
      refusal: refuse('BAD_INPUT', 'stage: there is no plan to return to; submit one with submit-plan.'),
    };
  }
  const subjects = input.stage === 'research' ? researchSubjects(d) : [];
  const blocker = {
    id: `b-${randomBytes(4).toString('hex')}`,
    gate: input.stage === 'research' ? 'R' : 'P',
    cause: 'return-to',
    because: input.because,
    subjects,
  } as const;
  const refusal = await run.record({ type: 'opened', blocker });
  if (refusal !== undefined) return { kind: 'refusal', refusal };
  const lost = input.stage === 'research' ? [...subjects, 'the approval'] : ['the approval of the present plan'];
  return { kind: 'answer', value: { stage: input.stage, blocker, no_longer_counts: lost } };
};

/** Everything live that a reality check can look at again. */
const researchSubjects = (d: Deployment): string[] =>
  [...d.items.values()]
    .filter((i) => ['api', 'image', 'operator', 'configuration'].includes(i.kind))
    .map((i) => i.subject);
