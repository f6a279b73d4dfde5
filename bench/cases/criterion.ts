import { neverHolds, parseCriteria, type Subject, type View } from '../../src/criteria/index.ts';
import { subjectRef } from '../../src/objects/index.ts';
import type { Verdict } from '../../src/workflow/index.ts';
import type { CaseFile } from './file.ts';
import { knownOf } from './reading.ts';

/** The objects that a criterion may be about: those that the case names, else the ones that nothing else owns. */
function subjectsOf({ about, objects, file }: CaseFile): Subject[] {
  const wanted =
    about.length > 0
      ? about.map((ref) => {
          const object = objects.find((one) => subjectRef(one) === ref);
          if (object === undefined) throw new Error(`${file}: # about: ${ref} is none of its objects`);
          return object;
        })
      : objects.filter((one) => (one.metadata.ownerReferences ?? []).length === 0);
  return wanted.map(({ apiVersion, kind, metadata: { name = '', namespace } }) => ({
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  }));
}

/** Would waiting longer be no use for the criterion? */
export function isCriterionFinal(one: CaseFile): boolean {
  if (one.criterion === undefined) return false;
  const parsed = parseCriteria(one.criterion, { subjects: subjectsOf(one) });
  return parsed.ok && parsed.predicates.some((predicate) => neverHolds(predicate, viewOf(one)));
}

const viewOf = (one: CaseFile): View => ({
  objects: one.objects,
  events: one.events,
  known: (object) => knownOf(one, object),
  ...(one.logs === undefined ? {} : { logs: one.logs }),
});

type Answer =
  | { readonly kind: 'refused'; readonly errors: readonly string[] }
  | { readonly kind: 'judged'; readonly verdict: Verdict };

function answerOf(one: CaseFile): Answer {
  if (one.criterion === undefined) throw new Error(`${one.file}: it expects something of a criterion and has none`);
  const parsed = parseCriteria(one.criterion, { subjects: subjectsOf(one) });
  if (!parsed.ok) return { kind: 'refused', errors: parsed.errors };
  const verdicts = parsed.predicates.map((predicate) => predicate.holds(viewOf(one)));
  const [first] = verdicts;
  if (first === undefined) throw new Error(`${one.file}: the criterion says nothing`);
  return { kind: 'judged', verdict: verdicts.find((v) => v.status !== 'pass') ?? first };
}

const shown = (answer: Answer): string =>
  answer.kind === 'refused'
    ? `refused: ${answer.errors.join('; ')}`
    : `${answer.verdict.status}:${answer.verdict.reason}`;

export function criterionVerdict(one: CaseFile): string {
  const answer = answerOf(one);
  return answer.kind === 'judged' ? answer.verdict.status : shown(answer);
}

export function mustNotPass(one: CaseFile): string | undefined {
  const answer = answerOf(one);
  return answer.kind === 'judged' && answer.verdict.status === 'pass' ? shown(answer) : undefined;
}

export function mustPassOrBeRefused(one: CaseFile): string | undefined {
  const answer = answerOf(one);
  return answer.kind === 'judged' && answer.verdict.status !== 'pass' ? shown(answer) : undefined;
}

/** Is the criterion understood, and about that object alone? */
export function aboutSubject(one: CaseFile, criterion: string, subject: string): string | undefined {
  const parsed = parseCriteria(criterion, { subjects: subjectsOf(one) });
  if (!parsed.ok) return `refused: ${parsed.errors.join('; ')}`;
  const found = parsed.predicates.flatMap((p) => p.target.subjects).map(({ kind, name }) => `${kind}/${name}`);
  return found.length > 0 && found.every((ref) => ref === subject)
    ? undefined
    : `about ${found.join(', ') || 'nothing'}`;
}
