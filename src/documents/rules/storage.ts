import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, isJson, listOf, textOf } from '../extract/yaml.ts';
import type { ClusterFacts } from '../facts.ts';
import { admission, cantSee, defaultClass, type Found, type Rule, services } from './rule.ts';

const SOCKET = /(^|\/)(docker|containerd|crio|podman)\.sock$/;
const HOST_PATHS =
  /^\/(dev|proc|sys|etc\/(localtime|timezone|passwd|group|machine-id)|var\/run|run|var\/lib\/docker|var\/log|boot|lib\/modules)(\/|$)/;

const classes = (facts: ClusterFacts) =>
  facts.storageClasses.map((c) => `${c.name}${c.default ? ' (default)' : ''}`).join(', ') || 'none';

const binds = (x: Extracted) =>
  services(x).flatMap((s) =>
    s.mounts.filter((m) => m.kind === 'bind' && !SOCKET.test(m.source)).map((m) => ({ ...m, service: s.name })),
  );

export const storageRules: readonly Rule[] = [
  {
    id: 'bind-mount',
    feature: 'volumes: bind mounts from the host',
    looks_for: 'compose volumes that mount a path of the host',
    asks: ['storageClasses'],
    severity: 'HIGH',
    because:
      'a node has no such folder: the container starts without its data or configuration, and what it writes is lost with the Pod',
    adjustment:
      'data folders become PersistentVolumeClaims, configuration files ConfigMaps, certificates and keys Secrets',
    words: /bind.?mount|\bvolumes?\b|\bstorage\b|\bpersisten/i,
    proof: { needs: ['volume'], rules: ['host-path', 'storage-class-missing', 'no-default-storage-class'] },
    find: (x, facts) =>
      binds(x).map((m) => ({
        place: m.place,
        local: 'no node has the document author’s folders; volumes here are claims, ConfigMaps and Secrets',
        evidence: `storageClasses: ${classes(facts)}`,
        adjustment: HOST_PATHS.test(m.source)
          ? `${word(m.target)}: leave the host’s ${word(m.source)} out`
          : m.file ||
              (m.readOnly && /\.(conf|cfg|ya?ml|json|ini|toml|sh|sql|env)(\.template)?$|\.d$|conf/.test(m.target))
            ? `${word(m.target)}: a ConfigMap made from ${word(m.source)}`
            : /ssl|tls|cert|key/i.test(m.target)
              ? `${word(m.target)}: a Secret of type kubernetes.io/tls`
              : `${word(m.target)}: a PersistentVolumeClaim (ReadWriteOnce${defaultClass(facts) === undefined ? '' : `, StorageClass ${defaultClass(facts)?.name}`}, size from what ${word(m.source)} holds)`,
      })),
  },
  {
    id: 'named-volume',
    feature: 'volumes: named volumes',
    looks_for: 'compose named volumes',
    asks: ['storageClasses'],
    severity: 'HIGH',
    because:
      'without a default StorageClass the claim stays Pending and the Pod never starts; with one, ownership and reach differ from a Docker volume',
    adjustment: 'a PersistentVolumeClaim or volumeClaimTemplate for each volume',
    words: /named volume|\bvolumes?\b|\bstorage\b|\bpersisten/i,
    proof: { needs: ['claim'], rules: ['storage-class-missing', 'no-default-storage-class'] },
    find: (x, facts) => {
      const standard = defaultClass(facts);
      const hidden = cantSee(facts, 'storageClasses', 'whether there is a default StorageClass');
      return services(x).flatMap((s) =>
        s.mounts.flatMap((m): Found[] => {
          if (m.kind !== 'volume') return [];
          const adjustment = `${word(m.source)} (${word(m.target)}): a PersistentVolumeClaim${standard === undefined ? ' that names a StorageClass' : ` on ${standard.name}`}`;
          if (standard !== undefined)
            return [
              {
                place: m.place,
                severity: 'MEDIUM',
                local: `volumes are claims on StorageClass ${standard.name}; files belong to the Pod’s fsGroup, not to the image’s user`,
                evidence: `storageClasses: ${classes(facts)}`,
                adjustment,
              },
            ];
          return [
            {
              place: m.place,
              ...(hidden ?? {
                local: 'there is no default StorageClass, a claim would stay Pending',
                evidence: `storageClasses: ${classes(facts)}`,
              }),
              adjustment,
            },
          ];
        }),
      );
    },
  },
  {
    id: 'shared-volume',
    feature: 'volumes: shared by several services (ReadWriteMany)',
    looks_for: 'one compose volume or folder mounted for writing by two or more services',
    asks: ['storageClasses'],
    severity: 'HIGH',
    because: 'a ReadWriteOnce claim attaches to one node: the second Pod doesn’t start elsewhere',
    adjustment: 'a ReadWriteMany claim on a class that can do it, or object storage, or one Pod for both containers',
    words: /shared|ReadWriteMany|\bRWX\b|\bvolumes?\b/i,
    proof: { needs: ['claim'], rules: ['read-write-many'] },
    find: (x, facts) =>
      x.composes.flatMap((compose) => {
        const users = new Map<string, Set<string>>();
        const mounts = compose.services.flatMap((s) =>
          s.mounts
            .filter(
              (m) =>
                (m.kind === 'volume' || m.kind === 'bind') &&
                !m.file &&
                !m.readOnly &&
                !SOCKET.test(m.source) &&
                !HOST_PATHS.test(m.source),
            )
            .map((m) => ({ ...m, service: s.name })),
        );
        for (const m of mounts) users.set(m.source, (users.get(m.source) ?? new Set()).add(m.service));
        return mounts
          .filter((m) => (users.get(m.source)?.size ?? 0) > 1)
          .map(
            (m): Found => ({
              place: m.place,
              ...manyWriters(facts),
              adjustment: `${word(m.source)}: a ReadWriteMany claim, or object storage`,
            }),
          );
      }),
  },
  {
    id: 'host-path',
    feature: 'volumes: hostPath',
    looks_for: 'hostPath volumes in Pods',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'restricted namespaces refuse it; elsewhere the data stays on one node and is lost to a Pod that moves',
    adjustment: 'a PersistentVolumeClaim for data, a ConfigMap for configuration, emptyDir for scratch space',
    words: /host.?path|\bvolumes?\b/i,
    proof: { needs: ['workload'] },
    find: (x, facts) =>
      x.pods.flatMap((pod) =>
        listOf(pod.spec.volumes).flatMap((volume, i): Found[] => {
          const path = textOf(dig(volume, 'hostPath', 'path'));
          if (path === undefined || SOCKET.test(path)) return [];
          const judged = admission(facts, 'baseline', HOST_PATHS.test(path) ? 'MEDIUM' : 'HIGH');
          return [
            {
              place: pod.at('volumes', i, 'hostPath', 'path'),
              ...judged,
              adjustment: HOST_PATHS.test(path)
                ? `${word(path)}: an agent of the platform reads the host; leave it out`
                : `${word(path)}: a PersistentVolumeClaim`,
            },
          ];
        }),
      ),
  },
  {
    id: 'storage-class-missing',
    feature: 'storage class by name',
    looks_for: 'a StorageClass named in a claim, a chart’s values or --set',
    asks: ['storageClasses'],
    severity: 'HIGH',
    because: 'a claim that names a class which isn’t there stays Pending, and its Pod never starts',
    adjustment: 'name a class of this cluster, or leave it out to take the default',
    words: /storage.?class|\bstorage\b|\bpersisten|\bPVCs?\b/i,
    proof: { needs: ['claim'] },
    find: (x, facts) => {
      const own = new Set(x.manifests.filter((m) => m.kind === 'StorageClass').map((m) => m.name));
      const judge = (name: string, place: Found['place']): Found[] => {
        if (name === '' || name === '-' || own.has(name) || !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) return [];
        if (facts.storageClasses.some((c) => c.name === name))
          return [
            {
              place,
              subject: name,
              severity: 'NONE',
              local: `StorageClass ${name} is there`,
              evidence: `storageClasses: ${classes(facts)}`,
            },
          ];
        const hidden = cantSee(facts, 'storageClasses', `whether StorageClass ${word(name)} exists`);
        const there = defaultClass(facts)?.name ?? facts.storageClasses[0]?.name;
        return [
          {
            place,
            subject: name,
            ...(hidden ?? {
              local: `there is no StorageClass ${word(name)}`,
              evidence: `storageClasses: ${classes(facts)}`,
            }),
            adjustment: `${word(name)} → ${there ?? 'a class the cluster’s operator adds'}`,
          },
        ];
      };
      return [
        ...claims(x).flatMap((c) => judge(textOf(dig(c.spec, 'storageClassName')) ?? '', c.at('storageClassName'))),
        ...x.settings
          .filter((s) => /^storage-?class(-?name)?$/i.test(s.key))
          .flatMap((s) => (typeof s.value === 'string' ? judge(s.value, s.place) : [])),
      ];
    },
  },
  {
    id: 'no-default-storage-class',
    feature: 'default storage class',
    looks_for: 'claims without a class, and prose that counts on a default StorageClass or dynamic provisioning',
    asks: ['storageClasses'],
    severity: 'HIGH',
    because: 'without a default class such a claim stays Pending, and its Pod never starts',
    adjustment: 'name a StorageClass in the claim (storageClassName), or have one marked as default',
    words: /default storage|storage.?class|dynamic.*provision|\bPV provisioner|\bPVCs?\b|\bpersisten/i,
    proof: { needs: ['claim'], rules: ['storage-class-missing'] },
    find: (x, facts) => {
      const places = [
        ...claims(x)
          .filter((c) => dig(c.spec, 'storageClassName') === undefined && dig(c.spec, 'volumeName') === undefined)
          .map((c) => c.at()),
        ...x.statements
          .filter((s) => s.topic === 'default-storage-class' || s.topic === 'dynamic-provisioning')
          .map((s) => s.place),
        ...x.settings
          .filter(
            (s) =>
              /^storage-?class(-?name)?$/i.test(s.key) &&
              s.value === '' &&
              s.path.some((p) => /persist|storage|volume/i.test(p)),
          )
          .map((s) => s.place),
      ];
      const standard = defaultClass(facts);
      if (standard !== undefined)
        return places.map(
          (place): Found => ({
            place,
            severity: 'NONE',
            local: `${standard.name} is the default StorageClass`,
            evidence: `storageClasses: ${classes(facts)}`,
          }),
        );
      const hidden = cantSee(facts, 'storageClasses', 'whether there is a default StorageClass');
      return places.map(
        (place): Found => ({
          place,
          ...(hidden ?? {
            local: 'no StorageClass is marked as default',
            evidence: `storageClasses: ${classes(facts)}`,
          }),
          adjustment:
            facts.storageClasses[0] === undefined
              ? 'ask for a StorageClass'
              : `storageClassName: ${facts.storageClasses[0].name}`,
        }),
      );
    },
  },
  {
    id: 'read-write-many',
    feature: 'ReadWriteMany volumes',
    looks_for: 'claims, values and prose that want ReadWriteMany',
    asks: ['storageClasses'],
    severity: 'HIGH',
    because: 'a class that can’t do ReadWriteMany leaves the claim Pending, or the second Pod waiting for the volume',
    adjustment:
      'a class that can do ReadWriteMany (NFS, CephFS …), or ReadWriteOnce with one replica, or object storage',
    words: /ReadWriteMany|\bRWX\b|shared (volume|storage)/i,
    proof: { needs: ['claim'] },
    find: (x, facts) => [
      ...claims(x).flatMap((c): Found[] =>
        listOf(dig(c.spec, 'accessModes')).includes('ReadWriteMany')
          ? [{ place: c.at('accessModes'), ...manyWriters(facts, textOf(dig(c.spec, 'storageClassName'))) }]
          : [],
      ),
      ...x.settings
        .filter((s) => s.value === 'ReadWriteMany')
        .map((s): Found => ({ place: s.place, ...manyWriters(facts) })),
      ...x.statements
        .filter((s) => s.topic === 'read-write-many')
        .map((s): Found => ({ place: s.place, ...manyWriters(facts) })),
    ],
  },
  {
    id: 'storage-provisioner-missing',
    feature: 'storage provisioner',
    looks_for: 'StorageClass manifests and their provisioner',
    asks: ['storageClasses'],
    severity: 'HIGH',
    because: 'a class whose provisioner isn’t installed makes no volumes: its claims stay Pending',
    adjustment: 'use a class of this cluster instead of creating one',
    words: /provisioner|\bCSI\b|storage.?class/i,
    proof: { needs: ['claim'], rules: ['storage-class-missing'] },
    find: (x, facts) =>
      x.manifests
        .filter((m) => m.kind === 'StorageClass')
        .map((m): Found => {
          const provisioner = textOf(m.object.provisioner) ?? '';
          const place = m.at('provisioner');
          if (facts.storageClasses.some((c) => c.provisioner === provisioner))
            return {
              place,
              subject: provisioner,
              severity: 'LOW',
              local: `classes of ${word(provisioner)} exist already; creating one needs cluster permissions`,
              evidence: `storageClasses: ${classes(facts)}`,
            };
          const hidden = cantSee(facts, 'storageClasses', `whether ${word(provisioner)} is installed`);
          return {
            place,
            subject: provisioner,
            ...(hidden ?? {
              local: `no class here uses ${word(provisioner)}`,
              evidence: `storageClasses: ${facts.storageClasses.map((c) => `${c.name} by ${c.provisioner}`).join(', ') || 'none'}`,
            }),
          };
        }),
  },
  {
    id: 'static-persistent-volume',
    feature: 'volumes: PersistentVolumes made by hand',
    looks_for: 'PersistentVolume manifests (hostPath, local, nfs)',
    asks: [],
    severity: 'MEDIUM',
    because:
      'PersistentVolumes belong to the cluster: making one needs its operator, and hostPath or local ones name a node of the author’s',
    adjustment: 'a PersistentVolumeClaim on a StorageClass instead of a PersistentVolume',
    words: /PersistentVolume\b|\bPVs?\b|static.*volume/i,
    proof: { needs: ['claim'], rules: ['storage-class-missing', 'no-default-storage-class'] },
    find: (x) =>
      x.manifests
        .filter((m) => m.kind === 'PersistentVolume')
        .map((m) => ({
          place: m.at('kind'),
          local: 'volumes are provisioned by a StorageClass; a PersistentVolume is cluster-scoped',
          evidence: 'PersistentVolume has no namespace',
        })),
  },
  {
    id: 'ephemeral-data',
    feature: 'volumes: data in emptyDir',
    looks_for: 'emptyDir mounted where a database keeps its data, and values that switch persistence off',
    asks: [],
    severity: 'HIGH',
    because: 'an emptyDir is deleted with its Pod: every reschedule loses the data',
    adjustment: 'a volumeClaimTemplate (StatefulSet) or PersistentVolumeClaim at that path',
    words: /emptyDir|ephemeral|\bpersisten|\bvolumes?\b/i,
    proof: { needs: ['claim'] },
    find: (x) => [
      ...x.pods.flatMap((pod) =>
        pod.containers.flatMap((c) =>
          listOf(c.raw.volumeMounts).flatMap((mount, i): Found[] => {
            const path = textOf(dig(mount, 'mountPath')) ?? '';
            const index = listOf(pod.spec.volumes).findIndex((v) => dig(v, 'name') === dig(mount, 'name'));
            const volume = listOf(pod.spec.volumes)[index];
            const empty = isJson(volume) && 'emptyDir' in volume;
            return empty && DATA.test(path)
              ? [
                  {
                    place: c.at('volumeMounts', i, 'mountPath'),
                    local: `what is written to ${word(path)} is lost with the Pod`,
                    evidence: 'the volume is an emptyDir',
                  },
                ]
              : [];
          }),
        ),
      ),
      ...x.settings
        .filter((s) => s.key === 'enabled' && s.value === false && /persistence/i.test(s.path.at(-2) ?? ''))
        .map(
          (s): Found => ({
            place: s.place,
            severity: 'MEDIUM',
            local: 'without persistence its data is lost with the Pod',
            evidence: 'persistence.enabled is false',
          }),
        ),
    ],
  },
  {
    id: 'compose-tmpfs',
    feature: 'volumes: tmpfs and shared memory',
    looks_for: 'compose tmpfs and shm_size',
    asks: [],
    severity: 'MEDIUM',
    because:
      'a container gets 64 MiB of /dev/shm and no tmpfs unless its Pod asks: PostgreSQL and browsers fail under load',
    adjustment: 'an emptyDir with medium: Memory and a sizeLimit, mounted at that path (/dev/shm for shm_size)',
    words: /tmpfs|shm|shared memory/i,
    proof: { needs: ['volume'] },
    find: (x) =>
      services(x).flatMap((s) => [
        ...s.mounts
          .filter((m) => m.kind === 'tmpfs')
          .map(
            (m): Found => ({
              place: m.place,
              severity: 'LOW',
              local: 'memory-backed folders are emptyDir volumes',
              evidence: 'Kubernetes has no tmpfs option',
            }),
          ),
        ...(s.raw.shm_size === undefined
          ? []
          : [
              {
                place: s.at('shm_size'),
                local: '/dev/shm is 64 MiB in every container',
                evidence: 'Kubernetes has no shm_size',
              },
            ]),
      ]),
  },
];

