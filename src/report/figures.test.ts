// Every figure of a retrospective can be computed again from the export, by a script that shares no code with it.

import { describe, expect, test } from 'vitest';
import { recompute } from '../../scripts/recompute-retro.ts';
import { begun, DIFY, deploymentOf, type Entry, ended, eventsOf, observed, record } from './fixtures/record.ts';
import { figures } from './index.ts';

const demo = eventsOf(DIFY);
const f = figures(deploymentOf(demo), demo);

/** The same figures in the script's words. */
function comparable(events: typeof demo) {
  const own = figures(deploymentOf(events), events);
  return {
    total_ms: own.total_ms,
    cluster_ms: own.cluster_ms,
    person_ms: own.person_ms,
    active_ms: own.active_ms,
    attempts: Object.fromEntries(own.attempts.map(({ tool, runs, failed }) => [tool, { runs, failed }])),
    failures: own.failures.map(({ seq, gate }) => ({ seq, gate })),
    saved_by_tracers: own.saved_by_tracers,
    returns: own.returns.map(({ seq }) => seq),
    refusals: own.refusals.map(({ seq, code }) => ({ seq, code })),
  };
}

const exported = (events: typeof demo) => events.map((e) => JSON.stringify(e)).join('\n');

describe('the figures of the worked example', () => {
  test('agree with those computed again from the export', () => {
    expect(comparable(demo)).toEqual(recompute(DIFY));
  });

  test('agree at every point of the record, as if the run had been given up there', () => {
    for (let n = 2; n <= demo.length; n += 7) {
      const part = demo.slice(0, n);
      expect(comparable(part), `the first ${n} events`).toEqual(recompute(exported(part)));
    }
  });

  test('stand in the stages where the gates opened and closed', () => {
    const at = (seq: number) => Date.parse(demo[seq - 1]?.at ?? '');
    const between = (from: number, to: number) => at(to) - at(from);
    // Read off the record by hand: what opened or closed a gate, by its event.
    const [adjusted, bulletFailed, mirrored, proven, approved, committed, complete] = [58, 73, 96, 110, 118, 177, 192];
    const used = Object.fromEntries(f.stages.map((s) => [s.stage, s.used_ms]));
    expect(used.research).toBe(between(1, adjusted) + between(bulletFailed, mirrored));
    expect(used.tracer).toBe(between(adjusted, bulletFailed) + between(mirrored, proven));
    expect(used.plan).toBe(between(proven, approved));
    expect(used.implement).toBe(between(approved, committed));
    expect(used.validate).toBe(between(committed, complete));
    expect(f.stages.reduce((sum, s) => sum + s.used_ms, 0)).toBe(f.total_ms);
  });

  test('name what failed at each gate, and what it cost', () => {
    const said = f.setbacks.map((s) => [s.gate, s.what.replace(/127[^/]*\//, ''), s.settled?.how.split(' ')[0]]);
    expect(said).toEqual([
      ['R', 'image:upstream/weaviate:1.27.0', 'it'],
      ['R', 'image:upstream/redis:7.2', 'it'],
      ['R', 'image:upstream/dify-api:1.4.0', 'it'],
      ['R', expect.stringContaining('image-unavailable'), 'found'],
      ['R', expect.stringContaining('bind-mount'), 'adjusted'],
      ['0', 'assumption:the application image runs here', 'it'],
      ['I', 'phase:4', 'it'],
    ]);
    const cost = (gate: string) => f.setbacks.filter((s) => s.gate === gate).map((s) => s.cost_ms);
    const at = (seq: number) => Date.parse(demo[seq - 1]?.at ?? '');
    expect(cost('0')).toEqual([at(109) - at(67)]);
    expect(cost('I')).toEqual([at(173) - at(169)]);
    expect(f.saved_by_tracers).toBe(1);
  });
});

describe('time', () => {
  test('that a person and the cluster were waited for at once counts once', () => {
    const events = record(
      [10, begun('a', 'request-approval')],
      [20, begun('b', 'cluster-reality-check')],
      [40, ended('b')],
      [50, { type: 'decided', digest: 'd', choice: 'revise' }],
      [60, { type: 'abandoned', because: 'enough' }],
    );
    expect(figures(deploymentOf(events), events)).toMatchObject({
      total_ms: 60_000,
      person_ms: 40_000,
      cluster_ms: 20_000,
      active_ms: 20_000,
    });
    expect(comparable(events)).toEqual(recompute(exported(events)));
  });

  test('after the end is nobody’s', () => {
    const events = record(
      [5, { type: 'abandoned', because: 'enough' }],
      [3600, { type: 'written', what: 'retro', text: 'afterwards' }],
    );
    expect(figures(deploymentOf(events), events).total_ms).toBe(5000);
  });

  test('in which nobody decided is still waiting for a person', () => {
    const events = record([10, begun('a', 'request-approval')], [70, { type: 'abandoned', because: 'no answer' }]);
    expect(figures(deploymentOf(events), events).person_ms).toBe(60_000);
  });
});

describe('what failed', () => {
  const setbacks = (...facts: readonly Entry[]) => {
    const events = record(...facts);
    return figures(deploymentOf(events), events).setbacks;
  };

  test('is one setback however often it was found, from the first run that found it', () => {
    expect(
      setbacks(
        [10, begun('a', 'phase-gate')],
        [15, observed('phase-gate', 'phase:1', 'fail', { run: 'a' })],
        [16, ended('a', 'FAIL')],
        [30, observed('phase-gate', 'phase:1', 'fail')],
        [40, observed('phase-gate', 'phase:1', 'pass')],
      ),
    ).toMatchObject([{ gate: 'I', events: [3, 5], cost_ms: 30_000, settled: { seq: 6 } }]);
  });

  test('and was never settled costs until the end, and says so', () => {
    const [one] = setbacks(
      [10, observed('tracer-bullet', 'assumption:x', 'fail')],
      [100, { type: 'abandoned', because: 'x' }],
    );
    expect(one).toMatchObject({ cost_ms: 90_000 });
    expect(one?.settled).toBeUndefined();
  });

  test('is a plan a person sent back, until one is approved', () => {
    expect(
      setbacks(
        [10, { type: 'decided', digest: 'one', choice: 'revise', remark: 'two replicas' }],
        [50, { type: 'decided', digest: 'two', choice: 'approve' }],
      ),
    ).toMatchObject([{ gate: 'P', because: 'revise: two replicas', cost_ms: 40_000 }]);
  });

  test('is not what could not be seen', () => {
    expect(setbacks(observed('cluster-reality-check', 'image:x', 'unknown'))).toEqual([]);
  });
});
