import type { GateName, Stage } from './budgets.ts';
import type { Check } from './checks/check.ts';
import { committed, phasesPassed, providedVerified } from './checks/implement.ts';
import { planApproved, planBlockers, planCovered, planValid } from './checks/plan.ts';
import {
  divergencesAdjusted,
  findingsDocumented,
  namespaceExists,
  researchBlockers,
  sourcesCompared,
  verified,
} from './checks/research.ts';
import { cleanupVerified, criticalNamed, criticalProven, deferredProven } from './checks/tracer.ts';
import { proof, rollbackTested, writtenAfterPhases } from './checks/validate.ts';

/**
 * The law, first half: the five gates and their checks. A check (checks/) reads the record and answers how each thing it
 * asks for stands and what leads on. Nothing here is stored; a gate passes when every one of its checks does.
 */
export type Gate = { readonly name: GateName; readonly stage: Stage; readonly checks: readonly Check[] };

/** The table. Read it top to bottom: this is the workflow. */
export const GATES: readonly Gate[] = [
  {
    name: 'R',
    stage: 'research',
    checks: [
      namespaceExists,
      findingsDocumented,
      verified('api', 'apis-verified', 'every assumed API is served as assumed'),
      verified('image', 'images-verified', 'every planned image can be pulled'),
      verified('operator', 'operators-verified', 'every operator would act on a new object now'),
      verified('configuration', 'configuration-verified', 'every configuration requirement holds'),
      sourcesCompared,
      divergencesAdjusted,
      researchBlockers,
    ],
  },
  { name: '0', stage: 'tracer', checks: [criticalNamed, criticalProven, deferredProven, cleanupVerified] },
  { name: 'P', stage: 'plan', checks: [planValid, planCovered, planBlockers, planApproved] },
  { name: 'I', stage: 'implement', checks: [phasesPassed, providedVerified, committed] },
  {
    name: 'V',
    stage: 'validate',
    checks: [
      proof('fully-validated', 'the full validation passes', 'validation', 'run-validation'),
      rollbackTested,
      writtenAfterPhases(
        'retrospective-written',
        'the retrospective is on record',
        'retro',
        'record-retro',
        'went_well, diverged, unexpected or learnings',
      ),
      writtenAfterPhases(
        'documentation-written',
        'the documentation is on record',
        'documentation',
        'write-documentation',
      ),
      writtenAfterPhases(
        'learnings-recorded',
        'at least one learning is kept',
        'learning',
        'record-retro',
        'learnings',
      ),
    ],
  },
];

export const gate = (name: GateName): Gate => {
  const found = GATES.find((g) => g.name === name);
  if (found === undefined) throw new Error(`no gate ${name}`);
  return found;
};

/** Every check of every gate up to and including this one. */
export const upTo = (name: GateName): readonly Check[] =>
  GATES.slice(0, GATES.findIndex((g) => g.name === name) + 1).flatMap((g) => g.checks);

/** The checks of Gate P that come before a person is asked. */
export const BEFORE_APPROVAL: readonly Check[] = [planValid, planCovered, planBlockers];
