import { randomBytes } from 'node:crypto';
import type { ToolRun } from '../engine/tool.ts';
import { type Deployment, type Fact, plan, refuse } from '../workflow/index.ts';
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
  const blocker: Extract<Fact, { type: 'opened' }>['blocker'] = {
    id: `b-${randomBytes(4).toString('hex')}`,
    gate: input.stage === 'research' ? 'R' : 'P',
    cause: 'return-to',
    because: input.because,
    subjects,
  };
  const refusal = await run.record({ type: 'opened', blocker });
  if (refusal !== undefined) return { kind: 'refusal', refusal };
  const lost = input.stage === 'research' ? [...subjects, 'the approval'] : ['the approval of the present plan'];
  const how =
    input.stage === 'research'
      ? 'Evidence older than this no longer counts: run cluster-reality-check again; retire what turned out wrong.'
      : 'A revised plan (another digest) closes it; phases whose content stays the same keep their evidence.';
  return {
    kind: 'answer',
    value: { blocker, no_longer_counts: lost, summary: `Back to ${input.stage}: ${input.because}\n${how}` },
  };
};

/** Everything live that a reality check can look at again. */
const researchSubjects = (d: Deployment): string[] =>
  [...d.items.values()]
    .filter((i) => ['api', 'image', 'operator', 'configuration'].includes(i.kind))
    .map((i) => i.subject);
