import { openBlockers, unsettled } from './blockers.ts';
import type { GateName, Stage } from './budgets.ts';
import { type Deployment, itemsOf, openRuns, plan, successor } from './deployment.ts';
import { isDeferred, itemStanding, type Standing, standing } from './evidence.ts';
import type { Instant, Item, ItemKind } from './facts.ts';
import { hasPassed, lastPhasePass, phases } from './phases.ts';
import { bulletArguments } from './suggest.ts';

/**
 * The law, first half: the five gates and their checks. A check reads the record and answers how each thing it asks for
 * stands and what leads on. Nothing here is stored; a gate passes when every one of its checks does.
 */

/** What leads on: a tool call, a shell command, or something only a person can do. */
export type Fix =
  | { readonly tool: string; readonly arguments: Record<string, unknown> }
  | { readonly command: string }
  | { readonly person: string; readonly action: string };

export type CheckStatus = 'pass' | 'fail' | 'unknown' | 'missing' | 'stale' | 'waived';

export type Result = {
  readonly status: CheckStatus;
  readonly subject?: string;
  readonly because: string;
  readonly fix: readonly Fix[];
};

export type Check = {
  readonly name: string;
  /** What the check promises, for people. */
  readonly asks: string;
  /** A person may set it aside for a time, with a reason. Validity and approval of the plan can't be. */
  readonly waivable: boolean;
  of(d: Deployment, now: Instant): readonly Result[];
};

export type Gate = { readonly name: GateName; readonly stage: Stage; readonly checks: readonly Check[] };

const ok = (because: string, subject?: string): Result => ({
  status: 'pass',
  because,
  fix: [],
  ...(subject === undefined ? {} : { subject }),
});

const open = (
  status: Exclude<CheckStatus, 'pass' | 'waived'>,
  because: string,
  fix: Fix[],
  subject?: string,
): Result => ({
  status,
  because,
  fix,
  ...(subject === undefined ? {} : { subject }),
});

const call = (tool: string, d: Deployment, args: Record<string, unknown> = {}): Fix => ({
  tool,
  arguments: { deployment: d.id, ...args },
});

const from = (s: Standing, subject: string, fix: Fix[]): Result =>
  s.status === 'pass' ? ok(s.because, subject) : open(s.status, s.because, fix, subject);

/** Findings shorter than this say nothing that a later reader could use. */
export const FINDINGS_MIN = 60;

// --- Gate R -------------------------------------------------------------------------------------------------------

const namespaceExists: Check = {
  name: 'namespace-exists',
  asks: 'the target namespaces exist',
  waivable: false,
  of: (d, now) =>
    d.target.namespaces.map((ns) => {
      const subject = `namespace:${ns.name}`;
      return from(standing(d, subject, now), subject, [
        { person: 'someone who may create namespaces', action: `create the namespace ${ns.name}` },
        call('cluster-reality-check', d),
      ]);
    }),
};

const findingsDocumented: Check = {
  name: 'findings-documented',
  asks: 'the research is written down and names what it assumes',
  waivable: false,
  of: (d) => {
    const findings = d.written.findLast((w) => w.what === 'research');
    const fix = [call('record-research', d)];
    if (findings === undefined) return [open('missing', 'no findings have been recorded', fix)];
    if (findings.text.trim().length < FINDINGS_MIN) {
      return [
        open('fail', `the findings are shorter than ${FINDINGS_MIN} characters; say what was learnt, and where`, fix),
      ];
    }
    if (itemsOf(d, 'api').length === 0) {
      return [open('missing', 'no assumed API is recorded: whatever is deployed uses one (assumed_apis)', fix)];
    }
    return [ok('findings and assumptions are on record')];
  },
};

const verified = (kind: ItemKind, name: string, asks: string): Check => ({
  name,
  asks,
  waivable: true,
  of: (d, now) =>
    itemsOf(d, kind).map((item) => {
      const stands = itemStanding(d, item, now);
      if (isDeferred(stands)) return ok('can not be seen from here: deferred to a tracer bullet', item.subject);
      return from(stands, item.subject, [call('cluster-reality-check', d), call('record-research', d)]);
    }),
});

