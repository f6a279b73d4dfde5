import { aboutSubject, criterionVerdict, isCriterionFinal, mustNotPass, mustPassOrBeRefused } from './criterion.ts';
import { type Expectation, parseExpectations } from './expectation.ts';
import type { CaseFile } from './file.ts';
import { applied, drifts, fits, needs, surges } from './manifest.ts';
import { planApprovable } from './plan.ts';
import { diagnosisOf, isFinal, readingOf } from './reading.ts';

/** What came out where something else was expected. */
export type Miss = { readonly expected: string; readonly found: string };

export type Judged = { readonly case: CaseFile; readonly misses: readonly Miss[] };

/** One case through the functions that the tools use. What can't be understood or judged is a miss, never a pass. */
export function judgeCase(one: CaseFile): Judged {
  const { expected } = one;
  if (one.unreadable !== undefined) return { case: one, misses: [{ expected, found: one.unreadable }] };
  try {
    const misses = parseExpectations(expected).flatMap((expectation) => {
      const found = judge(one, expectation);
      return found === undefined ? [] : [{ expected, found }];
    });
    return { case: one, misses: misses.filter(({ found }, i) => misses.findIndex((m) => m.found === found) === i) };
  } catch (error) {
    return { case: one, misses: [{ expected, found: error instanceof Error ? error.message : String(error) }] };
  }
}

const unless = (oneOf: readonly string[], found: string | undefined, shown = found ?? 'nothing'): string | undefined =>
  found !== undefined && oneOf.includes(found) ? undefined : shown;

/** What was found where that isn't what was expected; nothing where it is. */
function judge(one: CaseFile, expected: Expectation): string | undefined {
  switch (expected.kind) {
    case 'readiness': {
      const { status, reason } = readingOf(one);
      return unless(expected.oneOf, status, `${status}(${reason})`);
    }
    case 'reading-reason':
      return unless(expected.oneOf, readingOf(one).reason);
    case 'diagnosis-reason':
      return unless(expected.oneOf, diagnosisOf(one)?.reason);
    case 'final':
      return (isFinal(one) || isCriterionFinal(one)) === expected.is ? undefined : `final is ${!expected.is}`;
    case 'verdict':
      return unless(expected.oneOf, criterionVerdict(one));
    case 'must-not-pass':
      return mustNotPass(one);
    case 'must-pass-or-be-refused':
      return mustPassOrBeRefused(one);
    case 'about':
      return aboutSubject(one, expected.criterion, expected.subject);
    case 'drift':
      return drifts(one, expected.reported);
    case 'needs':
      return needs(one, expected.amounts);
    case 'fits':
      return fits(one, expected.fits);
    case 'surges':
      return surges(one);
    case 'applied':
      return applied(one);
    case 'plan-approvable':
      return planApprovable(one);
    default:
      return expected satisfies never;
  }
}
