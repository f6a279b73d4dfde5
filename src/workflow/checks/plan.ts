import { countingApprovals, decidedBy, isAssured, isRequester, missingApprovers } from '../approval.ts';
import { openBlockers } from '../blockers.ts';
import { type Deployment, plan } from '../deployment.ts';
import { itemStanding, standing } from '../evidence.ts';
import { planSkeleton } from '../suggest.ts';
import { bullet } from './bullet.ts';
import { type Check, call, type Fix, form, from, ok, open } from './check.ts';

/** Gate P: a valid plan, all of it covered by evidence, approved by a person as it is. */

export const planValid: Check = {
  name: 'plan-valid',
  asks: 'a plan without errors is on record',
  waivable: false,
  of: (d) => {
    const current = plan(d);
    return current === undefined
      ? [
          open('missing', 'no valid plan has been submitted', [
            d.started.like === undefined
              ? form('submit-plan', d, ['plan'], { plan: planSkeleton(d) })
              : call('submit-plan', d),
          ]),
        ]
      : [ok(`plan ${current.digest.slice(0, 12)}, ${current.phases.length} phases`)];
  },
};

/** The plan again, changed: its file where it came from one. */
export const revisePlan = (d: Deployment): Fix => {
  const source = plan(d)?.source;
  return form('submit-plan', d, ['plan or plan_file'], source === undefined ? {} : { plan_file: source });
};

export const planCovered: Check = {
  name: 'plan-covered',
  asks: 'every API, image and storage class in it has evidence, every custom kind a bullet or a phase that brings it',
  waivable: true,
  of: (d, now) => {
    const current = plan(d);
    if (current === undefined) return [];
    const check = call('cluster-reality-check', d, checkArguments(current.uses.filter((s) => !d.items.has(s))));
    return current.uses.map((subject) => {
      if (d.retired.has(subject)) {
        return open(
          'fail',
          `retired (${d.retired.get(subject)?.because}): the plan may not use it`,
          [revisePlan(d)],
          subject,
        );
      }
      const item = d.items.get(subject);
      const stands = item === undefined ? standing(d, subject, now) : itemStanding(d, item, now);
      if (stands.status !== 'pass') return from(stands, subject, [check]);
      if (!current.custom.includes(subject) || item?.provided_by === 'plan') return ok(stands.because, subject);
      const shot = (d.observations.get(subject) ?? []).some(
        (o) => o.via === 'tracer-bullet' && o.verdict.status === 'pass',
      );
      return shot
        ? ok('accepted by a tracer bullet', subject)
        : open(
            'missing',
            'a custom kind that no bullet has tried',
            [bullet(d, item?.id ?? subject, [subject])],
            subject,
          );
    });
  },
};

/** Subjects → the arguments of a reality check that looks at them. */
function checkArguments(subjects: readonly string[]): Record<string, unknown> {
  const named = (kind: string) => subjects.filter((s) => s.startsWith(`${kind}:`)).map((s) => s.slice(kind.length + 1));
  const lists = {
    assumed_apis: named('api'),
    planned_images: named('image'),
    configuration_requirements: named('configuration'),
  };
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

export const planBlockers: Check = {
  name: 'no-plan-blocker',
  asks: 'no finding against the plan is left open',
  waivable: true,
  of: (d, now) =>
    openBlockers(d, 'P', now).map((b) =>
      open('fail', `${b.because} (closed by a revised plan)`, [revisePlan(d)], `blocker:${b.id}`),
    ),
};

export const planApproved: Check = {
  name: 'plan-approved',
  asks: 'a person approved exactly this digest, and the approval is still in date',
  waivable: false,
  of: (d, now) => {
    const current = plan(d);
    if (current === undefined) return [open('missing', 'there is no plan to approve', [revisePlan(d)])];
    const ask = [call('request-approval', d), { person: 'the operator', action: `infragate approve ${d.id}` }];
    const decision = d.decisions.findLast((x) => x.digest === current.digest);
    if (decision === undefined) return [open('missing', 'no person has decided about this plan', ask)];
    if (decision.choice !== 'approve') {
      return [
        open(
          'fail',
          `a person decided: ${decision.choice}${decision.remark === undefined ? '' : ` (${decision.remark})`}`,
          [revisePlan(d), ...ask],
        ),
      ];
    }
    const counting = countingApprovals(d, current.digest, now);
    const missing = missingApprovers(d, counting);
    if (missing === undefined) {
      const { under, at } = decision;
      const within =
        under === undefined ? '' : ` within the class ${under.fact.class.id}, which a person approved ${under.at}`;
      return [ok(`approved ${at}${within}`)];
    }
    if (counting.length > 0) return [open('missing', missing, ask)];
    if (!isAssured(decidedBy(decision), d.least)) {
      const { assurance, separation } = d.least;
      const asked = separation === 'same-user' ? assurance : `${assurance}, ${separation}`;
      return [open('missing', `what was decided is less sure than the operator's policy asks for (${asked})`, ask)];
    }
    if (isRequester(d, decidedBy(decision))) {
      return [open('missing', 'who asked for the deployment may not approve it: somebody else decides', ask)];
    }
    if (decision.until !== undefined && decision.until <= now) {
      return [open('stale', `the approval ended ${decision.until}`, ask)];
    }
    return [open('stale', 'something was found wrong after the approval; it must be given again', ask)];
  },
};
