import { at, isRecord, type KubeObject, podTemplateOf, recordsAt, textAt, textsAt } from '../objects/index.ts';
import { type Danger, type Fact, fact } from './fact.ts';
import { tellingFacts } from './telling.ts';

/**
 * What a key says wherever it stands in an object: in a Pod, in any workload's template, in a custom resource that has
 * Pods made. One table; an unknown kind is read by the same keys.
 */
type Read = (value: unknown, within: Readonly<Record<string, unknown>>) => Fact | undefined;

const when =
  (wanted: unknown, danger: Danger, text: string): Read =>
  (value, within) =>
    value === wanted ? fact(danger, `${text}${whose(within)}`) : undefined;

const named =
  (danger: Danger, words: (name: string) => string): Read =>
  (value) =>
    typeof value === 'string' && value !== '' ? fact(danger, words(value)) : undefined;

const whose = (within: Readonly<Record<string, unknown>>): string =>
  typeof within.name === 'string' ? ` (${within.name})` : '';

const HARMLESS_CAPABILITIES = new Set(['NET_BIND_SERVICE']);

const KEYS: Readonly<Record<string, Read>> = {
  privileged: when(true, 3, 'privileged'),
  hostPID: when(true, 3, 'hostPID: sees every process of the node'),
  hostIPC: when(true, 3, "hostIPC: the node's shared memory"),
  hostNetwork: when(true, 3, "hostNetwork: the node's network"),
  hostProcess: when(true, 3, 'a process of the host'),
  hostPath: (value) => {
    const path = typeof value === 'string' ? value : textAt(value, 'path');
    return path === '' ? undefined : fact(3, `hostPath ${path} of the node`);
  },
  hostPort: (value) =>
    typeof value === 'number' && value > 0 ? fact(2, `takes port ${value} of the node (hostPort)`) : undefined,
  allowPrivilegeEscalation: when(true, 2, 'allowPrivilegeEscalation'),
  runAsUser: when(0, 2, 'runs as root (runAsUser 0)'),
  runAsGroup: when(0, 1, 'group root (runAsGroup 0)'),
  fsGroup: when(0, 1, 'its volumes belong to the group root (fsGroup 0)'),
  supplementalGroups: (value) =>
    Array.isArray(value) && value.includes(0) ? fact(1, 'is of the group root (supplementalGroups 0)') : undefined,
  runAsNonRoot: when(false, 2, 'may run as root (runAsNonRoot: false)'),
  procMount: when('Unmasked', 3, 'procMount Unmasked'),
  shareProcessNamespace: when(true, 2, 'its containers see one another (shareProcessNamespace)'),
  capabilities: (value, within) => {
    const added = textsAt(value, 'add').filter((c) => !HARMLESS_CAPABILITIES.has(c));
    const danger = added.some((c) => /^(CAP_)?(ALL|SYS_\w+|NET_ADMIN|NET_RAW|DAC_\w+|BPF|MKNOD)$/.test(c)) ? 3 : 2;
    return added.length === 0 ? undefined : fact(danger, `adds capabilities ${added.join(', ')}${whose(within)}`);
  },
  seccompProfile: (value) => (textAt(value, 'type') === 'Unconfined' ? fact(2, 'seccomp Unconfined') : undefined),
  appArmorProfile: (value) => (textAt(value, 'type') === 'Unconfined' ? fact(2, 'AppArmor Unconfined') : undefined),
  seLinuxOptions: (value) => (isRecord(value) ? fact(2, `SELinux ${JSON.stringify(value)}`) : undefined),
  sysctls: (value) => {
    const names = recordsAt({ value }, 'value').map((s) => `${textAt(s, 'name')}=${textAt(s, 'value')}`);
    return names.length === 0 ? undefined : fact(2, `sysctls ${names.join(', ')}`);
  },
  nodeName: named(2, (name) => `bound to node ${name}`),
  priorityClassName: (value) =>
    typeof value === 'string' && value !== ''
      ? fact(/^system-/.test(value) ? 2 : 1, `priority class ${value}`)
      : undefined,
  schedulerName: (value) =>
    typeof value === 'string' && value !== '' && value !== 'default-scheduler'
      ? fact(1, `placed by the scheduler ${value}`)
      : undefined,
  initContainers: (value) => {
    const lasting = recordsAt({ value }, 'value').filter((c) => c.restartPolicy === 'Always');
    return lasting.length === 0
      ? undefined
      : fact(1, `init containers that go on running: ${lasting.map((c) => textAt(c, 'name')).join(', ')}`);
  },
  imagePullSecrets: (value) => {
    const names = recordsAt({ value }, 'value').map((one) => textAt(one, 'name'));
    return names.length === 0 ? undefined : fact(1, `pulls with Secret ${names.join(', ')}`);
  },
  runtimeClassName: named(1, (name) => `runtime class ${name}`),
  serviceAccountName: (value) =>
    typeof value === 'string' && value !== '' && value !== 'default'
      ? fact(1, `runs as service account ${value}`)
      : undefined,
  automountServiceAccountToken: when(true, 1, 'mounts its account token'),
  serviceAccountToken: (value) =>
    isRecord(value)
      ? fact(2, `a service account token for ${textAt(value, 'audience') || 'the API server'}`)
      : undefined,
  tolerations: (value) => {
    const all = recordsAt({ value }, 'value');
    if (all.some((t) => t.operator === 'Exists' && textAt(t, 'key') === '')) return fact(2, 'tolerates every taint');
    const control = all.find((t) => /control-plane|\/master$/.test(textAt(t, 'key')));
    return control === undefined ? undefined : fact(2, `may run on control-plane nodes (${textAt(control, 'key')})`);
  },
  hostAliases: (value) => {
    const all = recordsAt({ value }, 'value').map((h) => `${textsAt(h, 'hostnames').join(', ')} → ${textAt(h, 'ip')}`);
    return all.length === 0 ? undefined : fact(2, `answers names itself: ${all.join('; ')}`);
  },
  dnsConfig: (value) => {
    const servers = textsAt(value, 'nameservers');
    return servers.length === 0 ? undefined : fact(2, `name servers ${servers.join(', ')}`);
  },
  imagePullPolicy: (value) => (value === 'Never' ? fact(1, 'never pulls its image') : undefined),
  ephemeralContainers: (value) =>
    Array.isArray(value) && value.length > 0 ? fact(2, 'ephemeral containers') : undefined,
  nfs: (value) => (isRecord(value) ? fact(2, `NFS ${textAt(value, 'server')}:${textAt(value, 'path')}`) : undefined),
  csi: (value) => (textAt(value, 'driver') === '' ? undefined : fact(1, `CSI volume of ${textAt(value, 'driver')}`)),
  secretKeyRef: (value) => fact(1, `reads Secret ${textAt(value, 'name')} (${textAt(value, 'key')})`),
  secretRef: (value) => (textAt(value, 'name') === '' ? undefined : fact(1, `reads Secret ${textAt(value, 'name')}`)),
  secretName: named(1, (name) => `uses Secret ${name}`),
  // Of a projected volume, and of custom resources.
  secret: (value) => (textAt(value, 'name') === '' ? undefined : fact(1, `uses Secret ${textAt(value, 'name')}`)),
  persistentVolumeClaimRetentionPolicy: (value) =>
    textAt(value, 'whenDeleted') === 'Delete' || textAt(value, 'whenScaled') === 'Delete'
      ? fact(2, 'its claims, with their data, are deleted with it or when it shrinks')
      : undefined,
  enableSuperuserAccess: when(true, 2, 'the superuser of the database may log in'),
  claimName: named(1, (name) => `mounts claim ${name}`),
};

