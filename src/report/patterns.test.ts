// A failure pattern is suggested only by events that show it; a record without them suggests none.

import { describe, expect, test } from 'vitest';
import type { Fact } from '../workflow/index.ts';
import { begun, DIFY, type Entry, ended, eventsOf, observed, record } from './fixtures/record.ts';
import { patterns } from './patterns.ts';

const suggested = (...facts: readonly Entry[]) => patterns(record(...facts));
const slugs = (...facts: readonly Entry[]) => suggested(...facts).map(({ slug }) => slug);

const divergence = (thing: string, severity: 'HIGH' | 'MEDIUM' | 'LOW' | 'NONE' | 'UNKNOWN') =>
  observed('divergence-check', `divergence:compose/${thing}/x`, severity === 'NONE' ? 'pass' : 'fail', { severity });
const refused = (code: string): Fact => ({ type: 'refused', tool: 'apply-phase', code, because: 'so' });
const planned: Fact = {
  type: 'planned',
  digest: 'd',
  body: 'b',
  cumulative: [],
  phases: [],
  uses: [],
  custom: [],
};
const decided = (choice: 'approve' | 'revise'): Fact => ({ type: 'decided', digest: 'd', choice });
const attempt = (run: string, status: 'PASS' | 'FAIL', input = 'same'): Fact[] => [
  begun(run, 'phase-gate', input),
  ended(run, status),
];

test('a record in which nothing went wrong suggests nothing', () => {
  expect(
    slugs(
      ...attempt('a', 'PASS'),
      divergence('volumes', 'NONE'),
      divergence('ports', 'LOW'),
      observed('cluster-reality-check', 'image:x', 'unknown'),
      planned,
      decided('approve'),
      refused('BAD_INPUT'),
    ),
  ).toEqual([]);
});

test('the worked example met four, each shown by its events', () => {
  const events = eventsOf(DIFY);
  const found = patterns(events);
  expect(found).toEqual([
    {
      slug: 'local-environment-mismatch',
      because: "2 things in the document can't be so on this cluster (HIGH divergences)",
      events: [38, 39, 51],
    },
    {
      slug: 'external-dependency-assumption',
      because: '5 assumptions about images or operators did not hold',
      events: [33, 34, 35, 38, 72],
    },
    expect.objectContaining({ slug: 'copy-pasta-blindspot', events: [38, 39, 40, 51, 52] }),
    { slug: 'completion-impulse', because: '4 calls ahead of a gate were refused', events: [4, 5, 115, 119] },
  ]);
  const seqs = new Set(events.map(({ seq }) => seq));
  for (const { events: shown } of found) expect(shown.every((seq) => seqs.has(seq))).toBe(true);
});

describe('local-environment-mismatch', () => {
  test('is shown by a HIGH divergence', () =>
    expect(suggested(divergence('volumes', 'HIGH'))).toMatchObject([
      { slug: 'local-environment-mismatch', events: [2] },
    ]));
  test('is not shown by lesser ones', () =>
    expect(slugs(divergence('volumes', 'MEDIUM'), divergence('x', 'UNKNOWN'))).toEqual([]));
});

describe('external-dependency-assumption', () => {
  test('is shown by an image, an operator or a bullet about one that failed', () =>
    expect(
      suggested(
        observed('cluster-reality-check', 'image:docker.io/library/x:1', 'fail'),
        observed('cluster-reality-check', 'operator:cnpg', 'fail'),
        observed('tracer-bullet', 'assumption:x runs', 'fail', { about: ['image:docker.io/library/x:1'] }),
      ),
    ).toMatchObject([{ slug: 'external-dependency-assumption', events: [2, 3, 4] }]));
  test('is not shown by an API, or by a configuration that says "image"', () =>
    expect(
      slugs(
        observed('cluster-reality-check', 'api:image.openshift.io/v1/ImageStream', 'fail'),
        observed('cluster-reality-check', 'configuration:image pull secrets', 'fail'),
        observed('tracer-bullet', 'assumption:the image works', 'fail', { about: ['api:v1/Pod'] }),
      ),
    ).toEqual([]));
});

describe('copy-pasta-blindspot', () => {
  test('takes three different things', () =>
    expect(slugs(divergence('a', 'MEDIUM'), divergence('b', 'MEDIUM'), divergence('c', 'MEDIUM'))).toEqual([
      'copy-pasta-blindspot',
    ]));
  test('is not one thing found three times', () =>
    expect(slugs(divergence('a', 'MEDIUM'), divergence('a', 'MEDIUM'), divergence('a', 'MEDIUM'))).toEqual([]));
});

describe('debug-loop-spiral', () => {
  const three = [...attempt('a', 'FAIL'), ...attempt('b', 'FAIL'), ...attempt('c', 'FAIL')];
  test('is shown by three failures in a row with one input', () =>
    expect(suggested(...three)).toMatchObject([{ slug: 'debug-loop-spiral', events: [2, 4, 6] }]));
  test('is not two', () => expect(slugs(...three.slice(2))).toEqual([]));
  test('is not three with different inputs', () =>
    expect(slugs(...attempt('a', 'FAIL', '1'), ...attempt('b', 'FAIL', '2'), ...attempt('c', 'FAIL', '3'))).toEqual(
      [],
    ));
  test('ends with a success', () =>
    expect(slugs(...three.slice(2), ...attempt('d', 'PASS'), ...attempt('e', 'FAIL'))).toEqual([]));
  test('ends with a change of what is assumed', () =>
    expect(
      slugs(...three.slice(2), { type: 'retired', subject: 'image:x', because: 'gone' }, ...attempt('d', 'FAIL')),
    ).toEqual([]));
});

describe('completion-impulse', () => {
  test('is shown by a call ahead of a gate', () =>
    expect(suggested(refused('PHASE_ORDER'))).toMatchObject([
      { slug: 'completion-impulse', because: '1 call ahead of a gate was refused', events: [2] },
    ]));
  test('is not shown by other refusals', () => expect(slugs(refused('BAD_INPUT'), refused('FORBIDDEN'))).toEqual([]));
});

describe('tests-passing-lie', () => {
  const gate = (status: 'pass' | 'fail' | 'unknown', via = 'phase-gate') =>
    observed(via, 'phase:1', status, { bound: 'plan' });
  test('is shown by a proven phase that was found broken', () =>
    expect(suggested(gate('pass'), gate('fail', 'run-validation'))).toMatchObject([
      { slug: 'tests-passing-lie', because: '1 phase that had passed was found broken later', events: [3] },
    ]));
  test('is not shown by a phase that failed before it passed, or could not be seen later', () =>
    expect(slugs(gate('fail'), gate('pass'), gate('unknown'))).toEqual([]));
  test('is not shown by a phase that was rolled back', () =>
    expect(slugs(gate('pass'), gate('fail', 'rollback-phase'))).toEqual([]));
});

describe('moving-target-syndrome', () => {
  test('is shown by a third change after approval', () =>
    expect(suggested(planned, decided('approve'), planned, refused('PLAN_DRIFT'), refused('PLAN_DRIFT'))).toMatchObject(
      [{ slug: 'moving-target-syndrome', events: [4, 5, 6] }],
    ));
  test('is not one edit that was noticed and taken back', () =>
    expect(slugs(planned, decided('approve'), refused('PLAN_DRIFT'))).toEqual([]));
  test('is not work on a plan before anybody approved it', () =>
    expect(slugs(planned, planned, planned, decided('revise'), planned)).toEqual([]));
});
