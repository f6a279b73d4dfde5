import { conditionsIn, recordsAt } from '../../kube-object.ts';
import { behind, needs, type Reader, ready, waiting } from '../reading.ts';

export const knative: Reader = (object) => behind(object) ?? needs(object, 'Ready') ?? ready('Ready', 'Ready is True');

/** Routes of the Gateway API report once for each parent. */
export const gatewayRoute: Reader = (object) => {
  const parents = recordsAt(object, 'status', 'parents');
  const wanted = recordsAt(object, 'spec', 'parentRefs').length;
  if (parents.length < Math.max(1, wanted)) {
    return waiting('NotAttached', `${parents.length} of ${wanted} gateways have taken it up`);
  }
  for (const parent of parents) {
    const conditions = conditionsIn(parent.conditions);
    for (const type of ['Accepted', 'ResolvedRefs']) {
      const condition = conditions.find((c) => c.type === type);
      if (condition === undefined) return waiting(`No${type}Condition`, `a gateway has not said ${type} yet`);
      const late = behind(object, condition);
      if (late !== undefined) return late;
      if (condition.status !== 'True') return waiting(condition.reason || `Not${type}`, condition.message);
    }
  }
  return ready('Accepted', 'every gateway it names has accepted it');
};
