import { describe, expect, test } from 'vitest';
import { at, recordsAt, textAt } from '../objects/kube-object.ts';
import { guardObjects, HOME, installation } from './index.ts';

const all = installation({ servers: ['deployer'], stamps: true });
const named = (kind: string, name: string) => all.find((o) => o.kind === kind && o.metadata.name === name);

describe('the installation', () => {
  test('guards nothing by itself: no binding of the policy that refuses', () => {
    const bindings = all.filter((o) => o.kind === 'ValidatingAdmissionPolicyBinding');
    expect(bindings.map((b) => textAt(b, 'spec', 'policyName'))).toEqual(['infragate-objects']);
  });

  test('gives the server no right to write anything of an application', () => {
    const role = named('ClusterRole', 'infragate-server');
    expect(recordsAt(role, 'rules').flatMap((r) => r.verbs)).toEqual(['get', 'list', 'watch']);
    const own = all.filter((o) => o.kind === 'Role' && o.metadata.name === 'infragate-server');
    expect(own.map((o) => o.metadata.namespace)).toEqual([HOME]);
    const writes = all.filter((o) => o.kind === 'ClusterRoleBinding').map((o) => textAt(o, 'roleRef', 'name'));
    expect(writes).toEqual(['infragate-server']);
  });

  test('without MutatingAdmissionPolicy has no object of that kind', () => {
    const kinds = installation({ servers: [], stamps: false }).map((o) => o.kind);
    expect(kinds.some((k) => k.startsWith('Mutating'))).toBe(false);
  });

  test('has every object once', () => {
    const names = all.map((o) => `${o.kind}/${o.metadata.namespace ?? ''}/${o.metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('guarding a namespace', () => {
  const objects = guardObjects({ namespace: 'shop', allow: ['op'] });

  test('makes the object that refuses last, and what it reads before it', () => {
    expect(objects.map((o) => o.kind)).toEqual([
      'ServiceAccount',
      'RoleBinding',
      'Phase',
      'ValidatingAdmissionPolicyBinding',
    ]);
  });

  test('selects by the name that the API server itself keeps on the namespace, and denies without a Phase', () => {
    const binding = objects.at(-1);
    expect(at(binding, 'spec', 'matchResources', 'namespaceSelector', 'matchLabels')).toEqual({
      'kubernetes.io/metadata.name': 'shop',
    });
    expect(at(binding, 'spec', 'paramRef')).toEqual({ name: 'shop', namespace: HOME, parameterNotFoundAction: 'Deny' });
  });

  test('puts nothing but the executor’s RoleBinding into the namespace', () => {
    expect(objects.filter((o) => o.metadata.namespace === 'shop').map((o) => o.kind)).toEqual(['RoleBinding']);
  });
});
