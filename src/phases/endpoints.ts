import { type KubeObject, readyAddresses, treeOf } from '../objects/index.ts';
import { fail, pass } from '../workflow/index.ts';
import { type PhaseCheck, phaseCheck } from './check.ts';

/** Pure: does anything answer behind a Service whose Pods this plan brings? */
export function endpointsCheck(service: KubeObject, tree: readonly KubeObject[]): PhaseCheck {
  const n = treeOf(service, tree).reduce((sum, object) => sum + (object === service ? 0 : readyAddresses(object)), 0);
  const name = `Service/${service.metadata.name}`;
  return phaseCheck(
    `endpoints: ${name}`,
    n > 0
      ? pass('HasEndpoints', `${name} has ${n} ready endpoints`)
      : fail(
          'NoEndpoints',
          `${name} has no ready endpoint, although this plan brings Pods with its labels; if that is meant, say so in a criterion ("${name} has 0 endpoints")`,
        ),
  );
}
