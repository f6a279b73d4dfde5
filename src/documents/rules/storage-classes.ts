import { word } from '../document.ts';
import { dig, listOf, textOf } from '../extract/yaml.ts';
import { claims, classes, manyWriters } from './claims.ts';
import { cantSee, defaultClass, type Found, type Rule } from './rule.ts';

export const storageClassRules: readonly Rule[] = [
  {
    id: 'storage-class-missing',
    feature: 'storage class by name',
    looks_for: 'a StorageClass named in a claim, a chart’s values or --set',
    asks: ['storageClasses'],
    severity: 'HIGH',
    because: 'a claim that names a class which isn’t there stays Pending, and its Pod never starts',
    adjustment: 'name a class of this cluster, or leave it out to take the default',
    words: /storage.?class|\bstorage\b|\bpersisten|\bPVCs?\b/i,
    proof: { by: 'claim', facts: ['storageClasses'] },
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
            about: { name },
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
    words: /default storage|storage.?class|dynamic.{0,100}provision|\bPV provisioner|\bPVCs?\b|\bpersisten/i,
    proof: { by: 'claim', rules: ['storage-class-missing'], facts: ['storageClasses'] },
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
    proof: { by: 'claim', facts: ['storageClasses'] },
    find: (x, facts) => [
      ...claims(x).flatMap((c): Found[] =>
        listOf(dig(c.spec, 'accessModes')).includes('ReadWriteMany')
          ? [
              {
                place: c.at('accessModes'),
                ...manyWriters(facts, textOf(dig(c.spec, 'storageClassName')) ?? defaultClass(facts)?.name),
              },
            ]
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
    proof: { by: 'claim', rules: ['storage-class-missing'] },
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
    words: /PersistentVolume\b|\bPVs?\b|static.{0,100}volume/i,
    proof: { by: 'claim', rules: ['storage-class-missing', 'no-default-storage-class'] },
    find: (x) =>
      x.manifests
        .filter((m) => m.kind === 'PersistentVolume')
        .map((m) => ({
          place: m.at('kind'),
          local: 'volumes are provisioned by a StorageClass; a PersistentVolume is cluster-scoped',
          evidence: 'PersistentVolume has no namespace',
        })),
  },
];
