import { type KubeObject, recordsAt, textAt, textsAt } from '../objects/index.ts';
import { type Danger, type Fact, fact } from './fact.ts';

/** RBAC: which rights an object gives, and to whom. */

const EVERYBODY = /^system:(unauthenticated|authenticated|anonymous|serviceaccounts(:.*)?|masters|nodes)$/;
const STRONG_ROLES = /^(cluster-admin|admin|edit|system:.*|sudoer|registry-admin|.*-admin)$/;

const TAKES_RIGHTS = new Set(['escalate', 'bind', 'impersonate']);
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection', '*']);
const READS = new Set(['get', 'list', 'watch', '*']);
/** Whoever may write these may do what they like with the Pods, the nodes or the rights behind them. */
const COMMANDING =
  /^(pods\/(exec|attach|portforward|ephemeralcontainers|proxy)|nodes(\/.*)?|services\/proxy|serviceaccounts\/token|(cluster)?role(binding)?s|(mutating|validating)(webhookconfiguration|admissionpolic)\w*|customresourcedefinitions|apiservices|certificatesigningrequests(\/.*)?|securitycontextconstraints|persistentvolumes|namespaces|users|groups)$/;

export function ruleFacts(rules: readonly Readonly<Record<string, unknown>>[]): Fact[] {
  return rules.map((rule) => {
    const [verbs, resources] = [textsAt(rule, 'verbs'), textsAt(rule, 'resources')];
    const groups = textsAt(rule, 'apiGroups');
    const urls = textsAt(rule, 'nonResourceURLs');
    const names = textsAt(rule, 'resourceNames');
    const what = [
      resources.length === 0 ? '' : resources.join(','),
      groups.every((g) => g === '') ? '' : `of ${groups.map((g) => g || 'core').join(',')}`,
      urls.length === 0 ? '' : `URLs ${urls.join(',')}`,
      names.length === 0 ? '' : `named ${names.join(',')}`,
    ];
    return fact(
      ruleDanger(verbs, resources, groups),
      `may ${verbs.join(',')} ${what.filter((w) => w !== '').join(' ')}`,
    );
  });
}

function ruleDanger(verbs: readonly string[], resources: readonly string[], groups: readonly string[]): Danger {
  if (verbs.includes('*') || resources.includes('*') || groups.includes('*')) return 3;
  if (verbs.some((v) => TAKES_RIGHTS.has(v))) return 3;
  if (resources.includes('secrets') && verbs.some((v) => READS.has(v) || WRITES.has(v))) return 3;
  if (resources.some((r) => COMMANDING.test(r)) && verbs.some((v) => WRITES.has(v) || /\//.test(resources.join())))
    return 3;
  if (verbs.some((v) => WRITES.has(v))) return 2;
  return 1;
}

export function bindingFacts(object: KubeObject, namespace: string): Fact[] {
  const role = `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`;
  const strong = STRONG_ROLES.test(textAt(object, 'roleRef', 'name'));
  const wide = object.kind === 'ClusterRoleBinding';
  const subjects = recordsAt(object, 'subjects').map((subject) => {
    const [kind, name] = [textAt(subject, 'kind'), textAt(subject, 'name')];
    const from = textAt(subject, 'namespace');
    return {
      text: `${kind} ${from === '' || from === namespace ? '' : `${from}/`}${name}`,
      everybody: EVERYBODY.test(name),
      foreign: from !== '' && from !== namespace,
    };
  });
  const danger: Danger = strong || wide || subjects.some((s) => s.everybody) ? 3 : 2;
  const all = subjects.map((s) => s.text).join(', ') || 'nobody';
  return [
    fact(danger, `gives ${role}${wide ? ' in the whole cluster' : ''} to ${all}`),
    ...(subjects.some((s) => s.everybody)
      ? [fact(3, 'everybody, or a whole class of accounts, is among its subjects')]
      : []),
    ...(subjects.some((s) => s.foreign) ? [fact(2, 'a subject is of another namespace')] : []),
  ];
}

export function roleFacts(object: KubeObject): Fact[] {
  const labels = Object.keys(object.metadata.labels ?? {}).filter((l) =>
    /^rbac\.authorization\.k8s\.io\/aggregate-to-/.test(l),
  );
  return [
    ...ruleFacts(recordsAt(object, 'rules')),
    ...labels.map((l) => fact(3, `adds its rights to the role ${l.split('aggregate-to-')[1] ?? ''}`)),
    ...(object.aggregationRule === undefined ? [] : [fact(3, 'takes in the rights of other roles (aggregationRule)')]),
  ];
}

const CLOUD = /eks\.amazonaws\.com\/role-arn|iam\.gke\.io\/gcp-service-account|azure\.workload\.identity/;

export const accountFacts = (object: KubeObject): Fact[] =>
  Object.entries(object.metadata.annotations ?? {}).flatMap(([key, value]) =>
    CLOUD.test(key) ? [fact(3, `takes the cloud identity ${value}`)] : [],
  );
