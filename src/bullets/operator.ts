import type { Reader } from '../cluster/index.ts';
import { groupOf, isRecord, type KubeObject, recordsAt, textAt, textsAt } from '../objects/index.ts';
import { redact } from '../redaction/index.ts';
import { shortened } from '../workflow/shortened.ts';

/** What is to be found out about whoever should have acted on a custom resource. */
export type Operator = {
  /** `namespace/pod`, by the rights of its service account. */
  readonly pods: readonly string[];
} & Said;

export type Said = {
  /** What it said of this object, else its latest complaints. */
  readonly lines: readonly string[];
  /** What it complains of about this object, time and again. */
  readonly complaint?: string;
};

const MOST_PODS = 4;
const MOST_LINES = 8;

/**
 * The Pods that may watch this kind (by a ClusterRole that is bound to their service account), and what their logs say.
 * Nothing: this identity may not look.
 */
export async function operatorOf(reader: Reader, object: KubeObject): Promise<Operator | undefined> {
  const rbac = 'rbac.authorization.k8s.io/v1';
  const [roles, bindings] = await Promise.all([
    reader.list({ apiVersion: rbac, kind: 'ClusterRole' }),
    reader.list({ apiVersion: rbac, kind: 'ClusterRoleBinding' }),
  ]);
  if (!roles.ok || !bindings.ok) return undefined;
  const group = groupOf(object.apiVersion);
  const watching = new Set(roles.value.items.filter((role) => mayWatch(role, group)).map((r) => r.metadata.name));
  const accounts = bindings.value.items
    .filter((binding) => watching.has(textAt(binding, 'roleRef', 'name')))
    .flatMap((binding) => recordsAt(binding, 'subjects'))
    .filter((subject) => subject.kind === 'ServiceAccount')
    .map((subject) => ({ namespace: textAt(subject, 'namespace'), name: textAt(subject, 'name') }));
  const pods = (await Promise.all(accounts.map((account) => podsOfAccount(reader, account)))).flat();
  const logs = await Promise.all(pods.slice(0, MOST_PODS).map((pod) => logOf(reader, pod)));
  return {
    pods: pods.slice(0, MOST_PODS).map((pod) => `${pod.metadata.namespace}/${pod.metadata.name}`),
    ...telling(logs.join('\n'), object.metadata.name ?? ''),
  };
}

/** By name of the group: an admin's `*` watches nothing. */
const mayWatch = (role: KubeObject, group: string): boolean =>
  recordsAt(role, 'rules').some(
    (rule) =>
      textsAt(rule, 'apiGroups').includes(group) &&
      textsAt(rule, 'verbs').some((verb) => verb === 'watch' || verb === '*'),
  );

async function podsOfAccount(reader: Reader, { namespace, name }: { namespace: string; name: string }) {
  const listed = await reader.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace });
  return listed.ok ? listed.value.items.filter((pod) => textAt(pod, 'spec', 'serviceAccountName') === name) : [];
}

async function logOf(reader: Reader, pod: KubeObject): Promise<string> {
  const { namespace = '', name = '' } = pod.metadata;
  const container = textAt(recordsAt(pod, 'spec', 'containers')[0], 'name');
  const log = await reader.logs({ namespace, pod: name, container, tailLines: 400 });
  return log.ok ? log.value : '';
}

const COMPLAINS = /error|fail|invalid|denied|forbidden|panic/i;
/** One error is often a conflict that the next try mends; the same one so often is not. */
const TIME_AND_AGAIN = 3;

/** Pure: what a log says of an object. */
export function telling(log: string, name: string): Said {
  const raw = redact(log)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const about = name === '' ? [] : raw.filter((line) => line.includes(name)).map(plain);
  const complaints = raw.map(plain).filter((line) => COMPLAINS.test(line));
  const latest = about.findLast((line) => COMPLAINS.test(line));
  const isRepeated = about.filter((line) => line === latest).length >= TIME_AND_AGAIN;
  const lines = unrepeated(about.length > 0 ? about : complaints).slice(-MOST_LINES);
  return latest !== undefined && isRepeated ? { lines, complaint: latest } : { lines };
}

/** Each line once, where it was said last. */
const unrepeated = (lines: readonly string[]): string[] =>
  lines.filter((line, index) => lines.lastIndexOf(line) === index);

/** The words of a line of JSON, as most controllers log (level, message, error); any other line as it is. */
function plain(line: string): string {
  const parsed = parsedLine(line);
  const words = ['level', 'msg', 'message', 'error', 'err'].flatMap((key) =>
    typeof parsed?.[key] === 'string' ? [parsed[key]] : [],
  );
  return shortened(words.length > 1 ? words.join(': ') : line, 500);
}

function parsedLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
