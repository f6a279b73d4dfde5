import type { KubeObject } from '../cluster/index.ts';
import { groupOf, isRecord, podTemplateOf, recordsAt, textAt } from '../objects/index.ts';
import { at, list } from './json.ts';
import type { World } from './world.ts';

/**
 * ValidatingAdmissionPolicies that are bound with Audit alone say nothing to a request, not even to a dry run: what they
 * find is only in the API server's audit log. Read from policy and binding, so that it is met before their owner denies it.
 */
type Bound = { readonly policy: KubeObject; readonly binding: KubeObject };

const API = 'admissionregistration.k8s.io/v1';

/** A sentence for each that looks at such an object or its Pods; none where they can't be read. */
export async function auditNotes(
  world: Pick<World, 'reader' | 'namespace' | 'once'>,
  object: KubeObject,
): Promise<string[]> {
  const bound = await world.once('audit policies', () => auditBound(world));
  if (bound.length === 0) return [];
  const discovery = await world.reader.discovery();
  if (!discovery.ok) return [];
  const group = groupOf(object.apiVersion);
  const plural = discovery.value.resources.find((r) => r.group === group && r.kind === object.kind)?.resource;
  const name = object.metadata.namespace ?? world.namespace;
  const namespace = await world.once(`namespace ${name}`, () =>
    world.reader.getIfThere({ apiVersion: 'v1', kind: 'Namespace', name }),
  );
  const labels = namespace.ok ? (namespace.value?.metadata.labels ?? {}) : {};
  const asked = [
    ...(plural === undefined ? [] : [{ group, resource: plural }]),
    ...(podTemplateOf(object) === undefined ? [] : [{ group: '', resource: 'pods' }]),
  ];
  return bound
    .filter((one) => asked.some(({ group: g, resource }) => looksAt(one, g, resource, labels)))
    .map(({ policy }) => {
      const messages = recordsAt(policy, 'spec', 'validations').map(
        (v) => textAt(v, 'message') || textAt(v, 'expression'),
      );
      return `policy ${policy.metadata.name} looks at it in Audit mode, so what it finds is in the audit log only: ${messages.join('; ').slice(0, 300)}`;
    });
}

async function auditBound({ reader }: Pick<World, 'reader'>): Promise<Bound[]> {
  const [policies, bindings] = await Promise.all([
    reader.list({ apiVersion: API, kind: 'ValidatingAdmissionPolicy' }),
    reader.list({ apiVersion: API, kind: 'ValidatingAdmissionPolicyBinding' }),
  ]);
  if (!policies.ok || !bindings.ok) return [];
  return bindings.value.items.flatMap((binding): Bound[] => {
    const actions = list(at(binding, 'spec', 'validationActions'));
    // Deny and Warn answer a dry run by themselves.
    if (!actions.includes('Audit') || actions.includes('Deny') || actions.includes('Warn')) return [];
    const policy = policies.value.items.find((p) => p.metadata.name === textAt(binding, 'spec', 'policyName'));
    return policy === undefined ? [] : [{ policy, binding }];
  });
}

type Labels = Readonly<Record<string, string>>;

/** Which resources and namespaces; selectors by expression are taken to fit. */
function looksAt({ policy, binding }: Bound, group: string, resource: string, labels: Labels): boolean {
  const rules = recordsAt(policy, 'spec', 'matchConstraints', 'resourceRules');
  const names = (rule: unknown, field: string, wanted: string) =>
    list(at(rule, field)).some((one) => one === '*' || one === wanted);
  const isAbout = rules.some((rule) => names(rule, 'apiGroups', group) && names(rule, 'resources', resource));
  const selectors = [
    at(policy, 'spec', 'matchConstraints', 'namespaceSelector', 'matchLabels'),
    at(binding, 'spec', 'matchResources', 'namespaceSelector', 'matchLabels'),
  ];
  return isAbout && selectors.every((s) => !isRecord(s) || Object.entries(s).every(([key, v]) => labels[key] === v));
}
