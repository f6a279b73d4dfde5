import type { Discovery } from '../../cluster/index.ts';
import { fail, pass, unknown } from '../../workflow/index.ts';
import { matching } from '../api-miss.ts';
import { unanswered } from '../finding.ts';
import { at, isRecord } from '../json.ts';
import { nearest } from '../near.ts';
import { apiVersionOf, discoveryOf, notSeen, type World } from '../world.ts';
import { behind } from './behind.ts';
import { group, NO_NAME, type Part, type Requirement } from './table.ts';

const NAMED = [
  'namespace',
  'project',
  'secret',
  'configmap',
  'serviceaccount',
  'persistentvolumeclaim',
  'pvc',
  'priorityclass',
  'runtimeclass',
  'service',
  'deployment',
  'statefulset',
  'role',
  'clusterrole',
  'limitrange',
  'resourcequota',
  'networkpolicy',
  'clusterissuer',
  'issuer',
  'gatewayclass',
  'volumesnapshotclass',
];

async function objectExists(world: World, match: RegExpExecArray): Promise<Part> {
  const word = group(match, 'kind').replaceAll(/\s/g, '').toLowerCase();
  const name = group(match, 'name');
  const key = match.groups?.key;
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { verdict: unknown(discovery.error.reason, discovery.error.message), evidence: {} };
  const [plural = '', ...groupParts] = word.split('.');
  const resource = matching(discovery.value, plural).find(
    (one) => groupParts.length === 0 || one.group === groupParts.join('.'),
  );
  if (resource === undefined) return notServed(discovery.value, word, `the cluster serves no ${group(match, 'kind')}`);
  const namespace = group(match, 'namespace') || world.namespace;
  const where = resource.namespaced ? { namespace } : {};
  const found = await world.reader.getIfThere({
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name,
    ...where,
  });
  if (!found.ok) {
    const needs = { verb: 'get', group: resource.group, resource: resource.resource, ...where };
    return { ...unanswered(found.error, needs), evidence: { error: found.error } };
  }
  const called = `${resource.kind} ${resource.namespaced ? `${namespace}/` : ''}${name}`;
  if (found.value === undefined) {
    const near = await neighbours(world, resource, name, where);
    return {
      verdict: fail(
        'ObjectMissing',
        `there is no ${called}${near.length === 0 ? '' : `; there are ${near.join(', ')}`}`,
      ),
      evidence: { near },
      suggestion:
        near[0] === undefined
          ? `name one that is there: kubectl get ${resource.resource}${resource.namespaced ? ` -n ${namespace}` : ''}`
          : `${resource.kind} ${near[0]} exists`,
    };
  }
  const { uid } = found.value.metadata;
  if (key !== undefined) {
    const keys = [found.value.data, found.value.binaryData].flatMap((data) =>
      isRecord(data) ? Object.keys(data) : [],
    );
    if (!keys.includes(key))
      return {
        verdict: fail('KeyMissing', `${called} has no key ${key}; it has ${keys.join(', ') || 'none'}`),
        evidence: { keys },
      };
  }
  if (found.value.metadata.deletionTimestamp !== undefined) {
    return {
      verdict: fail('BeingDeleted', `${called} is being deleted since ${found.value.metadata.deletionTimestamp}`),
      evidence: { uid },
    };
  }
  return {
    verdict: pass('Exists', `${called} is there${key === undefined ? '' : ` with the key ${key}`}`),
    evidence: { uid, phase: at(found.value, 'status', 'phase') },
  };
}

function notServed(discovery: Discovery, word: string, message: string): Part {
  const unseen = notSeen(discovery, word);
  return {
    verdict: unseen === undefined ? fail('KindNotServed', message) : unknown(unseen.reason, unseen.message),
    evidence: {},
    ...(unseen === undefined ? { suggestion: `install what brings ${word}: kubectl api-resources` } : {}),
  };
}

