import { type CheckedKind, type Finding, FORMS } from '../assumptions/index.ts';
import { defined } from '../workflow/defined.ts';
import { shortDigest } from '../workflow/index.ts';
import type { Answered, Output, Status } from './cluster-reality-check.answer.ts';
import { folded } from './reality-fold.ts';

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
  const passed = status === 'PASS';
  const answer = defined<Answered>({
    name,
    status,
    reason: verdict.reason,
    evidence: defined<NonNullable<Answered['evidence']>>({
      // What passed and is on record is shown by reference; `id` has the whole of it.
      asked: passed ? undefined : asked,
      found: passed && digest === undefined ? short(verdict.message) : undefined,
      id: digest === undefined ? undefined : shortDigest(digest),
      where: where === '' ? undefined : where,
      facet,
      deferred: finding.deferrable === true && status === 'UNKNOWN' ? 'a tracer bullet settles it' : undefined,
    }),
    error: passed ? undefined : short(verdict.message),
    suggestion: next === undefined ? undefined : short(next, SUGGESTION),
    minimal_spec: status === 'UNKNOWN' ? minimal_spec : undefined,
  });
  return { kind, finding, answer, ...(where === undefined ? {} : { where }) };
}

function statusOf({ verdict, diverges }: Finding): Status {
  if (verdict.status === 'pass') return 'PASS';
  if (verdict.status === 'unknown') return 'UNKNOWN';
  return diverges === undefined ? 'FAIL' : 'DIVERGE';
}

/** The lists of an answer: which kind each holds, and how its items were asked about. */
const LISTS = [
  ['api', 'apis', 'is it served? (discovery; OpenAPI v3 for a field)'],
  ['image', 'images', "can it be pulled? (the registry, with the cluster's credentials and mirrors)"],
  ['operator', 'operators', 'would it act on a new object in this namespace now?'],
  ['configuration', 'configuration', 'does it hold? (lists, access reviews, dry runs)'],
  ['manifest', 'manifests', 'would it be taken, and its Pod? (server dry run, strict fields, references)'],
] as const satisfies readonly (readonly [Category, keyof Output, string])[];

export type About = {
  readonly namespace: string;
  readonly deferred: readonly string[];
  readonly at: string;
  readonly identity: string | undefined;
  /** Keeps the findings of a large answer that is on no record; the digest by which they are fetched. */
  readonly keep: (() => Promise<string>) | undefined;
};

export async function answered(lines: readonly Line[], about: About): Promise<Output> {
  const of = (kind: Category) => lines.filter((line) => line.kind === kind).map(({ answer }) => answer);
  const { lists, passed } = folded(Object.fromEntries(LISTS.map(([kind, field]) => [field, of(kind)])));
  return defined<Output>({
    apis: lists.apis ?? [],
    images: lists.images ?? [],
    operators: lists.operators ?? [],
    configuration: lists.configuration ?? [],
    manifests: lists.manifests ?? [],
    passed: passed === undefined ? undefined : { ...passed, evidence: await evidenceOf(about.keep) },
    asked: Object.fromEntries(
      LISTS.flatMap(([kind, field, question]) => (of(kind).length === 0 ? [] : [[field, question]])),
    ),
    namespace: about.namespace,
    identity: about.identity,
    at: about.at,
    deferred: about.deferred,
    // What can be checked is listed once, however many sentences were not understood.
    forms: lines.some((line) => line.finding.verdict.reason === 'NotRecognised') ? FORMS : undefined,
  });
}

/** Where the evidence of each item that passed is. */
async function evidenceOf(keep: About['keep']): Promise<string> {
  const id = keep === undefined ? 'NAME' : `${shortDigest(await keep())}#NAME`;
  return `deployment-status {show: "evidence", id: "${id}"}`;
}
