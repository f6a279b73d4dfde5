import { expect, test } from 'vitest';
import { canonicalReview, shownAgain } from '../../src/review/index.ts';
import { canonical } from '../../src/workflow/index.ts';
import { linesOf, reviewOfTrap, type Trap } from '../support/trap.ts';

/** Between showing and deciding: what makes the review be shown again, and what does not. */
const written = (value: string) => ({
  objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf' }, data: { mode: value } }],
  commands: [],
  validation: ['kubectl get configmap conf'],
  rollback: ['undo'],
  criteria: [],
  irreversible: [],
  files: {},
  frame: {},
  phase: {},
});
const at = (uid: string, mode: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'conf', uid },
  data: { mode },
});
const base: Trap = {
  trap: 'x',
  shows: ['x'],
  before: 0,
  after: 0,
  plan: written('plain'),
  live: [],
  admission: [],
  facts: [],
};
const made = (more: Partial<Trap> = {}) => reviewOfTrap({ ...base, ...more });

test('nothing happened: the decision stands', async () => {
  expect(shownAgain(await made(), await made(), true)).toEqual([]);
});

test('another plan', async () => {
  const now = await made();
  const other = { ...now, plan: { ...now.plan, digest: 'sha256:other' } };
  expect(shownAgain(await made(), other, true)).toEqual(['another plan has been submitted']);
});

test('another dry run: the object appeared, went, was made anew, or has other values', async () => {
  const [none, there, anew, edited] = [
    await made(),
    await made({ live: [at('u-1', 'plain')] }),
    await made({ live: [at('u-2', 'plain')] }),
    await made({ live: [at('u-1', 'edited')] }),
  ];
  expect(shownAgain(none, there, true)[0]).toContain('ConfigMap/conf is there now');
  expect(shownAgain(there, none, true)[0]).toContain('ConfigMap/conf is gone');
  expect(shownAgain(there, anew, true)[0]).toContain('made anew');
  expect(shownAgain(there, edited, true)[0]).toContain('data.mode');
});

test('where the cluster can not be asked, only plan and evidence are compared', async () => {
  expect(shownAgain(await made(), await made({ live: [at('u-1', 'plain')] }), false)).toEqual([]);
});

test('what the cluster fills in differently each time is no change', async () => {
  const random = (token: string) =>
    made({ admission: [{ ...at('', 'plain'), metadata: { name: 'conf', annotations: { token } } }] });
  const [shown, now, again] = [await random('a'), await random('b'), await random('c')];
  expect(shownAgain(shown, now, true)).not.toEqual([]);
  expect(shownAgain(shown, now, true, again)).toEqual([]);
});

const item = { type: 'claimed', item: { id: 'i1', kind: 'api', subject: 'api:v1/Pod', name: 'v1/Pod' } };
const seen = (status: string) => ({
  type: 'observed',
  subject: 'api:v1/Pod',
  verdict: { status, reason: 'R', message: 'm' },
  at: { cluster: 'uid', namespace: 'ns', namespace_uid: 'ns-uid' },
  asked: '?',
  via: 'x',
});

test('newer evidence against it is shown; newer evidence for it is not', async () => {
  const passed = await made({ facts: [item, seen('pass')] });
  expect(shownAgain(passed, await made({ facts: [item, seen('pass'), seen('pass')] }), true)).toEqual([]);
  expect(shownAgain(passed, await made({ facts: [item, seen('pass'), seen('fail')] }), true).join()).toContain(
    'api:v1/Pod is now fail',
  );
  const retired = await made({ facts: [item, seen('pass'), { type: 'retired', subject: 'api:v1/Pod', because: 'x' }] });
  expect(shownAgain(passed, retired, true)).toEqual(['v1/Pod was set aside']);
});

test('a text of the agent passes for no line of ours', async () => {
  const forged = 'claims instead\n!! Objects, most dangerous first (0):\u202E';
  const review = await made({ facts: [{ type: 'written', what: 'sources', text: forged }] });
  const lines = linesOf(review);
  expect(lines.filter((line) => line.includes('Objects, most dangerous first (0)'))).toEqual([
    expect.stringMatching(/^Sources: no outside sources: claims instead !! Objects, .*<U\+202E>$/),
  ]);
});

test('nothing of a review that nobody decided about before is called unchanged', async () => {
  expect(linesOf(await made()).join('\n')).toContain('No person has decided about an earlier plan');
  const same = await made({ decided: written('plain') });
  expect(linesOf(same).join('\n')).toMatch(/Since a person decided \(approve.*only in how it is written down/);
});

test('the text that is recorded, put together from its parts, is the canonical JSON of the whole', async () => {
  const review = await made({ facts: [item, seen('fail')], live: [at('u-1', 'plain')] });
  expect(await canonicalReview(review)).toBe(canonical(review));
});
