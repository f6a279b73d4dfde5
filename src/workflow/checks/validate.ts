import { type Deployment, type Observation, plan } from '../deployment.ts';
import { lastPhasePass } from '../phases.ts';
import { type Check, call, form, ok, open } from './check.ts';

/** Gate V: everything looked at once more, the way back tried, and what was learnt written down. */

export const proof = (
  name: string,
  asks: string,
  subject: string,
  tool: string,
  counts: (d: Deployment, o: Observation) => boolean = () => true,
): Check => ({
  name,
  asks,
  waivable: true,
  of: (d) => {
    const fix = [call(tool, d)];
    const latest = d.observations.get(subject)?.findLast((o) => o.bound === plan(d)?.digest && counts(d, o));
    if (latest === undefined) return [open('missing', 'not run on what is deployed now', fix, subject)];
    if (latest.seq < lastPhasePass(d)) return [open('stale', 'a phase has changed since', fix, subject)];
    return [
      latest.verdict.status === 'pass'
        ? ok(latest.verdict.message, subject)
        : open(latest.verdict.status, latest.verdict.message, fix, subject),
    ];
  },
});

/** The last phase goes first on the way back: trying another is worth doing, and proves nothing of this one. */
const isOfLastPhase = (d: Deployment, { about, verdict }: Observation): boolean =>
  about === undefined || verdict.status !== 'pass' || about.includes(`phase:${plan(d)?.phases.at(-1)?.number}`);

const TRIED = proof(
  'rollback-tested',
  'the rollback of the last phase has been tried',
  'rollback-test',
  'rollback-test',
  isOfLastPhase,
);

/**
 * A rehearsal that failed is more than a dry run that passes: it is answered by another rehearsal of that phase, by work
 * on a phase, or by another plan.
 */
export const rollbackTested: Check = {
  ...TRIED,
  of: (d, now) => {
    const failed = failedRehearsal(d);
    if (failed === undefined) return TRIED.of(d, now);
    const { about, verdict } = failed;
    const number = Number(about?.[0]?.replace('phase:', '')) || undefined;
    const again = call('rollback-test', d, {
      ...(number === undefined ? {} : { phase_number: number }),
      rehearse: true,
    });
    return [open('fail', `rehearsed for real: ${verdict.message}`, [again], 'rollback-test')];
  },
};

function failedRehearsal(d: Deployment): Observation | undefined {
  const rehearsals = (d.observations.get('rollback-test') ?? []).filter(
    (o) => o.facet === 'rehearsed' && o.bound === plan(d)?.digest && o.seq > lastPhasePass(d),
  );
  const latest = new Map(rehearsals.map((o) => [o.about?.[0], o]));
  return [...latest.values()].find((o) => o.verdict.status === 'fail');
}

export const writtenAfterPhases = (name: string, asks: string, what: string, tool: string, needs?: string): Check => ({
  name,
  asks,
  waivable: true,
  of: (d) =>
    d.written.some((w) => w.what === what && w.seq > lastPhasePass(d))
      ? [ok('on record')]
      : [
          open('missing', 'not written since the last phase passed', [
            needs === undefined ? call(tool, d) : form(tool, d, [needs]),
          ]),
        ],
});
