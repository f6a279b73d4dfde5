import { at, isRecord, list, text } from './json.ts';

/**
 * Pure: what a Pod asks for that OpenShift's restricted-v2 does not give (security.openshift.io/v1, as shipped): it sets
 * the user, group and SELinux level from the namespace's ranges, drops all capabilities, and knows these volumes only.
 */
const VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

export function beyondRestricted(spec: object): string[] {
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) => list(at(spec, field)));
  const pod = at(spec, 'securityContext');
  const asks = [
    ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => at(spec, field) === true),
    ...list(at(spec, 'volumes')).flatMap((volume) =>
      isRecord(volume) ? Object.keys(volume).filter((key) => key !== 'name' && !VOLUMES.has(key)) : [],
    ),
    ...[pod, ...containers.map((one) => at(one, 'securityContext'))].flatMap(ofContext),
    ...containers.flatMap((one) =>
      list(at(one, 'ports')).some((port) => Number(at(port, 'hostPort') ?? 0) > 0) ? ['hostPort'] : [],
    ),
  ];
  return [...new Set(asks)];
}

function ofContext(context: unknown): string[] {
  if (!isRecord(context)) return [];
  const asks: string[] = [];
  for (const field of ['runAsUser', 'fsGroup'] as const)
    if (context[field] !== undefined) asks.push(`${field}: ${String(context[field])}`);
  if (context.runAsNonRoot === false) asks.push('runAsNonRoot: false');
  if (context.privileged === true) asks.push('privileged');
  if (context.allowPrivilegeEscalation === true) asks.push('allowPrivilegeEscalation');
  if (context.seLinuxOptions !== undefined) asks.push('seLinuxOptions');
  if (context.procMount !== undefined && context.procMount !== 'Default') asks.push('procMount');
  const profile = text(at(context.seccompProfile, 'type'));
  if (profile !== '' && profile !== 'RuntimeDefault') asks.push(`seccompProfile ${profile}`);
  for (const capability of list(at(context.capabilities, 'add')).map(String))
    if (!/^(CAP_)?NET_BIND_SERVICE$/.test(capability)) asks.push(`capability ${capability}`);
  return asks;
}