const DATA =
  /^\/(var\/lib\/(postgresql|mysql|mongodb|redis|elasticsearch|rabbitmq|grafana|clickhouse|weaviate|prometheus)|data|bitnami|usr\/share\/elasticsearch\/data|qdrant\/storage|var\/data)/;

/** Claims of their own and those of a StatefulSet's templates. */
export function claims(x: Extracted): { spec: unknown; at(...path: (string | number)[]): Found['place'] }[] {
  return x.manifests.flatMap((m) => {
    if (m.kind === 'PersistentVolumeClaim')
      return [{ spec: m.object.spec, at: (...path: (string | number)[]) => m.at('spec', ...path) }];
    return listOf(dig(m.object, 'spec', 'volumeClaimTemplates')).map((template, i) => ({
      spec: dig(template, 'spec'),
      at: (...path: (string | number)[]) => m.at('spec', 'volumeClaimTemplates', i, 'spec', ...path),
    }));
  });
}

function manyWriters(facts: ClusterFacts, name?: string): Pick<Found, 'severity' | 'local' | 'evidence'> {
  const asked = facts.storageClasses.filter((c) => name === undefined || c.name === name);
  const able = asked.find((c) => c.accessModes?.includes('ReadWriteMany'));
  const evidence = `storageClasses: ${facts.storageClasses.map((c) => `${c.name} ${c.accessModes?.join('/') ?? 'access modes not known'}`).join(', ') || 'none'}`;
  if (able !== undefined)
    return { severity: 'NONE', local: `StorageClass ${able.name} can do ReadWriteMany`, evidence };
  const hidden = cantSee(facts, 'storageClasses', 'which access modes the StorageClasses can do');
  if (hidden !== undefined) return hidden;
  if (asked.some((c) => c.accessModes === undefined))
    return { severity: 'UNKNOWN', local: 'whether a StorageClass can do ReadWriteMany is not known', evidence };
  return { severity: 'HIGH', local: 'no StorageClass here can do ReadWriteMany', evidence };
}
