import { conditionsOf, groupOf, isRecord, type KubeObject, subjectRef, textAt } from '../kube-object.ts';
import { type Reading, readiness } from '../readiness/index.ts';
import { eventsAbout, lastSeen, messageOf } from './events.ts';
import { type Finding, finding, knownIn, type Tree, type When } from './failure.ts';

const OURS = /^(infragate|kubectl|oc|helm|argocd|kustomize|node-fetch|curl|Mozilla|unknown)/i;

const isCustom = (object: KubeObject): boolean => {
  const group = groupOf(object.apiVersion);
  return group.includes('.') && (!group.endsWith('.k8s.io') || group === 'gateway.networking.k8s.io');
};

/** Someone else than who applied it has written to it. Without managedFields nobody can tell. */
export function touchedByOthers(object: KubeObject): boolean {
  const { managedFields = [], finalizers = [] } = object.metadata;
  const writers = managedFields.filter((f) => f.subresource === 'status' || !OURS.test(f.manager ?? ''));
  return writers.length > 0 || (managedFields.length === 0 && finalizers.length > 0);
}

/** Custom resources: what their operator says, or that it says nothing at all. */
export function customFailures(tree: Tree, { now }: When): Finding[] {
  const { root } = tree;
  const read = (object: KubeObject): Reading => readiness(object, knownIn(tree, now)(object));
  return tree.objects.filter(isCustom).flatMap((object) => {
    const found = [told(object, read(object)), warned(object, tree, read(object))].filter((f) => f !== undefined);
    return found.length > 0 || object !== root ? found : silent(object, tree);
  });
}

function told(object: KubeObject, reading: Reading): Finding | undefined {
  if (reading.status === 'failed') {
    return said(object, reading.reason, reading.message, reading.final, 50);
  }
  const no = conditionsOf(object).find(
    (c) =>
      c.status === 'False' &&
      c.message !== '' &&
      /error|fail|invalid|denied|forbidden|not ?found|missing|unable|can(no|')t/i.test(`${c.reason} ${c.message}`),
  );
  return no === undefined ? undefined : said(object, no.reason || `Not${no.type}`, no.message, false, 52);
}

function warned(object: KubeObject, tree: Tree, reading: Reading): Finding | undefined {
  const about = eventsAbout(object, tree.events);
  const warning = about.findLast((e) => e.type === 'Warning');
  const normal = about.findLast((e) => e.type === 'Normal');
  if (warning === undefined || (normal !== undefined && lastSeen(normal) > lastSeen(warning))) return undefined;
  if (reading.status === 'ready') return undefined;
  return said(object, textAt(warning, 'reason') || 'Warning', messageOf(warning), false, 54);
}

function said(object: KubeObject, reason: string, message: string, final: boolean, rank: number): Finding {
  const forbidden = /is forbidden: User "|cannot \S+ resource/.test(message);
  return finding(rank, {
    type: forbidden ? 'Permission' : 'Other',
    reason: forbidden ? 'OperatorForbidden' : reason,
    message,
    action: forbidden
      ? "have the permission granted to the operator's service account"
      : 'change the resource as its operator says',
    final,
    object: subjectRef(object),
  });
}

/** No status, no field written by anyone else, no event, no child: an operator that never looked. It may still come. */
function silent(object: KubeObject, tree: Tree): Finding[] {
  const { status } = object;
  if (isRecord(status) && Object.keys(status).length > 0) return [];
  if (touchedByOthers(object) || tree.objects.length > 1 || eventsAbout(object, tree.events).length > 0) return [];
  return [
    finding(70, {
      type: 'Missing',
      reason: 'OperatorSilent',
      message: `nothing has reacted to ${subjectRef(object)}: no status, no event, no field written by a controller of ${groupOf(object.apiVersion)}`,
      action: 'see whether its operator runs, watches this namespace, and what its log says',
      final: false,
      object: subjectRef(object),
    }),
  ];
}
