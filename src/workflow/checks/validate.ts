import { plan } from '../deployment.ts';
import { lastPhasePass } from '../phases.ts';
import { type Check, call, ok, open } from './check.ts';

/** Gate V: everything looked at once more, the way back tried, and what was learnt written down. */

export const proof = (name: string, asks: string, subject: string, tool: string): Check => ({
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

export const writtenAfterPhases = (name: string, asks: string, what: string, tool: string): Check => ({
  name,
  asks,
  waivable: true,
  of: (d) =>
    d.written.some((w) => w.what === what && w.seq > lastPhasePass(d))
      ? [ok('on record')]
      : [open('missing', 'not written since the last phase passed', [call(tool, d)])],
});
