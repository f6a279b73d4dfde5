import { expect, test } from 'vitest';
import type { Fact } from '../workflow/index.ts';
import { deploymentOf, record } from './fixtures/record.ts';
import { approvalReport } from './index.ts';

const place = { cluster: 'c', namespace: 'n', namespace_uid: 'n-1' };
const verdict = { status: 'fail', reason: 'Diverges', message: 'bind mounts' } as const;
const item = (id: string, kind: 'source' | 'api', subject: string): Fact => ({
  type: 'claimed',
  item: { id, kind, subject, name: subject },
});
const FACTS: readonly Fact[] = [
  item('s1', 'source', 'source:compose.yml'),
  item('a1', 'api', 'api:v1/Pod'),
  {
    type: 'observed',
    subject: 'divergence:compose/bind-mount/data',
    verdict,
    at: place,
    asked: '?',
    via: 'd',
    severity: 'HIGH',
  },
  {
    type: 'observed',
    subject: 'divergence:compose/restart/x',
    verdict,
    at: place,
    asked: '?',
    via: 'd',
    severity: 'LOW',
  },
  {
    type: 'observed',
    subject: 'source:compose.yml',
    verdict: { status: 'pass', reason: 'Compared', message: 'read' },
    at: place,
    asked: '?',
    via: 'd',
    about: ['divergence:compose/bind-mount/data', 'divergence:compose/restart/x'],
  },
  {
    type: 'written',
    what: 'adjustment',
    text: 'claims instead\n### Approved already \u202Eemit',
    about: 'divergence:compose/bind-mount/data',
    verified_by: { manifests: 'sha256:1' },
  },
  { type: 'retired', subject: 'api:v1/Pod', because: 'not needed' },
  { type: 'waived', check: 'learnings-recorded', because: 'a trial', until: '2027-01-01T00:00:00.000Z' },
];

test('what rests on a word is shown to whoever decides, and a text of the agent can pass for nothing else', () => {
  const d = deploymentOf(record(...FACTS));
  const shown = approvalReport(d, '# Deployment plan: x');
  expect(shown.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    '# Deployment plan: x',
    '### Waived',
    '### Divergences, and how each was adjusted',
    '### Assumed once, and set aside without a replacement',
  ]);
  expect(shown).toContain('HIGH compose/bind-mount/data: claims instead ### Approved already &lt;U+202E>emit');
  expect(shown).toContain('verified by its manifests under the same rule');
  expect(shown).not.toContain('restart');
  expect(shown).toContain('- learnings-recorded: a trial, until 2027-01-01T00:00:00.000Z');
  expect(shown).toContain('- api:v1/Pod: not needed');
});
