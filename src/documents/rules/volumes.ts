import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, isJson, type Json, listOf, textOf } from '../extract/yaml.ts';
import { classes, manyWriters } from './claims.ts';
import { DATA_IMAGES, parseName } from './known-images.ts';
import { claim, HOST_PATHS, holds, instead, SOCKET } from './mounts.ts';
import { admission, cantSee, defaultClass, type Found, type Rule, services } from './rule.ts';

const binds = (x: Extracted) =>
  services(x).flatMap((s) =>
    s.mounts
      .filter((m) => m.kind === 'bind')
      .map((m) => ({ ...m, holds: holds(m), service: s.name }))
      .filter((m) => m.holds !== 'socket'),
  );

export const volumeRules: readonly Rule[] = [
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
    proof: { by: 'mount', rules: ['host-path', 'ephemeral-data', 'storage-class-missing', 'no-default-storage-class'] },
    find: (x, facts) =>
      binds(x).map(
        (m): Found => ({
          place: m.place,
          ...(m.holds === 'clock' ? { severity: 'MEDIUM' } : {}),
          local:
            m.holds === 'clock'
              ? 'without it times are shown in UTC, nothing else'
              : 'no node has the document author’s folders; volumes here are claims, ConfigMaps and Secrets',
          evidence: `storageClasses: ${classes(facts)}`,
          adjustment: instead(m, facts),
          about: { path: m.target, holds: m.holds, readOnly: m.readOnly },
        }),
      ),
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
    proof: { by: 'claim', rules: ['storage-class-missing', 'no-default-storage-class'], facts: ['storageClasses'] },
    find: (x, facts) => {
      const standard = defaultClass(facts);
      const hidden = cantSee(facts, 'storageClasses', 'whether there is a default StorageClass');
      return services(x).flatMap((s) =>
        s.mounts.flatMap((m): Found[] => {
          if (m.kind !== 'volume') return [];
          const adjustment = `${word(m.source)} (${word(m.target)}): ${claim(facts)}`;
          if (standard !== undefined)
            return [
              {
                place: m.place,
                severity: 'MEDIUM',
                local: `volumes are claims on StorageClass ${standard.name}; files belong to the Pod’s fsGroup, not to the image’s user`,
                evidence: `storageClasses: ${classes(facts)}`,
                adjustment,
                about: { path: m.target, holds: 'data', name: m.source },
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
              about: { path: m.target, holds: 'data', name: m.source },
            },
          ];
        }),
      );
    },
  },
  {
    id: 'shared-volume',
    feature: 'volumes: shared by several services (ReadWriteMany)',
    looks_for: 'one compose volume or folder mounted by two or more services, and written by one',
    asks: ['storageClasses'],
    severity: 'HIGH',
    because: 'a ReadWriteOnce claim attaches to one node: the second Pod doesn’t start elsewhere',
    adjustment: 'a ReadWriteMany claim on a class that can do it, or object storage, or one Pod for both containers',
    words: /shared|ReadWriteMany|\bRWX\b|\bvolumes?\b/i,
    proof: { by: 'shared-claim', rules: ['read-write-many', 'storage-class-missing'] },
    find: (x, facts) =>
      x.composes.flatMap((compose) => {
        const mounts = compose.services.flatMap((s) =>
          s.mounts
            .filter((m) => (m.kind === 'volume' || m.kind === 'bind') && !m.file)
            .filter((m) => m.kind === 'volume' || ['data', 'secret', 'configuration'].includes(holds(m)))
            .map((m) => ({ ...m, service: s.name })),
        );
        const users = new Map<string, Set<string>>();
        for (const m of mounts) users.set(m.source, (users.get(m.source) ?? new Set()).add(m.service));
        const written = new Set(mounts.filter((m) => !m.readOnly).map((m) => m.source));
        return mounts
          .filter((m) => (users.get(m.source)?.size ?? 0) > 1 && written.has(m.source))
          .map(
            (m): Found => ({
              place: m.place,
              ...manyWriters(facts, defaultClass(facts)?.name),
              adjustment: `${word(m.source)}: a ReadWriteMany claim, or object storage`,
              about: { path: m.target, holds: 'data', name: m.source },
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
    proof: { by: 'workload' },
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
    id: 'ephemeral-data',
    feature: 'volumes: data in emptyDir',
    looks_for: 'emptyDir mounted where a database keeps its data, and values that switch persistence off',
    asks: [],
    severity: 'HIGH',
    because: 'an emptyDir is deleted with its Pod: every reschedule loses the data',
    adjustment: 'a volumeClaimTemplate (StatefulSet) or PersistentVolumeClaim at that path',
    words: /emptyDir|ephemeral|\bpersisten|\bvolumes?\b/i,
    proof: { by: 'claim' },
    find: (x) => [
      ...x.pods.flatMap((pod) =>
        pod.containers.flatMap((c) =>
          listOf(c.raw.volumeMounts).flatMap((mount, i): Found[] => {
            const path = textOf(dig(mount, 'mountPath')) ?? '';
            const index = listOf(pod.spec.volumes).findIndex((v) => dig(v, 'name') === dig(mount, 'name'));
            const volume = listOf(pod.spec.volumes)[index];
            const empty = isJson(volume) && 'emptyDir' in volume;
            return empty && (DATA.test(path) || keepsData(c.raw, path))
              ? [
                  {
                    place: c.at('volumeMounts', i, 'mountPath'),
                    local: `what is written to ${word(path)} is lost with the Pod`,
                    evidence: 'the volume is an emptyDir',
                    about: { path, holds: 'data' },
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
    proof: { by: 'mount' },
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

/** A server of data, with a folder that is neither scratch nor configuration, or one that it is told to keep data in. */
function keepsData(container: Json, path: string): boolean {
  const image = textOf(container.image) ?? '';
  if (!DATA_IMAGES.test(parseName(image)) || SCRATCH.test(path)) return false;
  const told = [container.command, container.args].flat().map(String);
  return told.length === 0 || told.some((word) => word === path || word.endsWith(`=${path}`)) || !CONF.test(path);
}

const SCRATCH =
  /^\/(tmp|run|var\/run|var\/tmp|dev\/shm|var\/cache|var\/log|proc)(\/|$)|(^|\/)(cache|tmp|temp|logs?|run)$/;
const CONF = /^\/(etc|opt|usr|docker-entrypoint-init[\w-]*\.d)(\/|$)|conf|certs?|plugins|scripts|secrets?/;

const DATA =
  /^\/(var\/lib\/(postgresql|mysql|mongodb|redis|elasticsearch|rabbitmq|grafana|clickhouse|weaviate|prometheus)|data|bitnami|usr\/share\/elasticsearch\/data|qdrant\/storage|var\/data)/;
