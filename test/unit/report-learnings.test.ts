// Which learnings are offered where: at a start, and beside a failure. A real ledger, with its full-text search.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addLearnings } from '../../src/cli/learnings.records.ts';
import { notesOf } from '../../src/engine/notes.ts';
import { policySchema } from '../../src/engine/policy.ts';
import { recordsOf } from '../../src/engine/record.ts';
import { record } from '../../src/report/fixtures/record.ts';
import type { Ledger } from '../../src/state/index.ts';
import { freshLedger } from '../../src/state/ledger.fixture.ts';
import { learningsFor, learningsOn } from '../../src/tools/learnings.ts';
import { learntLines } from '../../src/tools/learnt.ts';
import type { Fact } from '../../src/workflow/index.ts';

let ledger: Ledger;
let end = () => {};

beforeEach(async () => {
  ({ ledger, end } = await freshLedger());
});
afterEach(() => end());

const run = {
  search: (words: string) => ledger.search(words, 5),
  notes: (what: 'learning' | 'judgement', component?: string) =>
    notesOf(recordsOf(ledger, policySchema.parse({})), what, component),
};

const learning = (title: string, situation: string, advice: string, tags: string[] = []): Fact => ({
  type: 'written',
  what: 'learning',
  text: `${title}: ${situation} → ${advice}`,
  title,
  situation,
  advice,
  tags,
});

const MIRROR = learning('Images come from the mirror', 'an image policy', 'mirror them first', ['image', 'policy']);
const QUOTA = learning('Ask about quotas', 'several teams share a namespace', 'agree on it first', ['quota']);
const CLAIMS = learning('Claims bind late', 'PersistentVolumeClaim on this cluster', 'wait for the first consumer');

const keep = (id: string, ...facts: Fact[]) =>
  ledger.append(
    id,
    0,
    record(...facts).map(({ at, by, fact }) => ({ at, by, fact })),
  );

const titles = (offered: readonly { title: string }[] | undefined) => offered?.map(({ title }) => title);

describe('at a start', () => {
  test('those of the same component, whatever they are about', async () => {
    await keep('app-1', MIRROR, QUOTA);
    expect(titles(await learningsFor(run, { component: 'app', words: ['app'] }))).toEqual([
      'Ask about quotas',
      'Images come from the mirror',
    ]);
    expect(await learningsFor(run, { component: 'other', words: ['other'] })).toEqual([]);
  });

  test('those of other components that name what this one is about, each once', async () => {
    await keep('app-1', MIRROR, QUOTA);
    await keep('app-2', MIRROR);
    expect(titles(await learningsFor(run, { component: 'other', words: ['a policy engine'] }))).toEqual([
      'Images come from the mirror',
    ]);
  });
});

describe('beside a failure', () => {
  const beside = async (reason: string, message = '', about: readonly string[] = []) =>
    titles(await learningsOn(run, { reason, message, about }));

  test('those about its reason, the kinds it names and the registry of its image', async () => {
    await keep('app-1', MIRROR, QUOTA, CLAIMS, learning('Slow registry', 'quay.example pulls', 'wait longer'));
    expect(await beside('ExceededQuota', 'Deployment/web: exceeded quota')).toEqual(['Ask about quotas']);
    expect(await beside('PolicyDenied', 'Pod/api: denied')).toEqual(['Images come from the mirror']);
    expect(await beside('Unbound', 'PersistentVolumeClaim/data: pending')).toEqual(['Claims bind late']);
    expect(await beside('Timeout', 'Pod/x', ['image:quay.example/a/b:1'])).toEqual(['Slow registry']);
  });

  test('none about something else', async () => {
    await keep('app-1', MIRROR, QUOTA);
    expect(await learningsOn(run, { reason: 'CrashLoop', message: 'Pod/x: exit 1' })).toBeUndefined();
    expect(await learningsOn(run, undefined)).toBeUndefined();
  });

  test('none that only failed, too', async () => {
    await keep('app-1', learning('The command of phase 1 failed', 'a Pod was not ready', 'wait for its image'));
    expect(await beside('CommandFailed', '`make check` exited 2')).toBeUndefined();
    expect(await beside('NotReady', 'Pod/web-1 is not ready')).toBeUndefined();
    expect(await beside('ImageMissing', 'Deployment/web: the image is not there')).toBeUndefined();
  });

  test('none that a later run found wrong', async () => {
    await keep('app-1', QUOTA);
    await keep('app-2', { type: 'written', what: 'judgement', text: 'no', about: 'ask about quotas', helped: false });
    expect(await beside('ExceededQuota')).toBeUndefined();
  });

  test('none that came from elsewhere and was found wrong here', async () => {
    const from = { title: 'Ask about quotas', situation: 'a shared namespace', advice: 'ask', tags: [], text: '' };
    await addLearnings(ledger, [from], 'a file', '2026-01-01T00:00:00.000Z');
    expect(await beside('ExceededQuota')).toEqual(['Ask about quotas']);
    await keep('app-2', { type: 'written', what: 'judgement', text: 'no', about: 'ask about quotas', helped: false });
    expect(await beside('ExceededQuota')).toBeUndefined();
  });

  test('is told in the text, too', async () => {
    await keep('app-1', QUOTA);
    const words = learntLines(await learningsOn(run, { reason: 'ExceededQuota', message: '' }));
    expect(words.join('\n')).toMatch(/^learnt before \(app-1\): Ask about quotas: .*agree on it first/);
  });
});
