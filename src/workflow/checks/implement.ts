import type { Deployment } from '../deployment.ts';
import { standing } from '../evidence.ts';
import { hasPassed, phases } from '../phases.ts';
import { type Check, call, form, from, ok, open, type Result } from './check.ts';

/** Gate I: every phase proven in order, what the plan was to bring is there, and each phase is committed. */

export const phaseResult = (d: Deployment, phase: State): Result => {
  const subject = `phase:${phase.number}`;
  const { number } = phase;
  if (hasPassed(phase)) return ok(`${phase.name}: passed`, subject);
  const gate = call('phase-gate', d, { phase_number: number });
  const apply = call('apply-phase', d, { phase_number: number });
  const isReady = phase.delivery !== 'apply' || phase.changed || phase.latest?.verdict.status === 'unknown';
  const waits = phases(d).find((p) => p.number < number && isUncommitted(p));
  const ready = isReady ? [gate, ...(phase.delivery === 'apply' ? [apply] : [])] : [apply, gate];
  // A phase waits for the commit of the one before it.
  const on = waits === undefined ? ready : commitFix(d, waits);
  if (phase.latest === undefined) return open('missing', `${phase.name}: not proven yet`, on, subject);
  const said = phase.latest.verdict.message;
  const back = [
    call('rollback-phase', d, { phase_number: number }),
    call('return-to', d, { stage: 'plan', because: `phase ${number}: ${said}`.slice(0, 400) }),
  ];
  if (phase.changed)
    return open('stale', `${phase.name}: applied since its gate said: ${said}`, [...on, ...back], subject);
  const status = phase.latest.verdict.status === 'fail' ? 'fail' : 'unknown';
  // What was rolled back failed as it is: the plan is changed before it is applied again.
  const fix = phase.latest.via === 'rollback-phase' ? [...back.slice(1), ...on] : [...on, ...back];
  return open(status, `${phase.name}: ${said}`, fix, subject);
};

type State = ReturnType<typeof phases>[number];

const isUncommitted = (phase: State): boolean =>
  phase.commit !== 'none' && hasPassed(phase) && phase.committed === undefined;

const commitFix = (d: Deployment, phase: State) => [
  { command: commitCommand(phase) },
  call('phase-gate', d, { phase_number: phase.number }),
];

export const phasesPassed: Check = {
  name: 'phases-passed',
  asks: 'every phase passed its gate, in order',
  waivable: false,
  of: (d) => {
    const all = phases(d);
    if (all.length === 0) return [open('missing', 'there is no plan', [form('submit-plan', d, ['plan'])])];
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

export const providedVerified: Check = {
  name: 'provided-items-verified',
  asks: 'what the plan was to bring is there',
  waivable: true,
  of: (d, now) =>
    [...d.items.values()]
      .filter((i) => i.provided_by === 'plan')
      .map((i) => from(standing(d, i.subject, now, { facet: 'real' }), i.subject, [call('cluster-reality-check', d)])),
};

export const committed: Check = {
  name: 'phases-committed',
  asks: 'each phase is committed, as the plan says',
  waivable: true,
  of: (d) =>
    phases(d)
      .filter((p) => p.commit !== 'none' && hasPassed(p))
      .map((p) =>
        p.committed !== undefined
          ? ok(`commit ${p.committed.slice(0, 12)}`, `phase:${p.number}`)
          : open('missing', `phase ${p.number} is not committed`, commitFix(d, p), `phase:${p.number}`),
      ),
};

/** The trailer ties a commit to the evidence of its phase. */
export const commitTrailer = (phase: { bound: string }): string => `Infragate-Evidence: ${phase.bound}`;

export const commitCommand = (phase: { number: number; name: string; bound: string }): string =>
  `git commit -m ${quote(`phase ${phase.number}: ${phase.name}`)} -m ${quote(commitTrailer(phase))}`;

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
