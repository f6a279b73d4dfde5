import { conditionsIn, isRecord, type KubeObject, recordsAt, textAt } from '../kube-object.ts';
import { contraryOf, goodOf } from './conditions.ts';
import { behind, type Reading, ready, unknown, waiting } from './reading.ts';

/**
 * Policies that are attached to something report once for each ancestor (GEP-713): each must have a positive condition of
 * this generation, and none a contrary one. Nothing: the object has no such report.
 */
export function attached(object: KubeObject): Reading | undefined {
  const reports = ['ancestors', 'parents'].flatMap((key) =>
    isRecord(object.status) ? recordsAt(object.status, key) : [],
  );
  for (const report of reports) {
    const name = textAt(report, 'ancestorRef', 'name') || textAt(report, 'parentRef', 'name');
    const conditions = conditionsIn(report.conditions);
    const against = contraryOf(conditions);
    if (against !== undefined)
      return waiting(
        against.reason || against.type,
        `${name}: ${against.type} is ${against.status}: ${against.message}`,
      );
    const late = conditions.map((c) => behind(object, c)).find((l) => l !== undefined);
    if (late !== undefined) return late;
    if (goodOf(conditions) === undefined)
      return unknown(
        'NeedsCriterion',
        `${name} reports nothing that says it works; give a criterion that says what counts`,
      );
  }
  return reports.length === 0 ? undefined : ready('AttachedAndAccepted', 'all that it is attached to have accepted it');
}