const sourcesCompared: Check = {
  name: 'sources-compared',
  asks: 'every outside document is compared with the cluster, or it is said why not',
  waivable: true,
  of: (d, now) => {
    const sources = itemsOf(d, 'source');
    if (sources.length === 0) {
      const none = d.written.findLast((w) => w.what === 'sources');
      if (none !== undefined) return [ok(`no outside sources: ${none.text}`)];
      return [
        open(
          'missing',
          'no source is recorded; name the documents used (sources) or say why there are none (no_outside_sources)',
          [call('record-research', d)],
        ),
      ];
    }
    return sources.map((source) => {
      if (source.not_compared !== undefined) return ok(`not compared: ${source.not_compared}`, source.subject);
      return from(standing(d, source.subject, now), source.subject, [
        call('divergence-check', d, { upstream_source: source.name }),
      ]);
    });
  },
};

/** The divergences the latest reading of each live source found. */
export function liveDivergences(d: Deployment): { subject: string; source: Item }[] {
  return itemsOf(d, 'source').flatMap((source) =>
    (d.observations.get(source.subject)?.at(-1)?.about ?? []).map((subject) => ({ subject, source })),
  );
}

const divergencesAdjusted: Check = {
  name: 'divergences-adjusted',
  asks: 'no HIGH or UNKNOWN divergence is without a verified adjustment',
  waivable: true,
  of: (d, now) =>
    liveDivergences(d).flatMap(({ subject, source }) => {
      const latest = d.observations.get(subject)?.at(-1);
      if (latest === undefined || (latest.severity !== 'HIGH' && latest.severity !== 'UNKNOWN')) return [];
      const fix = [call('record-research', d), call('divergence-check', d, { upstream_source: source.name })];
      const adjustment = d.written.findLast((w) => w.what === 'adjustment' && w.about === subject);
      if (adjustment?.verified_by === undefined) {
        return [
          open(
            latest.severity === 'HIGH' ? 'fail' : 'unknown',
            `${latest.verdict.message} (${latest.severity}): no adjustment is recorded`,
            fix,
            subject,
          ),
        ];
      }
      if ('item' in adjustment.verified_by) {
        const live = successor(d, adjustment.verified_by.item);
        const item = live === undefined ? undefined : d.items.get(live);
        if (item === undefined)
          return [open('missing', `the adjustment rests on an item that is no longer live`, fix, subject)];
        const stands = itemStanding(d, item, now);
        if (stands.status === 'pass' || isDeferred(stands)) return [ok(`adjusted: ${adjustment.text}`, subject)];
        return [from(stands, subject, [call('cluster-reality-check', d)])];
      }
      const shown = standing(d, `adjustment:${subject}`, now);
      return [shown.status === 'pass' ? ok(`adjusted: ${adjustment.text}`, subject) : from(shown, subject, fix)];
    }),
};

const researchBlockers: Check = {
  name: 'no-research-blocker',
  asks: 'nothing found wrong is left open',
  waivable: true,
  of: (d, now) =>
    openBlockers(d, 'R', now).map((b) =>
      open(
        'fail',
        b.subjects.length === 0
          ? b.because
          : `${b.because} (needs newer evidence on ${unsettled(d, b, now).join(', ')})`,
        b.subjects.length === 0
          ? [call('record-research', d)]
          : [call('record-research', d), call('cluster-reality-check', d)],
        `blocker:${b.id}`,
      ),
    ),
};

// --- Gate 0 -------------------------------------------------------------------------------------------------------

/** The live subjects a critical assumption is about now, retired ones followed to what replaced them. */
export function aboutNow(d: Deployment, assumption: Item): string[] {
  const live = (assumption.about ?? []).flatMap((s) => successor(d, s) ?? []);
  return [...new Set(live)];
}

