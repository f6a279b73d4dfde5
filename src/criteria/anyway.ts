import { isRecord, type KubeObject, kindKey, podTemplateOf } from '../objects/index.ts';

/**
 * What is true of objects whatever becomes of them, to try a criterion on: one that holds here proves nothing. In: what
 * a dry run answered. Pure.
 */

/** As the API server stores it: with everything that it fills in by itself. */
export function storedAnyway(object: KubeObject): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      uid: 'a0000000-0000-4000-8000-000000000000',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [{ manager: 'infragate', operation: 'Apply', apiVersion: object.apiVersion }],
      selfLink: '/',
      ...metadata,
      labels: { generated: 'by the server', ...metadata.labels },
      annotations: { generated: 'by the server', ...metadata.annotations },
    },
  };
}

/** Each Pod of theirs as it is once a node was chosen for it, and nothing more: no image pulled, no container started. */
export const scheduledAnyway = (objects: readonly KubeObject[]): KubeObject[] => withPods(objects, scheduledStatus);

/** The same once its containers were started, whatever they do. */
export const startedAnyway = (objects: readonly KubeObject[]): KubeObject[] => withPods(objects, startedStatus);

type StatusOf = (spec: Readonly<Record<string, unknown>>) => Record<string, unknown>;

function withPods(objects: readonly KubeObject[], statusOf: StatusOf): KubeObject[] {
  const stored = objects.map(storedAnyway);
  const pods = stored.flatMap((object) => podOf(object, statusOf));
  const others = stored.filter((object) => object.kind !== 'Pod');
  return [...others, ...pods];
}

function podOf(object: KubeObject, statusOf: StatusOf): KubeObject[] {
  const template = podTemplateOf(object);
  if (template === undefined) return [];
  const isPod = kindKey(object) === 'Pod';
  const { name = 'pod', namespace, uid = '' } = object.metadata;
  const metadata = isPod
    ? object.metadata
    : {
        ...storedAnyway({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `${name}-x`, uid: `${uid}-pod` } }).metadata,
        ...(namespace === undefined ? {} : { namespace }),
        labels: template.labels,
        ownerReferences: [{ apiVersion: object.apiVersion, kind: object.kind, name, uid, controller: true }],
      };
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { ...template.spec, nodeName: 'node' },
      status: statusOf(template.spec),
    },
  ];
}

function scheduledStatus(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const containers = Array.isArray(spec.containers) ? spec.containers.filter(isRecord) : [];
  const hasInit = Array.isArray(spec.initContainers) && spec.initContainers.length > 0;
  const condition = (type: string, status: string) => ({ type, status, lastTransitionTime: '2026-01-01T00:00:00Z' });
  return {
    phase: 'Pending',
    qosClass: 'BestEffort',
    hostIP: '192.0.2.1',
    hostIPs: [{ ip: '192.0.2.1' }],
    podIP: '192.0.2.2',
    podIPs: [{ ip: '192.0.2.2' }],
    startTime: '2026-01-01T00:00:00Z',
    observedGeneration: 1,
    conditions: [
      condition('PodScheduled', 'True'),
      condition('PodReadyToStartContainers', 'True'),
      condition('Initialized', hasInit ? 'False' : 'True'),
      condition('ContainersReady', 'False'),
      condition('Ready', 'False'),
    ],
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready: false,
      started: false,
      restartCount: 0,
      state: { waiting: { reason: 'ContainerCreating' } },
    })),
  };
}

function startedStatus(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const scheduled = scheduledStatus(spec);
  const statuses = Array.isArray(scheduled.containerStatuses) ? scheduled.containerStatuses.filter(isRecord) : [];
  const conditions = Array.isArray(scheduled.conditions) ? scheduled.conditions.filter(isRecord) : [];
  return {
    ...scheduled,
    phase: 'Running',
    conditions: conditions.map((c) => (c.type === 'Initialized' ? { ...c, status: 'True' } : c)),
    containerStatuses: statuses.map((status) => ({
      ...status,
      imageID: 'sha256:1',
      started: true,
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    })),
  };
}
