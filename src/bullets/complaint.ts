import type { Sight } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import { type Failure, isCustom, readiness, subjectRef } from '../objects/index.ts';
import { operatorOf } from './operator.ts';

/** Reading roles, Pods and logs is not for every change of what is seen. */
const AGAIN_MS = 5000;

/**
 * Whether an operator that has begun on a custom resource (events, children, a first field) but written no status that says
 * how it is keeps saying in its log why: nothing in the cluster's objects tells of it. Asked at most every few seconds.
 */
export function complaintsOf(reader: Reader): (sight: Sight) => Promise<Failure | undefined> {
  let looked = 0;
  return async (sight) => {
    if (sight.now - looked < AGAIN_MS) return undefined;
    looked = sight.now;
    for (const root of sight.roots.filter(
      (one) => isCustom(one) && readiness(one, sight.known(one)).reason === 'NoStatus',
    )) {
      const operator = await operatorOf(reader, root);
      if (operator?.complaint === undefined) continue;
      const object = subjectRef(root);
      return {
        type: 'Missing',
        reason: 'NoStatus',
        message: `its operator writes no status that says how it is; ${operator.pods.join(', ')} keeps saying: ${operator.complaint}`,
        action: 'have what its operator complains of mended, then fire again',
        final: true,
        object,
      };
    }
    return undefined;
  };
}