async function neighbours(
  world: World,
  resource: { group: string; version: string; kind: string },
  name: string,
  where: object,
): Promise<string[]> {
  const listed = await world.reader.list(
    { apiVersion: apiVersionOf(resource), kind: resource.kind },
    { ...where, metadataOnly: true, limit: 500 },
  );
  return listed.ok
    ? nearest(
        name,
        listed.value.items.map((one) => one.metadata.name ?? ''),
      )
    : [];
}

async function kindServed(world: World, match: RegExpExecArray): Promise<Part> {
  const word = group(match, 'kind');
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { verdict: unknown(discovery.error.reason, discovery.error.message), evidence: {} };
  const found = matching(discovery.value, word);
  const [first] = found;
  if (first === undefined) {
    const near = nearest(
      word,
      discovery.value.resources.map((r) => r.kind),
    );
    const others = near.length === 0 ? '' : `; the nearest are ${near.join(', ')}`;
    return {
      ...notServed(discovery.value, word, `the cluster serves no kind ${word}${others}`),
      ...(near[0] === undefined ? {} : { suggestion: `${near[0]} support` }),
    };
  }
  const as = [...new Set(found.map((r) => `${apiVersionOf(r)} ${r.kind}`))];
  return behind(world, first.group, `served as ${as.join(', ')}`, { as });
}

export const OBJECTS: readonly Requirement[] = [
  {
    form: 'namespace NAME exists; Secret NAME [with key KEY] exists; also ConfigMap, ServiceAccount, PVC, PriorityClass, RuntimeClass …',
    pattern: new RegExp(
      `^(an? |the )?(?<kind>${NAMED.join('|').replace('serviceaccount', 'service ?account').replace('configmap', 'config ?map').replace('priorityclass', 'priority ?class').replace('runtimeclass', 'runtime ?class')})(/| named |: ?| )["']?${NO_NAME}(?<name>[a-z0-9]([-a-z0-9.]*[a-z0-9])?)["']?( (with|has)( the)? key (?<key>[\\w.-]+))?( in (the )?namespace (?<namespace>[a-z0-9][-a-z0-9]*))?( exists| available)?$`,
      'i',
    ),
    asks: 'is there such an object?',
    canonical(match) {
      const key = match.groups?.key === undefined ? '' : ` with key ${match.groups.key}`;
      const where = group(match, 'namespace') === '' ? '' : ` in namespace ${group(match, 'namespace')}`;
      return `${group(match, 'kind').replaceAll(/\s/g, '').toLowerCase()} ${group(match, 'name')}${key}${where} exists`;
    },
    check: objectExists,
  },
  {
    form: 'KIND support (PodDisruptionBudget, HorizontalPodAutoscaler …)',
    pattern:
      /^(?<kind>[A-Z][a-z]+[A-Z][A-Za-z]*|[A-Z][A-Za-z]+(?= (is |are )?(support|available|served)))( (is |are )?(support(ed)?|available|served))?$/,
    asks: 'is such a kind served?',
    canonical: (match) => `${group(match, 'kind')} support`,
    check: kindServed,
  },
];

/** Any other kind, asked for last: a sentence of a form of its own has had its turn. */
export const ANY_OBJECT: readonly Requirement[] = [
  {
    form: 'KIND NAME [in namespace NAMESPACE] exists (any kind that is served: ClusterSecretStore vault exists)',
    pattern: new RegExp(
      `^(an? |the )?(?<kind>[A-Z][A-Za-z0-9]*[a-z0-9]|[a-z][a-z0-9]*(\\.[a-z0-9-]+)+)(/| named |: ?| )["']?${NO_NAME}(?<name>[a-z0-9]([-a-z0-9.]*[a-z0-9])?)["']?( in (the )?namespace (?<namespace>[a-z0-9][-a-z0-9]*))? exists$`,
    ),
    asks: 'is there such an object?',
    canonical(match) {
      const where = group(match, 'namespace') === '' ? '' : ` in namespace ${group(match, 'namespace')}`;
      return `${group(match, 'kind')} ${group(match, 'name')}${where} exists`;
    },
    check: objectExists,
  },
];
