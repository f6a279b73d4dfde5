import { type CheckedKind, type Finding, FORMS } from '../assumptions/index.ts';
import { shortDigest } from '../workflow/index.ts';
import { folded, type Passed } from './reality-fold.ts';
import type { Answered, Status } from './reality-item.ts';

export type Category = CheckedKind | 'manifest';

export type Line = {
  readonly kind: Category;
  readonly finding: Finding;
  /** Of a manifest: its place in what was given. */
  readonly where?: string;
  readonly answer: Answered;
};

/** A sentence of an API server or a registry can be long; the whole of it is in the evidence. */
const SENTENCE = 300;
/** It ends with a command to type, which half of is worse than none. */
const SUGGESTION = 600;
const short = (text: string, most = SENTENCE) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

export function lineOf(
  kind: Category,
  name: string,
  finding: Finding,
  digest: string | undefined,
  where?: string,
): Line {
  const { verdict, asked, diverges, suggestion, minimal_spec, facet } = finding;
  const status = statusOf(finding);
  const next = diverges === undefined ? suggestion : `use ${diverges}: record it, and retire this with replaced_by`;
  const answer: Answered = {
    name,
    status,
    reason: verdict.reason,
    evidence: {
      // What passed and is on record is told by reference; `id` has the whole of it.
      ...(status !== 'PASS' ? { asked } : digest === undefined ? { found: short(verdict.message) } : {}),
      ...(digest === undefined ? {} : { id: shortDigest(digest) }),
      ...(where === undefined || where === '' ? {} : { where }),
      ...(facet === undefined ? {} : { facet }),
      ...(finding.deferrable === true && status === 'UNKNOWN' ? { deferred: 'a tracer bullet settles it' } : {}),
    },
    ...(status === 'PASS' ? {} : { error: short(verdict.message) }),
    ...(next === undefined ? {} : { suggestion: short(next, SUGGESTION) }),
    ...(minimal_spec === undefined || status !== 'UNKNOWN' ? {} : { minimal_spec }),
  };
  return { kind, finding, answer, ...(where === undefined ? {} : { where }) };
}

function statusOf({ verdict, diverges }: Finding): Status {
  if (verdict.status === 'pass') return 'PASS';
  if (verdict.status === 'unknown') return 'UNKNOWN';
  return diverges === undefined ? 'FAIL' : 'DIVERGE';
}

/** The lists of an answer: which kind each holds, how it is called in words, and how its items were asked about. */
export const CATEGORIES = [
  ['api', 'apis', 'APIs', 'is it served? (discovery; OpenAPI v3 for a field)'],
  ['image', 'images', 'images', "can it be pulled? (the registry, with the cluster's credentials and mirrors)"],
  ['operator', 'operators', 'operators', 'would it act on a new object in this namespace now?'],
  ['configuration', 'configuration', 'configuration', 'does it hold? (lists, access reviews, dry runs)'],
  ['manifest', 'manifests', 'manifests', 'would it be taken, and its Pod? (server dry run, strict fields, references)'],
] as const satisfies readonly (readonly [Category, string, string, string])[];

const STATUSES: readonly Status[] = ['PASS', 'FAIL', 'DIVERGE', 'UNKNOWN'];

export type About = {
  readonly namespace: string;
  readonly deferred: readonly string[];
  readonly at: string;
  readonly identity: string | undefined;
  /** Keeps the findings of a large answer that is on no record; the digest by which they are fetched. */
  readonly keep: (() => Promise<string>) | undefined;
};

export async function answered(lines: readonly Line[], about: About): Promise<Record<string, unknown>> {
  const asked = CATEGORIES.filter(([kind]) => lines.some((line) => line.kind === kind));
  const lists = Object.fromEntries(
    CATEGORIES.map(([kind, field]) => [
      field,
      lines.filter((line) => line.kind === kind).map((line): Answered => line.answer),
    ]),
  );
  const small = folded(lists);
  return {
    ...small.lists,
    ...(small.passed === undefined ? {} : { passed: await said(small.passed, about.keep) }),
    asked: Object.fromEntries(asked.map(([, field, , question]) => [field, question])),
    namespace: about.namespace,
    ...(about.identity === undefined ? {} : { identity: about.identity }),
    at: about.at,
    // What can be checked is told once, however many sentences were not understood.
    ...(lines.some((line) => line.finding.verdict.reason === 'NotRecognised') ? { forms: FORMS } : {}),
    summary: summary(lists, about.deferred),
  };
}

/** What the items that passed have in common, said once, and where the evidence of each is. */
async function said(passed: Passed, keep: About['keep']): Promise<Record<string, unknown>> {
  const id = keep === undefined ? 'NAME' : `${shortDigest(await keep())}#NAME`;
  return { ...passed, evidence: `deployment-status {show: "evidence", id: "${id}"}` };
}

/** A line a category. */
function summary(lists: Readonly<Record<string, readonly Answered[]>>, deferred: readonly string[]): string {
  const words = CATEGORIES.flatMap(([, field, title]) => {
    const all = lists[field] ?? [];
    const counts = STATUSES.map((status) => ({ status, n: all.filter((one) => one.status === status).length }));
    const told = counts.filter(({ n }) => n > 0).map(({ status, n }) => `${n} ${status}`);
    return told.length === 0 ? [] : [`${title}: ${told.join(', ')}`];
  });
  if (words.length === 0) words.push('Nothing was left to look at: everything on record has fresh evidence.');
  if (deferred.length > 0)
    words.push(`Not looked at again, a tracer bullet settles them: ${deferred.slice(0, 10).join(', ')}`);
  return words.join('\n');
}