const criticalNamed: Check = {
  name: 'critical-assumptions-named',
  asks: 'the assumptions that would sink the plan are named, each about live items',
  waivable: false,
  of: (d) => {
    const critical = itemsOf(d, 'assumption');
    if (critical.length === 0) {
      return [
        open('missing', 'no critical assumption is recorded (critical_assumptions)', [call('record-research', d)]),
      ];
    }
    return critical.map((a) =>
      aboutNow(d, a).length > 0
        ? ok(a.name, a.subject)
        : open(
            'fail',
            `"${a.name}" is about no live item: record it again with what it is about now, or retire it`,
            [call('record-research', d)],
            a.subject,
          ),
    );
  },
};

const criticalProven: Check = {
  name: 'critical-assumptions-proven',
  asks: 'each is proven by a passed bullet that contains what it is about',
  waivable: true,
  of: (d, now) =>
    itemsOf(d, 'assumption').map((a) => {
      const about = aboutNow(d, a);
      const newestBlocker = Math.max(0, ...d.blockers.filter((b) => b.subjects.includes(a.subject)).map((b) => b.seq));
      const stands = standing(d, a.subject, now, { via: 'tracer-bullet', after: newestBlocker });
      const fix = [call('tracer-bullet', d, bulletArguments(a.id, about))];
      if (stands.status === 'pass') {
        const covered = stands.evidence?.about ?? [];
        const missing = about.filter((s) => !covered.includes(s));
        if (missing.length > 0) {
          return open('missing', `the bullet that passed did not contain ${missing.join(', ')}`, fix, a.subject);
        }
      }
      return from(stands, a.subject, stands.status === 'fail' ? [call('record-research', d), ...fix] : fix);
    }),
};

const deferredProven: Check = {
  name: 'deferred-items-proven',
  asks: 'what could not be seen from here is proven by a bullet on the cluster',
  waivable: true,
  of: (d, now) =>
    [...d.items.values()].flatMap((item) =>
      item.kind !== 'assumption' && isDeferred(itemStanding(d, item, now))
        ? [
            open(
              'unknown',
              `${itemStanding(d, item, now).because}; only a bullet can settle it`,
              [call('tracer-bullet', d, bulletArguments(item.id, [item.subject]))],
              item.subject,
            ),
          ]
        : [],
    ),
};

/** Tracer objects that may still be in the cluster: intended or created, not known to be gone. */
export const tracerLeftovers = (d: Deployment) =>
  d.placements.filter((p) => p.purpose === 'tracer' && p.state !== 'gone');

const cleanupVerified: Check = {
  name: 'clean-up-verified',
  asks: 'nothing a bullet made is left behind',
  waivable: true,
  of: (d, now) =>
    tracerLeftovers(d).map((p) => {
      const subject = `${p.object.kind}/${p.object.name}`;
      if (p.kept) return ok('kept on purpose until the deployment ends', subject);
      const running = openRuns(d, now).some((r) => r.run === p.run);
      return open(
        running ? 'unknown' : 'fail',
        running ? 'its bullet is still running' : 'not known to be gone',
        [call('cluster-reality-check', d)],
        subject,
      );
    }),
};

// --- Gate P -------------------------------------------------------------------------------------------------------

const planValid: Check = {
  name: 'plan-valid',
  asks: 'a plan without errors is on record',
  waivable: false,
  of: (d) => {
    const current = plan(d);
    return current === undefined
      ? [open('missing', 'no valid plan has been submitted', [call('submit-plan', d)])]
      : [ok(`plan ${current.digest.slice(0, 12)}, ${current.phases.length} phases`)];
  },
};

