import { describe, expect, test } from 'vitest';
import { discoveryOf, type Resource } from '../cluster/discovery.ts';
import type { World } from '../plan/index.ts';
import { parseCommand } from '../shell/index.ts';
import { beyondTheCopy } from './commands.ts';

const kind = (group: string, version: string, name: string, shortNames: string[], namespaced = true): Resource => ({
  group,
  version,
  kind: name,
  resource: `${name.toLowerCase()}s`,
  singular: name.toLowerCase(),
  shortNames,
  categories: ['Pod', 'Deployment'].includes(name) ? ['all'] : [],
  namespaced,
  verbs: ['get', 'list'],
  subresources: [],
});

const discovery = discoveryOf(
  [
    { name: '', versions: [{ version: 'v1', stale: false }] },
    { name: 'apps', versions: [{ version: 'v1', stale: false }] },
  ],
  [
    kind('', 'v1', 'Pod', ['po']),
    kind('', 'v1', 'ConfigMap', ['cm']),
    kind('', 'v1', 'Namespace', ['ns'], false),
    kind('', 'v1', 'PersistentVolume', ['pv'], false),
    kind('', 'v1', 'Node', ['no'], false),
    kind('apps', 'v1', 'Deployment', ['deploy']),
  ],
  'aggregated',
);

const FILES: Readonly<Record<string, string>> = {
  'web.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n',
  'named.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: shop }\n',
  'volume.yaml': 'apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: data }\n',
  'all/web.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n',
  'all/volume.yaml': 'apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: data }\n',
};

const world: World = {
  component: 'shop',
  namespace: 'shop',
  namespaces: ['shop'],
  parseCommand,
  programExists: () => true,
  parseCriterion: () => ({ ok: true }),
  canonicalImage: () => undefined,
  files: {
    kind: async (path) => (path in FILES ? 'file' : path === 'all' ? 'folder' : undefined),
    inside: async () => true,
    read: async (path) => FILES[path],
    digest: async () => undefined,
    list: async (path) => Object.keys(FILES).filter((file) => file.startsWith(`${path}/`)),
    glob: async () => [],
  },
};

describe('goes to the copy and no further', () => {
  test.each([
    'kubectl delete -f web.yaml --ignore-not-found',
    'kubectl delete deployment/web configmap/settings',
    'kubectl delete deploy,cm -l app=web',
    'kubectl delete all -l app=web',
    'kubectl rollout undo deployment/web',
    'kubectl set image deployment/web main=registry.example.com/web:1',
    'kubectl scale deployment web --replicas 0 && sleep 1',
    'kubectl create configmap left --from-literal=a=b',
    'kubectl get nodes -o name | grep -q .',
    'kubectl exec deploy/web -- sh -c "echo bye"',
    'oc delete deployments.apps web',
  ])('%s', async (command) => {
    expect(await beyondTheCopy(command, { world, discovery })).toBeUndefined();
  });
});

describe('could do it to the original, or further out', () => {
  test.each([
    ['kubectl delete deployment web -n shop', /namespace shop/],
    ['kubectl -n "$NS" delete deployment web', /namespace that a variable holds/],
    ['kubectl delete deployment web -A', /all namespaces/],
    ['kubectl delete namespace shop', /whole cluster/],
    ['kubectl delete pv/data', /whole cluster/],
    ['kubectl delete deployment,pv -l app=web', /whole cluster/],
    ['kubectl create namespace other', /whole cluster/],
    ['kubectl drain node-1', /more than a namespace/],
    ['kubectl config use-context other', /more than a namespace/],
    ['kubectl delete widgets/one', /can't be told/],
    ['kubectl delete -f named.yaml', /in the namespace shop/],
    ['kubectl delete -f volume.yaml', /whole cluster/],
    ['kubectl delete -f all', /all\/volume.yaml belongs to the whole cluster/],
    ['kubectl delete -f missing.yaml', /can't be read/],
    ['kubectl delete -f *.yaml', /only known when it runs/],
    ['kubectl kustomize all | kubectl delete -f -', /on its input/],
    ['kubectl delete -k all', /can't be read/],
    ['kubectl get pods -o name | xargs kubectl delete', /only known when it runs/],
    ['kubectl delete --raw /api/v1/namespaces/shop', /can't be read/],
    ['kubectl exec deploy/web -- curl http://redis.shop.svc/flush', /original namespace/],
    ['helm uninstall web', /helm can reach further/],
    ['./restore.sh', /restore.sh can reach further/],
    ['make undo', /make can reach further/],
    ['sh -c "terraform destroy"', /sh can reach further/],
    ['psql -c "drop table x"', /psql can reach further/],
    ['kubectl get cm -o yaml > backup.yaml', /writes to backup.yaml/],
    ['eval "$UNDO"', /./],
  ])('%s', async (command, why) => {
    expect(await beyondTheCopy(command, { world, discovery })).toMatch(why);
  });
});
