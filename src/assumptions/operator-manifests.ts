import type { KubeObject } from '../cluster/index.ts';
import { unknown } from '../workflow/index.ts';
import { at, condition, isRecord } from './json.ts';
import { itemsIn, listEverywhere, unseenIn } from './operator-olm.ts';
import { ready, type Trace, type Traces, toType, waits } from './operator-trace.ts';
import { type Hook, hooksIn, webhookTrace } from './operator-webhooks.ts';
import { listAll, type World } from './world.ts';

/** An operator that Helm or plain manifests installed: its CRDs, its Deployment, its webhooks. */
export async function fromManifests(world: World, name: string): Promise<Traces> {
  const [crds, deployments, validating, mutating, services] = await Promise.all([
    listAll(world, 'apiextensions.k8s.io', 'CustomResourceDefinition', { metadataOnly: true }),
    listEverywhere(world, 'apps', 'Deployment'),
    listAll(world, 'admissionregistration.k8s.io', 'ValidatingWebhookConfiguration'),
    listAll(world, 'admissionregistration.k8s.io', 'MutatingWebhookConfiguration'),
    listEverywhere(world, '', 'Service'),
  ]);
  const hooks = [...itemsIn(validating), ...itemsIn(mutating)].flatMap((one) => hooksIn(one, belongs(one, name)));
  const definitions = itemsIn(crds).filter((crd) => belongs(crd, name) || inGroup(groupOf(crd), name));
  const groups = new Set(definitions.map(groupOf));
  const serving = hooks.filter((hook) => hook.own || hook.groups.some((g) => groups.has(g) || g === name));
  const serviceKeys = new Set(serving.map((hook) => hook.service));
  const behind = itemsIn(services).filter((s) => serviceKeys.has(keyOf(s)));
  const controllers = itemsIn(deployments).filter(
    (d) => belongs(d, name) || behind.some((s) => s.metadata.namespace === d.metadata.namespace && selects(s, d)),
  );
  if (definitions.length === 0 && controllers.length === 0) return { traces: [], unseen: unseenIn(crds, deployments) };

  // A webhook of the controllers' own Services counts whatever group it watches: it is in the way of new objects.
  const own = itemsIn(services).filter((s) =>
    controllers.some((d) => d.metadata.namespace === s.metadata.namespace && selects(s, d)),
  );
  const ownKeys = new Set([...own.map(keyOf), ...serviceKeys]);
  const relevant = hooks.filter((hook) => ownKeys.has(hook.service));
  const trace =
    (await definitionTrace(world, definitions)) ??
    controllerTrace(name, definitions, controllers, deployments.state === 'failed') ??
    (await webhookTrace(world, relevant));
  return { traces: [trace ?? readyTrace(definitions, controllers, relevant)], unseen: [] };
}

const keyOf = (object: KubeObject) => `${object.metadata.namespace}/${object.metadata.name}`;
/** `cert-manager` and `cert-manager.io` in `acme.cert-manager.io`; `cnpg` in `postgresql.cnpg.io`. */
const inGroup = (group: string, name: string): boolean =>
  group === name ||
  group.endsWith(`.${name}`) ||
  (name.length > 2 && !name.includes('.') && group.split('.').slice(0, -1).includes(name));

const groupOf = (crd: KubeObject) => (crd.metadata.name ?? '').split('.').slice(1).join('.');

/** By its name, its recommended labels, or its Helm release. */
function belongs(object: KubeObject, name: string): boolean {
  const { labels = {}, annotations = {} } = object.metadata;
  const called = [
    object.metadata.name,
    labels['app.kubernetes.io/name'],
    labels['app.kubernetes.io/instance'],
    labels['app.kubernetes.io/part-of'],
    labels.app,
    labels['olm.operatorframework.io/owner-name'],
    annotations['meta.helm.sh/release-name'],
  ];
  const bareName = name.replace(/-operator$/, '');
  const wanted = new Set([
    name,
    bareName,
    `${bareName}-operator`,
    `${bareName}-controller-manager`,
    `${bareName}-controller`,
  ]);
  return called.some((one) => one !== undefined && wanted.has(one.toLowerCase()));
}