/** Variables that decide which code runs, or where traffic goes. */
const STEERING =
  /^(LD_PRELOAD|LD_LIBRARY_PATH|BASH_ENV|ENV|PATH|PYTHONPATH|PYTHONSTARTUP|NODE_OPTIONS|JAVA_TOOL_OPTIONS|RUBYOPT|PERL5OPT|KUBECONFIG|https?_proxy|all_proxy|no_proxy)$/i;
const SECRET_NAME = /pass(word|wd|phrase)?$|secret|token|api_?key|private_?key|credential/i;

function ofEnvironment(within: Readonly<Record<string, unknown>>): Fact[] {
  return recordsAt(within, 'env').flatMap((variable): Fact[] => {
    const [name, value] = [textAt(variable, 'name'), textAt(variable, 'value')];
    if (STEERING.test(name)) return [fact(2, `sets ${name}=${value}`)];
    if (SECRET_NAME.test(name) && value !== '' && !isRecord(variable.valueFrom))
      return [fact(2, `${name} is in plain text`)];
    return tellingFacts(value, `env ${name}`, 1);
  });
}

/** Programs of a container: what it runs, and what its hooks and probes run. */
function ofPrograms(container: Readonly<Record<string, unknown>>): Fact[] {
  const name = textAt(container, 'name');
  const line = [...textsAt(container, 'command'), ...textsAt(container, 'args')].join(' ');
  const hooks = (['postStart', 'preStop'] as const).flatMap((hook) => {
    const command = textsAt(container, 'lifecycle', hook, 'exec', 'command').join(' ');
    return command === '' ? [] : [fact(2, `${hook} of ${name} runs ${command}`)];
  });
  const probes = (['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((probe) =>
    tellingFacts(textsAt(container, probe, 'exec', 'command').join(' '), `${probe} of ${name}`),
  );
  const runs = line === '' ? [] : [...tellingFacts(line, `${name} runs`), fact(0, `runs ${line}`)];
  return [...hooks, ...probes, ...runs];
}

/** Everything below `spec`, `data` and the rest but metadata and status, each key by the table. */
export function keyFacts(object: KubeObject): Fact[] {
  const found: Fact[] = [];
  const visit = (value: unknown, path: string, within: Readonly<Record<string, unknown>>, depth: number): void => {
    if (depth > 60) return;
    if (Array.isArray(value)) for (const item of value) visit(item, path, isRecord(item) ? item : within, depth + 1);
    if (!isRecord(value)) return;
    const around = typeof value.name === 'string' ? value : within;
    for (const [key, member] of Object.entries(value)) {
      const read = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
      const one = read?.(member, around);
      if (one !== undefined) found.push(one);
      visit(member, `${path}.${key}`, around, depth + 1);
    }
    if (Array.isArray(value.env)) found.push(...ofEnvironment(value));
    if (typeof value.image === 'string' || Array.isArray(value.command)) found.push(...ofPrograms(value));
  };
  for (const [key, value] of Object.entries(object)) {
    const read = Object.hasOwn(KEYS, key) ? KEYS[key]?.(value, {}) : undefined;
    if (read !== undefined) found.push(read);
    if (!['metadata', 'status', 'apiVersion', 'kind', 'data', 'stringData', 'binaryData', 'rules'].includes(key))
      visit(value, key, {}, 0);
  }
  return found;
}

/** How many Pods, and how they are replaced. */
export function sizeFacts(object: KubeObject): Fact[] {
  const found: Fact[] = [];
  for (const field of ['replicas', 'instances', 'size', 'parallelism', 'completions'] as const) {
    const count = at(object, 'spec', field);
    if (typeof count === 'number')
      found.push(fact(count === 0 ? 1 : 0, `${count} ${count === 1 ? field.replace(/s$/, '') : field}`));
  }
  if (at(object, 'spec', 'suspend') === true) found.push(fact(1, 'suspended'));
  if (object.kind === 'DaemonSet') found.push(fact(1, 'a Pod on every node'));
  if (object.kind === 'CronJob') found.push(fact(1, `runs at ${textAt(object, 'spec', 'schedule')}`));
  const strategy = textAt(object, 'spec', 'strategy', 'type') || textAt(object, 'spec', 'updateStrategy', 'type');
  if (strategy === 'Recreate') found.push(fact(1, 'stops all its Pods before it starts new ones (Recreate)'));
  const profiles = Object.entries({ ...podTemplateOf(object)?.annotations, ...object.metadata.annotations });
  for (const [key, value] of profiles) {
    if (/apparmor|seccomp/.test(key) && /unconfined/i.test(String(value))) found.push(fact(2, `${key}: ${value}`));
    if (/sidecar\.istio\.io\/inject|linkerd\.io\/inject|vault\.hashicorp\.com\/agent-inject$/.test(key))
      found.push(fact(1, `${key}: ${value}`));
  }
  return found;
}