const planCovered: Check = {
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
          [call('submit-plan', d)],
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
            [call('tracer-bullet', d, bulletArguments(item?.id ?? subject, [subject]))],
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

const planBlockers: Check = {
  name: 'no-plan-blocker',
  asks: 'no finding against the plan is left open',
  waivable: true,
  of: (d, now) =>
    openBlockers(d, 'P', now).map((b) =>
      open('fail', `${b.because} (closed by a revised plan)`, [call('submit-plan', d)], `blocker:${b.id}`),
    ),
};

const planApproved: Check = {
  name: 'plan-approved',
  asks: 'a person approved exactly this digest, and the approval is still in date',
  waivable: false,
  of: (d, now) => {
    const current = plan(d);
    if (current === undefined) return [open('missing', 'there is no plan to approve', [call('submit-plan', d)])];
    const ask = [call('request-approval', d), { person: 'the operator', action: `infragate approve ${d.id}` }];
    const decision = d.decisions.findLast((x) => x.digest === current.digest);
    if (decision === undefined) return [open('missing', 'no person has decided about this plan', ask)];
    if (decision.choice !== 'approve') {
      return [
        open(
          'fail',
          `a person decided: ${decision.choice}${decision.remark === undefined ? '' : ` (${decision.remark})`}`,
          [call('submit-plan', d), ...ask],
        ),
      ];
    }
    if (decision.until !== undefined && decision.until <= now) {
      return [open('stale', `the approval ended ${decision.until}`, ask)];
    }
    if (d.blockers.some((b) => b.seq > decision.seq)) {
      return [open('stale', 'something was found wrong after the approval; it must be given again', ask)];
    }
    return [ok(`approved ${decision.at}`)];
  },
};

// --- Gate I -------------------------------------------------------------------------------------------------------

const phaseResult = (d: Deployment, phase: ReturnType<typeof phases>[number]): Result => {
  const subject = `phase:${phase.number}`;
  const { number } = phase;
  if (hasPassed(phase)) return ok(`${phase.name}: passed`, subject);
  const gate = call('phase-gate', d, { phase_number: number });
  const apply = call('apply-phase', d, { phase_number: number });
  if (phase.latest === undefined) {
    const next = phase.delivery === 'apply' && !phase.applied ? apply : gate;
    return open('missing', `${phase.name}: not proven yet`, [next, ...(next === apply ? [gate] : [])], subject);
  }
  return open(
    phase.latest.verdict.status === 'fail' ? 'fail' : 'unknown',
    `${phase.name}: ${phase.latest.verdict.message}`,
    [
      ...(phase.delivery === 'apply' ? [apply] : []),
      gate,
      call('rollback-phase', d, { phase_number: number }),
      call('return-to', d, {
        stage: 'plan',
        because: `phase ${number}: ${phase.latest.verdict.message}`.slice(0, 400),
      }),
    ],
    subject,
  );
};

const phasesPassed: Check = {
  name: 'phases-passed',
  asks: 'every phase passed its gate, in order',
  waivable: false,
  of: (d) => {
    const all = phases(d);
    if (all.length === 0) return [open('missing', 'there is no plan', [call('submit-plan', d)])];
    return all.map((p) => phaseResult(d, p));
  },
};

/** Every phase before n has passed. A check like any other, so that the refusal reads like any other. */
export const phasesBefore = (n: number): Check => ({
  name: 'phases-before',
  asks: `every phase before ${n} passed its gate`,
  waivable: false,
  of: (d) =>
    phases(d)
      .filter((p) => p.number < n)
      .map((p) => phaseResult(d, p)),
});

const providedVerified: Check = {
  name: 'provided-items-verified',
  asks: 'what the plan was to bring is there',
  waivable: true,
  of: (d, now) =>
    [...d.items.values()]
      .filter((i) => i.provided_by === 'plan')
      .map((i) => from(standing(d, i.subject, now, { facet: 'real' }), i.subject, [call('cluster-reality-check', d)])),
};

const committed: Check = {
  name: 'phases-committed',
  asks: 'each phase is committed, as the plan says',
  waivable: true,
  of: (d) =>
    phases(d)
      .filter((p) => p.commit !== 'none' && hasPassed(p))
      .map((p) =>
        p.committed !== undefined
          ? ok(`commit ${p.committed.slice(0, 12)}`, `phase:${p.number}`)
          : open(
              'missing',
              `phase ${p.number} is not committed`,
              [{ command: commitCommand(p) }, call('phase-gate', d, { phase_number: p.number })],
              `phase:${p.number}`,
            ),
      ),
};

/** The trailer ties a commit to the evidence of its phase. */
export const commitTrailer = (phase: { bound: string }): string => `Infragate-Evidence: ${phase.bound}`;

export const commitCommand = (phase: { number: number; name: string; bound: string }): string =>
  `git commit -m ${quote(`phase ${phase.number}: ${phase.name}`)} -m ${quote(commitTrailer(phase))}`;

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

// --- Gate V -------------------------------------------------------------------------------------------------------

const proof = (name: string, asks: string, subject: string, tool: string): Check => ({
  name,
  asks,
  waivable: true,
  of: (d) => {
    const fix = [call(tool, d)];
    const latest = d.observations.get(subject)?.findLast((o) => o.bound === plan(d)?.digest);
    if (latest === undefined) return [open('missing', 'not run on what is deployed now', fix, subject)];
    if (latest.seq < lastPhasePass(d)) return [open('stale', 'a phase has changed since', fix, subject)];
    return [
      latest.verdict.status === 'pass'
        ? ok(latest.verdict.message, subject)
        : open(latest.verdict.status, latest.verdict.message, fix, subject),
    ];
  },
});

const writtenAfterPhases = (name: string, asks: string, what: string, tool: string): Check => ({
  name,
  asks,
  waivable: true,
  of: (d) =>
    d.written.some((w) => w.what === what && w.seq > lastPhasePass(d))
      ? [ok('on record')]
      : [open('missing', 'not written since the last phase passed', [call(tool, d)])],
});

/** The table. Read it top to bottom: this is the workflow. */
export const GATES: readonly Gate[] = [
  {
    name: 'R',
    stage: 'research',
    checks: [
      namespaceExists,
      findingsDocumented,
      verified('api', 'apis-verified', 'every assumed API is served as assumed'),
      verified('image', 'images-verified', 'every planned image can be pulled'),
      verified('operator', 'operators-verified', 'every operator would act on a new object now'),
      verified('configuration', 'configuration-verified', 'every configuration requirement holds'),
      sourcesCompared,
      divergencesAdjusted,
      researchBlockers,
    ],
  },
  { name: '0', stage: 'tracer', checks: [criticalNamed, criticalProven, deferredProven, cleanupVerified] },
  { name: 'P', stage: 'plan', checks: [planValid, planCovered, planBlockers, planApproved] },
  { name: 'I', stage: 'implement', checks: [phasesPassed, providedVerified, committed] },
  {
    name: 'V',
    stage: 'validate',
    checks: [
      proof('fully-validated', 'the full validation passes', 'validation', 'run-validation'),
      proof('rollback-tested', 'the rollback has been tried', 'rollback-test', 'rollback-test'),
      writtenAfterPhases('retrospective-written', 'the retrospective is on record', 'retro', 'record-retro'),
      writtenAfterPhases(
        'documentation-written',
        'the documentation is on record',
        'documentation',
        'write-documentation',
      ),
      writtenAfterPhases('learnings-recorded', 'at least one learning is kept', 'learning', 'record-retro'),
    ],
  },
];

export const gate = (name: GateName): Gate => {
  const found = GATES.find((g) => g.name === name);
  if (found === undefined) throw new Error(`no gate ${name}`);
  return found;
};

/** Every check of every gate up to and including this one. */
export const upTo = (name: GateName): readonly Check[] =>
  GATES.slice(0, GATES.findIndex((g) => g.name === name) + 1).flatMap((g) => g.checks);

/** The checks of Gate P that come before a person is asked. */
export const BEFORE_APPROVAL: readonly Check[] = [planValid, planCovered, planBlockers];