function selects(service: KubeObject, deployment: KubeObject): boolean {
  const selector = at(service, 'spec', 'selector');
  if (!isRecord(selector) || Object.keys(selector).length === 0) return false;
  return Object.entries(selector).every(
    ([key, value]) => at(deployment, 'spec', 'template', 'metadata', 'labels', key) === value,
  );
}

async function definitionTrace(world: World, definitions: readonly KubeObject[]): Promise<Trace | undefined> {
  const apiVersion = 'apiextensions.k8s.io/v1';
  const read = await Promise.all(
    definitions
      .slice(0, 40)
      .map(async ({ metadata: { name = '' } }) =>
        world.once(`crd ${name}`, () =>
          world.reader.getIfThere({ apiVersion, kind: 'CustomResourceDefinition', name }),
        ),
      ),
  );
  const pending = read.flatMap((one) =>
    one.ok && one.value !== undefined && condition(one.value, 'Established')?.status !== 'True' ? [one.value] : [],
  );
  const first = pending[0];
  if (first === undefined) return undefined;
  const why = condition(first, 'NamesAccepted');
  return waits(
    'manifests',
    'CrdNotEstablished',
    `the CRD ${first.metadata.name} is not Established${why?.status === 'False' ? `: ${why.message}` : ''}`,
    { crds: pending.map((crd) => crd.metadata.name) },
    toType('see its conditions', 'describe', 'crd', first.metadata.name ?? ''),
  );
}

function controllerTrace(
  name: string,
  definitions: readonly KubeObject[],
  controllers: readonly KubeObject[],
  hidden: boolean,
): Trace | undefined {
  const crds = definitions.map((crd) => crd.metadata.name);
  if (controllers.length === 0) {
    const why = hidden
      ? 'this identity may not list deployments.apps in all namespaces'
      : 'no Deployment, webhook or label ties a controller to them';
    return {
      way: 'manifests',
      verdict: unknown(
        hidden ? 'PermissionMissing' : 'ControllerNotFound',
        `the CRDs of ${name} are there, but whether a controller acts on them can't be seen: ${why}`,
      ),
      evidence: { crds },
      suggestion:
        'a bullet that makes the smallest object shows whether a controller acts on it; or name its Deployment',
    };
  }
  const states = controllers.map((d) => ({
    d,
    available: condition(d, 'Available'),
    replicas: Number(at(d, 'status', 'readyReplicas') ?? 0),
  }));
  if (states.some((s) => s.available?.status === 'True' && s.replicas > 0)) return undefined;
  const [first] = states;
  if (first === undefined) return undefined;
  const wanted = at(first.d, 'spec', 'replicas');
  const why =
    wanted === 0
      ? 'it is scaled to 0'
      : first.available?.message || `${first.replicas} of ${String(wanted ?? 1)} replicas are ready`;
  const { name: deployment = '', namespace = '' } = first.d.metadata;
  return waits(
    'manifests',
    'DeploymentNotAvailable',
    `the Deployment ${keyOf(first.d)} is not available: ${why}`,
    { crds, deployments: states.map((s) => ({ name: keyOf(s.d), ready: s.replicas, available: s.available })) },
    toType('see why', 'describe', 'deployment', deployment, '-n', namespace),
  );
}

function readyTrace(
  definitions: readonly KubeObject[],
  controllers: readonly KubeObject[],
  hooks: readonly Hook[],
): Trace {
  const evidence = {
    crds: definitions.map((crd) => crd.metadata.name),
    deployments: controllers.map(keyOf),
    webhooks: [...new Set(hooks.map((hook) => hook.configuration))],
  };
  const parts = [
    `${controllers.map(keyOf).slice(0, 3).join(', ')} available`,
    definitions.length > 0 ? `${definitions.length} CRDs established` : '',
    hooks.length > 0 ? 'webhooks have ready endpoints' : '',
  ];
  return ready('manifests', parts.filter((part) => part !== '').join(', '), evidence);
}
