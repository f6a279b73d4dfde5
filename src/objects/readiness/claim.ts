import { at, type KubeObject, textAt } from '../kube-object.ts';
import { compareQuantity, parseQuantity } from '../quantity.ts';
import { isDefaultClass } from '../storage-class.ts';
import { camel, failed, type Known, type Reader, ready, waiting } from './reading.ts';

/**
 * Of a class that waits for its first consumer, nothing binds the claim before a Pod that uses it is scheduled: the Pod
 * may come in a later phase. Once one is, its node is noted on the claim, and the volume is to come.
 */
const awaitsConsumer = (object: KubeObject, { around = [] }: Known): boolean => {
  if (object.metadata.annotations?.['volume.kubernetes.io/selected-node'] !== undefined) return false;
  const events = around.filter(
    (o) =>
      o.kind === 'Event' &&
      textAt(o, 'involvedObject', 'kind') === 'PersistentVolumeClaim' &&
      textAt(o, 'involvedObject', 'name') === object.metadata.name,
  );
  const last = events.toSorted((a, b) => lastSeen(a) - lastSeen(b)).at(-1);
  if (last !== undefined) return textAt(last, 'reason') === 'WaitForFirstConsumer';
  const name = at(object, 'spec', 'storageClassName');
  const storageClass = around.find(
    (o) => o.kind === 'StorageClass' && (name === undefined ? isDefaultClass(o) : o.metadata.name === name),
  );
  return textAt(storageClass, 'volumeBindingMode') === 'WaitForFirstConsumer';
};

const lastSeen = (event: KubeObject): number =>
  Date.parse(
    textAt(event, 'lastTimestamp') || textAt(event, 'eventTime') || (event.metadata.creationTimestamp ?? ''),
  ) || 0;

export const claim: Reader = (object, known) => {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Lost') return failed('Lost', 'its volume is gone, and the data with it');
  if (phase !== 'Bound' && awaitsConsumer(object, known)) {
    return ready('WaitForFirstConsumer', 'it is bound once a Pod uses it, as its storage class says; none does yet');
  }
  if (phase !== 'Bound') {
    return waiting(phase === '' ? 'NoStatus' : camel(phase), `it is ${phase || 'not looked at yet'}, not Bound`);
  }
  const asked = parseQuantity(at(object, 'spec', 'resources', 'requests', 'storage'));
  const has = parseQuantity(at(object, 'status', 'capacity', 'storage'));
  if (asked !== undefined && has !== undefined && compareQuantity(has, asked) < 0) {
    return waiting('Resizing', 'it is Bound, but smaller than it asks to be');
  }
  return ready('Bound', `it is bound to ${textAt(object, 'spec', 'volumeName') || 'a volume'}`);
};
