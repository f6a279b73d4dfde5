import type { ToolRun } from '../engine/tool.ts';
import { listReport, planReport, researchReport, statusReport, timelineReport } from '../report/index.ts';
import { plan, refuse } from '../workflow/index.ts';
import type { Input, Output } from './deployment-status.ts';

/** Evidence longer than this is cut in the answer; the resource has it whole. */
const EVIDENCE_CHARACTERS = 12_000;

export const run: ToolRun<'deployment-status', Input, Output> = async (input, run) => {
  if (run.deployment === undefined) return { kind: 'answer', value: listReport(await run.others(), run.now()) };
  const d = await run.current();
  switch (input.show ?? 'status') {
    case 'status':
      return { kind: 'answer', value: statusReport(d, run.now()) };
    case 'research':
      return { kind: 'answer', value: researchReport(d, run.now()) };
    case 'timeline':
      return { kind: 'answer', value: timelineReport(await run.events()) };
    case 'plan': {
      const current = plan(d);
      const body = current === undefined ? undefined : await run.get(current.body);
      return { kind: 'answer', value: planReport(d, body) };
    }
    case 'evidence': {
      if (input.id === undefined) {
        return {
          kind: 'refusal',
          refusal: refuse('BAD_INPUT', 'id: name the evidence by the digest an answer gave (sha256:…).'),
        };
      }
      const body = await run.get(input.id);
      if (body === undefined) {
        return {
          kind: 'refusal',
          refusal: refuse('BAD_INPUT', `id: there is no evidence ${input.id} in this ledger.`),
        };
      }
      const cut = body.length > EVIDENCE_CHARACTERS;
      return {
        kind: 'answer',
        value: {
          id: input.id,
          evidence: cut ? body.slice(0, EVIDENCE_CHARACTERS) : body,
          truncated: cut,
          resource: `infragate://evidence/${input.id}`,
          summary: cut ? `${body.slice(0, EVIDENCE_CHARACTERS)}\n… (whole: infragate://evidence/${input.id})` : body,
        },
      };
    }
  }
};
