import { type KubeEvent, type KubeObject, subjectRef, textAt } from '../kube-object.ts';
import { rejection } from './admission.ts';
import { age, eventsAbout, firstSeen, lastSeen, latest, messageOf } from './events.ts';
import { type Finding, finding, GRACE_MS, passes, type Tree, type When } from './failure.ts';

/** Claims that aren't bound, in the provisioner's words. Waiting for a first consumer is no failure. */
export function storageFailures(tree: Tree, when: When): Finding[] {
  return tree.objects
    .filter((object) => object.kind === 'PersistentVolumeClaim' && object.apiVersion === 'v1')
    .flatMap((claim) => unbound(claim, eventsAbout(claim, tree.events), when) ?? []);
}

const FAILED = ['ProvisioningFailed', 'FailedBinding', 'VolumeMismatch', 'ProvisioningCleanupFailed'];
const BEGUN = ['Provisioning', 'WaitForFirstConsumer', 'WaitForPodScheduled'];

/**
 * What was last said of a claim by whoever is to provide its volume. ExternalProvisioning counts only where nothing else
 * was said: the volume binder repeats it while a provisioner fails again and again. Events have seconds: of a start and a
 * failure in the same one, the failure came last.
 */
function lastWord(about: readonly KubeEvent[]): KubeEvent | undefined {
  const failed = latest(about, ...FAILED);
  const begun = latest(about, ...BEGUN);
  if (failed !== undefined && (begun === undefined || lastSeen(failed) >= lastSeen(begun))) return failed;
  return latest(about, ...BEGUN, 'ExternalProvisioning');
}

const action = 'use a storage class of this cluster that can provide this size and access mode';

function unbound(claim: KubeObject, about: readonly KubeEvent[], when: When): Finding | undefined {
  const object = subjectRef(claim);
  const phase = textAt(claim, 'status', 'phase');
  if (phase === 'Lost') {
    const message = `its volume ${textAt(claim, 'spec', 'volumeName')} is gone`;
    return finding(9, {
      type: 'Storage',
      reason: 'VolumeLost',
      message,
      action: 'restore the data from a backup',
      final: true,
      object,
    });
  }
  if (phase === 'Bound') return undefined;
  const event = lastWord(about);
  const reason = textAt(event, 'reason');
  if (event === undefined || reason === 'WaitForFirstConsumer' || reason === 'WaitForPodScheduled') return undefined;
  const message = messageOf(event);
  // What must have lasted is the failure, not the claim: of a class that waits for its consumer that may be old.
  const failing = about.filter((e) => FAILED.includes(textAt(e, 'reason'))).map(firstSeen);
  const lasting = age(Math.min(...failing, when.now), when.now, when.since) > GRACE_MS.volume;
  const storage = (why: string, what: string, final: boolean): Finding =>
    finding(9, { type: 'Storage', reason: why, message, action: what, final, object });
  if (/storageclass\.storage\.k8s\.io "[^"]*" not found/.test(message)) {
    return storage(
      'StorageClassNotFound',
      'use a storage class that exists here (cluster-reality-check lists them)',
      lasting,
    );
  }
  const quota = rejection(message);
  if (quota?.type === 'Quota') return finding(9, { ...quota, final: lasting, object });
  if (reason === 'FailedBinding' && /no storage class is set/.test(message)) {
    return storage('NoStorageClass', 'name a storage class: there is no default one', lasting);
  }
  // An external provisioner is asked; it speaks up, or never does where none runs.
  if (reason === 'Provisioning' || reason === 'ExternalProvisioning') {
    return storage('NotProvisionedYet', 'see whether the provisioner that the message names runs', false);
  }
  // A provisioner that was too slow or not reached is asked again, with back-off.
  return storage(reason, action, lasting && !passes(message));
}
