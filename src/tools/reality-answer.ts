import type { CheckedKind, Finding } from '../assumptions/index.ts';

/** The wire's words for what was found: PASS, FAIL, DIVERGE, UNKNOWN. */

export type Category = CheckedKind | 'manifest';

export type Answered = {
  readonly name: string;
  readonly status: 'PASS' | 'FAIL' | 'DIVERGE' | 'UNKNOWN';
  readonly reason: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly suggestion?: string;
  readonly minimal_spec?: string;
};

export type Line = { readonly kind: Category; readonly answer: Answered };

/** A sentence of an API server or a registry can be long; the whole of it is in the evidence. */
const SENTENCE = 300;
const short = (text: string) => (text.length > SENTENCE ? `${text.slice(0, SENTENCE - 1)}…` : text);

export function lineOf(
  kind: Category,
  name: string,
  finding: Finding,
  digest: string | undefined,
  where?: string,
): Line {
  const { verdict, asked, diverges, suggestion, minimal_spec, facet } = finding;
  const status =
    verdict.status === 'pass'
      ? 'PASS'
      : verdict.status === 'unknown'
        ? 'UNKNOWN'
        : diverges === undefined
          ? 'FAIL'
          : 'DIVERGE';
  return {
    kind,
    answer: {
      name,
      status,
      reason: verdict.reason,
      evidence: {
        // What passed and is on record is told by reference; `id` has the whole of it.
        ...(status !== 'PASS' ? { asked } : digest === undefined ? { found: short(verdict.message) } : {}),
        ...(digest === undefined ? {} : { id: digest }),
        ...(where === undefined ? {} : { where }),
        ...(facet === undefined ? {} : { facet }),
        ...(finding.deferrable === true && status === 'UNKNOWN' ? { deferred: 'a tracer bullet settles it' } : {}),
      },
      ...(status === 'PASS' ? {} : { error: short(verdict.message) }),
      ...(diverges === undefined && suggestion === undefined
        ? {}
        : {
            suggestion: short(
              diverges === undefined
                ? (suggestion ?? '')
                : `use ${diverges}: record it, and retire this with replaced_by`,
            ),
          }),
      ...(minimal_spec === undefined || status !== 'UNKNOWN' ? {} : { minimal_spec }),
    },
  };
}

const CATEGORIES = [
  ['api', 'apis', 'APIs'],
  ['image', 'images', 'images'],
  ['operator', 'operators', 'operators'],
  ['configuration', 'configuration', 'configuration'],
  ['manifest', 'manifests', 'manifests'],
] as const satisfies readonly (readonly [Category, string, string])[];

const STATUSES = ['PASS', 'FAIL', 'DIVERGE', 'UNKNOWN'] as const;

/** About 2,000 tokens. */
const SUMMARY_CHARACTERS = 7000;

export function answered(
  lines: readonly Line[],
  about: { namespace: string; deferred: readonly string[]; at: string; identity: string | undefined },
): Record<string, unknown> {
  const of = (kind: Category) => lines.filter((line) => line.kind === kind).map((line) => line.answer);
  const words: string[] = [];
  for (const [kind, , title] of CATEGORIES) {
    const all = of(kind);
    if (all.length === 0) continue;
    const counts = STATUSES.map((status) => ({ status, n: all.filter((a) => a.status === status).length })).filter(
      ({ n }) => n > 0,
    );
    words.push(`${title}: ${counts.map(({ status, n }) => `${n} ${status}`).join(', ')}`);
  }
  const open = lines.map((line) => line.answer).filter((answer) => answer.status !== 'PASS');
  for (const answer of open) {
    const next = answer.suggestion === undefined ? '' : ` → ${answer.suggestion}`;
    words.push(`- ${answer.status} ${answer.name}: ${answer.reason}: ${answer.error ?? ''}${next}`);
  }
  if (about.deferred.length > 0) {
    words.push(`Not looked at again, a tracer bullet settles them: ${about.deferred.slice(0, 10).join(', ')}`);
  }
  if (lines.length === 0) words.push('Nothing was left to look at: everything on record has fresh evidence.');
  return {
    ...Object.fromEntries(CATEGORIES.map(([kind, field]) => [field, of(kind)])),
    namespace: about.namespace,
    ...(about.identity === undefined ? {} : { identity: about.identity }),
    at: about.at,
    summary: cut(words),
  };
}

function cut(words: readonly string[]): string {
  let length = 0;
  const kept: string[] = [];
  for (const line of words) {
    length += line.length + 1;
    if (length > SUMMARY_CHARACTERS) {
      kept.push(
        `… and ${words.length - kept.length} more lines: all of them are in the structured answer and on record`,
      );
      break;
    }
    kept.push(line);
  }
  return kept.join('\n');
}
