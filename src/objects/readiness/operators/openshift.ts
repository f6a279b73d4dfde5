import { conditionsIn, numberAt, recordsAt, textAt } from '../../kube-object.ts';
import { behind, failed, isStored, mustNot, needs, type Reader, ready, unknown, waiting } from '../reading.ts';

/** OpenShift. A Route is admitted by each router; its conditions are in status.ingress. */
export const route: Reader = (object) => {
  const routers = recordsAt(object, 'status', 'ingress');
  if (routers.length === 0) return waiting('NoRouter', 'no router has looked at it yet');
  const admissions = routers.flatMap((router) => conditionsIn(router.conditions).filter((c) => c.type === 'Admitted'));
  const no = admissions.find((c) => c.status === 'False');
  if (no !== undefined) return failed(no.reason || 'NotAdmitted', no.message || 'a router does not admit it', false);
  return admissions.some((c) => c.status === 'True')
    ? ready('Admitted', `admitted at ${textAt(routers[0], 'host')}`)
    : waiting('NotAdmitted', 'no router has admitted it yet');
};

export const clusterOperator: Reader = (object) =>
  mustNot(object, 'Degraded') ??
  needs(object, 'Available') ??
  mustNot(object, 'Progressing') ??
  ready('AsExpected', 'available, not degraded, not progressing');

export const clusterVersion: Reader = (object) =>
  behind(object) ??
  mustNot(object, 'Failing') ??
  needs(object, 'Available') ??
  mustNot(object, 'Progressing') ??
  ready('Available', `at ${textAt(object, 'status', 'desired', 'version')}`);

export const imageStream: Reader = (object) => {
  const wanted = recordsAt(object, 'spec', 'tags').map((t) => textAt(t, 'name'));
  const have = recordsAt(object, 'status', 'tags');
  for (const tag of have) {
    const no = conditionsIn(tag.conditions).find((c) => c.type === 'ImportSuccess' && c.status === 'False');
    if (no !== undefined) return failed(no.reason || 'ImportFailed', `tag ${textAt(tag, 'tag')}: ${no.message}`, false);
  }
  const filled = new Set(have.filter((t) => recordsAt(t, 'items').length > 0).map((t) => textAt(t, 'tag')));
  const missing = wanted.filter((name) => !filled.has(name));
  if (missing.length > 0) return waiting('NotImported', `${missing.join(', ')} not imported yet`);
  return filled.size > 0
    ? ready('Imported', `${filled.size} tags point at images`)
    : waiting('Empty', 'it holds no image yet');
};

export const machinePool: Reader = (object) =>
  mustNot(object, 'Degraded') ??
  behind(object) ??
  needs(object, 'Updated') ??
  ready('Updated', 'all machines are updated');

export const machineSet: Reader = (object) => {
  const [want, have] = [
    numberAt(object, 'spec', 'replicas') ?? 1,
    numberAt(object, 'status', 'availableReplicas') ?? 0,
  ];
  return (
    behind(object) ??
    (have < want
      ? waiting('AvailableReplicas', `${have} of ${want} machines are available`)
      : ready('Available', `${have} machines are available`))
  );
};

/**
 * What its pool writes to nodes, one after another, draining and rebooting them: that it is stored shows nothing, and
 * half an hour of rolling may follow. It has no status of its own, so the pools say how far they are.
 */
export const rolledToNodes: Reader = (object, { around = [] }) => {
  const pools = around
    .filter(({ kind }) => kind === 'MachineConfigPool')
    .map((pool) => ({ pool, reading: machinePool(pool, {}) }));
  const open = pools.find(({ reading }) => reading.status !== 'ready');
  if (open !== undefined)
    return { ...open.reading, message: `MachineConfigPool/${open.pool.metadata.name}: ${open.reading.message}` };
  if (!isStored(object)) return waiting('NotStored', 'it has not been stored yet');
  return unknown(
    'NodesRollOut',
    'it is stored; the MachineConfigPools then drain and restart their nodes one by one: watch those (condition Updated), and give a criterion that says what counts here',
  );
};
