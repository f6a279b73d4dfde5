import type { KubeObject } from '../objects/kube-object.ts';
import { withQuery } from './address.ts';
import type { Connection } from './connection.ts';
import type { Catalogue } from './discover.ts';
import { fromAnswer, isRecord, statusIn } from './failure.ts';
import { listObjects } from './list.ts';
import { objectResult } from './object.ts';
import type { Action, EventsAbout, Identity, LogsOf, Permission, Proxied, ProxyTo, Version } from './reader.ts';
import { failed, ok, problem, type Result } from './result.ts';

/** The questions that have paths of their own. */

const segment = encodeURIComponent;

export async function versionOf(connection: Connection): Promise<Result<Version>> {
  const read = await connection.json({ method: 'GET', path: '/version' });
  if (!read.ok) return read;
  const { value } = read.value;
  if (!isRecord(value) || typeof value.gitVersion !== 'string') {
    return problem('BadAnswer', `${connection.frozen.server} does not answer like a Kubernetes API server`);
  }
  return ok({
    gitVersion: value.gitVersion,
    major: String(value.major ?? ''),
    minor: String(value.minor ?? ''),
    ...(typeof value.platform === 'string' ? { platform: value.platform } : {}),
  });
}

/** Who we are to the server: SelfSubjectReview (1.28), its betas, or OpenShift's users/~. */
export async function identityOf(connection: Connection): Promise<Result<Identity>> {
  let last: Result<Identity> | undefined;
  for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
    const apiVersion = `authentication.k8s.io/${version}`;
    const answer = await post(connection, `/apis/${apiVersion}/selfsubjectreviews`, {
      apiVersion,
      kind: 'SelfSubjectReview',
      metadata: {},
    });
    if (answer.ok) {
      const status = answer.value.status;
      const user = isRecord(status) && isRecord(status.userInfo) ? status.userInfo : {};
      return ok({ username: String(user.username ?? ''), groups: strings(user.groups), via: 'SelfSubjectReview' });
    }
    last = answer;
    if (answer.error.status !== 404) break;
  }
  const user = await connection.json({ method: 'GET', path: '/apis/user.openshift.io/v1/users/~', repeat: 'once' });
  if (user.ok && isRecord(user.value.value) && isRecord(user.value.value.metadata)) {
    const { metadata, groups } = user.value.value;
    return ok({ username: String(metadata.name ?? ''), groups: strings(groups), via: 'OpenShiftUser' });
  }
  return last ?? problem('BadAnswer', 'no identity');
}

const strings = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

export async function permission(connection: Connection, action: Action): Promise<Result<Permission>> {
  const apiVersion = 'authorization.k8s.io/v1';
  const answer = await post(connection, `/apis/${apiVersion}/selfsubjectaccessreviews`, {
    apiVersion,
    kind: 'SelfSubjectAccessReview',
    metadata: {},
    spec: { resourceAttributes: action },
  });
  if (!answer.ok) return answer;
  const status = isRecord(answer.value.status) ? answer.value.status : {};
  const reason = [status.reason, status.evaluationError].filter((text) => typeof text === 'string' && text !== '');
  return ok({ allowed: status.allowed === true, reason: reason.join('; ') });
}

/** Kinds that are only ever answered. Anything else posted would be stored. */
const REVIEWS: Readonly<Record<string, readonly string[]>> = {
  'authorization.k8s.io': [
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
    'LocalSubjectAccessReview',
  ],
  'authentication.k8s.io': ['SelfSubjectReview'],
  'security.openshift.io': [
    'PodSecurityPolicySubjectReview',
    'PodSecurityPolicySelfSubjectReview',
    'PodSecurityPolicyReview',
  ],
};

export const isReview = (group: string, kind: string) => REVIEWS[group]?.includes(kind) ?? false;

/** A POST that may be sent again, because nothing comes of it. */
export async function post(connection: Connection, path: string, object: KubeObject): Promise<Result<KubeObject>> {
  const answer = await connection.json({ method: 'POST', path, body: JSON.stringify(object), repeat: 'read' });
  return answer.ok ? objectResult(answer.value.value) : answer;
}

const LOG_BYTES = 256 * 1024;

export async function logsOf(connection: Connection, of: LogsOf): Promise<Result<string>> {
  const { namespace, pod, container, previous, tailLines, limitBytes = LOG_BYTES } = of;
  const path = withQuery(`/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}/log`, {
    container,
    previous,
    tailLines,
    limitBytes,
  });
  const answer = await connection.send({ method: 'GET', path, accept: '*/*', cutAt: limitBytes });
  return answer.ok ? ok(answer.value.body) : answer;
}

export async function eventsAbout(
  connection: Connection,
  from: Catalogue,
  namespace: string,
  { uid, kind, name }: EventsAbout,
): Promise<Result<readonly KubeObject[]>> {
  const selectors = Object.entries({
    'involvedObject.uid': uid,
    'involvedObject.kind': kind,
    'involvedObject.name': name,
  }).flatMap(([field, value]) => (value === undefined ? [] : [`${field}=${value}`]));
  const listed = await listObjects(
    connection,
    from,
    { apiVersion: 'v1', kind: 'Event' },
    { namespace, ...(selectors.length === 0 ? {} : { fieldSelector: selectors.join(',') }) },
  );
  if (!listed.ok) return listed;
  const when = (event: KubeObject) =>
    String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '');
  return ok([...listed.value.items].sort((a, b) => Date.parse(when(a)) - Date.parse(when(b))));
}

const PROXY_BYTES = 64 * 1024;

export async function throughProxy(connection: Connection, to: ProxyTo): Promise<Result<Proxied>> {
  const { namespace, kind = 'services', name, port, scheme, path, limitBytes = PROXY_BYTES } = to;
  const target = `${scheme === undefined ? '' : `${scheme}:`}${name}:${port}`;
  const answer = await connection.once({
    method: 'GET',
    path: `/api/v1/namespaces/${segment(namespace)}/${kind}/${segment(target)}/proxy/${path.replace(/^\/+/, '')}`,
    accept: '*/*',
    cutAt: limitBytes,
  });
  if (!answer.ok) return answer;
  const { status, headers, body, cut } = answer.value;
  // The API server's own no (no endpoints, forbidden) is a Status; everything else is the application speaking.
  if (status >= 400 && statusIn(body) !== undefined) return failed(fromAnswer(status, headers, body));
  return ok({ status, body, cut });
}
