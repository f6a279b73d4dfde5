import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isKubeObject, isRecord, subjectRef } from '../objects/index.ts';
import { parseCriteria, type Subject, type View } from './index.ts';
import { CLAUSES, OTHER_FORMS, TRAILING_FORMS } from './reference.ts';

/** Criteria as people write them, each over something that is seen: test/cases/criteria.tsv. */
const CASES = join(import.meta.dirname, '..', '..', 'test', 'cases');
const VIEWS: Record<string, unknown> = parse(readFileSync(join(CASES, 'criteria-views.yaml'), 'utf8'), { merge: true });
const ROWS = readFileSync(join(CASES, 'criteria.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t'));

function seen(name: string): { readonly subjects: readonly Subject[]; readonly view: View } {
  const given = VIEWS[name];
  if (!isRecord(given) || !Array.isArray(given.objects)) throw new Error(`criteria-views.yaml has no view ${name}`);
  const objects = given.objects.filter(isKubeObject);
  const about: readonly unknown[] = Array.isArray(given.about) ? given.about : [];
  const subjects = objects
    .filter((o) => (about.length > 0 ? about.includes(subjectRef(o)) : o.metadata.ownerReferences === undefined))
    .map(({ apiVersion, kind, metadata: { name: called = '', namespace } }) => ({
      apiVersion,
      kind,
      name: called,
      ...(namespace === undefined ? {} : { namespace }),
    }));
  const logs = Object.fromEntries(
    Object.entries(isRecord(given.logs) ? given.logs : {}).map(([k, v]) => [k, String(v)]),
  );
  const events = Array.isArray(given.events) ? given.events.filter(isKubeObject) : undefined;
  return { subjects, view: { objects, logs, ...(events === undefined ? {} : { events }) } };
}

/** The forms that a refusal names. */
const formsIn = (error: string): string[] =>
  /(?:Write|Nearest forms): (.*?)(?:\. About: .*)?$/s.exec(error)?.[1]?.split(' · ') ?? [];

describe('criteria as people write them', () => {
  test('there are more than 200 of them', () => expect(ROWS.length).toBeGreaterThan(200));

  test.each(ROWS)('%s: %s: %s', (name = '', expected, criterion = '') => {
    const { subjects, view } = seen(name);
    const parsed = parseCriteria(criterion, { subjects });
    if (!parsed.ok) {
      expect('refused', parsed.errors.join('\n')).toBe(expected);
      for (const error of parsed.errors) {
        const forms = formsIn(error);
        expect(forms.length, error).toBeGreaterThan(0);
        for (const form of forms) expect(parseCriteria(form, { subjects }).ok, `${form} of: ${error}`).toBe(true);
      }
      return;
    }
    const verdicts = parsed.predicates.map((predicate) => predicate.holds(view));
    const worst =
      verdicts.find((v) => v.status === 'fail') ?? verdicts.find((v) => v.status === 'unknown') ?? verdicts[0];
    expect(worst?.status, JSON.stringify(verdicts)).toBe(expected);
  });
});

test('every form of the reference page is taken, about the objects that it is written about', () => {
  const { subjects } = seen('shop');
  const forms = [
    ...CLAUSES.flatMap(({ forms: each }) => each).map((form) =>
      form.replace('{object}', 'Deployment web').replace('{service}', 'Service web'),
    ),
    ...OTHER_FORMS.map(({ form }) => (/^(?:kubectl|attest)/.test(form) ? form : `Deployment/web: ${form}`)),
    ...TRAILING_FORMS.flatMap(({ form }) => form.split(', '))
      .filter((form) => form !== 'on all nodes')
      .map((form) => `Deployment web is ready ${form}`),
  ];
  const refused = forms.filter((form) => !parseCriteria(form, { subjects }).ok);
  expect(refused).toEqual([]);
});
