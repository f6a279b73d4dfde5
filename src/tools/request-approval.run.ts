import type { ToolRun } from '../engine/tool.ts';
import { storedPlan } from '../phases/stored.ts';
import { defined } from '../workflow/defined.ts';
import {
  type ChangeWindow,
  countingApprovals,
  decidedBy,
  digestPrefix,
  type Instant,
  missingApprovers,
  plan,
  refuse,
  windowState,
  windowWords,
} from '../workflow/index.ts';
import type { Input, Output } from './request-approval.ts';
import { askInCluster } from './review/in-cluster.ts';
import { keepReview, reviewNow } from './review/review.ts';
import { classOf } from './within.ts';

/** Asks a person; never decides. What was decided about exactly this digest is answered as it stands in the record. */
export const run: ToolRun<'request-approval', Input, Output> = async (input, run) => {
  const d = await run.current();
  const current = plan(d);
  if (current === undefined)
    return { kind: 'refusal', refusal: refuse('PLAN_INVALID', 'There is no valid plan to approve.') };

  const decision = d.decisions.findLast((x) => x.digest === current.digest);
  const superseded = decision !== undefined && d.blockers.some((b) => b.seq > decision.seq);
  const ended = decision?.until !== undefined && decision.until <= run.now();
  const counting = countingApprovals(d, current.digest, run.now());
  // Where the policy asks for several people, the first approval is not yet the decision.
  const missing = decision?.choice === 'approve' && counting.length > 0 ? missingApprovers(d, counting) : undefined;
  if (decision !== undefined && !superseded && !ended && missing === undefined && input.ask_again !== true) {
    const status = { approve: 'approved', revise: 'revise', reject: 'rejected' } as const;
    const by = decidedBy(decision);
    const assurance = by.kind === 'person' ? by.assurance : 'none';
    return {
      kind: 'answer',
      value: defined<Output>({
        status: status[decision.choice],
        assurance,
        digest: current.digest,
        decided_at: decision.at,
        remark: decision.remark,
      }),
    };
  }

  const stored = await storedPlan(run, d);
  if ('code' in stored) return { kind: 'refusal', refusal: stored };
  const made = await reviewNow(run, d, stored);
  const review = await keepReview(run, made);
  const inCluster = await askInCluster(run, d, current.digest, review);
  const shown = [made.text, ...windowLines(run.policy.change_windows, run.now())].join('\n');
  const prefix = digestPrefix(current.digest);
  const classed = input.ask_again === true ? { outside: [] } : await classOf(run, d, stored);
  const outside = classed.outside.slice(0, 4).map((why) => `Not inside a class: ${why}.`);
  return {
    kind: 'question',
    question: {
      title: `Approve the plan for ${d.started.component}?`,
      body: shown,
      digest: current.digest,
      prefix,
      review,
      fresh: made.shown.fresh,
      ...(classed.within === undefined ? {} : { within: classed.within }),
      ...(inCluster.decided === undefined || input.ask_again === true ? {} : { decided: inCluster.decided }),
    },
    value: {
      status: 'pending',
      assurance: 'none',
      digest: current.digest,
      review,
      ...(missing === undefined ? {} : { missing }),
      plan: shown,
      how: [{ person: 'the approver', action: `infragate approve ${d.id}` }, ...inCluster.how],
      outside,
    },
  };
};

/** Whoever approves is told when it may run. */
function windowLines(windows: readonly ChangeWindow[], now: Instant): string[] {
  if (windows.length === 0) return [];
  const state = windowState(windows, now);
  const when = state.open ? 'one is open now' : `the next opens ${state.next ?? 'not within two weeks'}`;
  return ['', `Phases are applied in change windows only: ${windows.map(windowWords).join('; ')}; ${when}.`];
}
