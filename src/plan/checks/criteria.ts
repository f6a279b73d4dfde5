import { readCriterion } from '../criteria.ts';
import type { Subject } from './subject.ts';

/** Every criterion is one that can be decided: by looking at the cluster, or, marked `attest:`, by a person. */
export function checkCriteria({ loaded, world, report }: Subject): void {
  loaded.plan.phases.forEach((phase, index) => {
    phase.success_criteria.forEach((text, entry) => {
      const at = ['phases', index, 'success_criteria', entry] as const;
      const attested = /^attest:(.*)/is.exec(text);
      if (attested !== null) {
        if ((attested[1] ?? '').trim() === '') report.error(at, 'attest: what a person is to confirm is missing');
        else report.note(at, 'a person will be asked to confirm this');
        return;
      }
      const read = readCriterion(text, loaded, index, world.parseCriterion);
      if (!read.ok) report.error(at, read.error);
    });
    if (phase.success_criteria.length > 0 && phase.success_criteria.every((text) => /^attest:/i.test(text))) {
      report.note(['phases', index, 'success_criteria'], 'nothing here is seen on the cluster: a person alone decides');
    }
  });
}
