import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, listOf, textOf } from '../extract/yaml.ts';
import { contexts, flags } from './contexts.ts';
import { isPostgres, parseName, postgresData, rootImage } from './known-images.ts';
import { admission, cantSee, type Found, isOpenShift, type Rule, services } from './rule.ts';

/** Bitnami’s charts take the ids out on OpenShift by themselves, unless that is switched off. */
const adapted = (x: Extracted): boolean =>
  x.settings.some((s) => s.key === 'adaptSecurityContext' && (s.value === 'auto' || s.value === 'force'));

const isDefault = (data: string) => data === '/var/lib/postgresql/data';

/** Strictly below: the mount itself isn't a folder that the image makes. */
const isBelow = (path: string, mount: string) => path.startsWith(`${mount.replace(/(?<!\/)\/+$/, '')}/`);

const workload = { by: 'workload' } as const;

export const userRules: readonly Rule[] = [
  {
    id: 'root-user',
    feature: 'containers run as root',
    looks_for: 'user: root or 0, runAsUser: 0, runAsNonRoot: false',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because:
      'under the restricted level and OpenShift’s default SCC a container that must be root isn’t admitted or doesn’t start',
    adjustment:
      'an image that runs as a numbered user (nginxinc/nginx-unprivileged, bitnami …), runAsNonRoot: true; or an SCC granted to its service account (nonroot-v2, anyuid)',
    words: /\broot\b|run.?as|\buser\b|\bSCC\b|security context/i,
    proof: { by: 'workload', rules: ['image-runs-as-root'] },
    find: (x, facts) => {
      const places = [
        ...services(x)
          .filter((s) => /^(root|0)(:|$)/.test(textOf(s.raw.user) ?? ''))
          .map((s) => s.at('user')),
        ...contexts(x).flatMap(({ get }) => [
          ...(get('runAsUser').value === 0 ? [get('runAsUser').place] : []),
          ...(get('runAsNonRoot').value === false ? [get('runAsNonRoot').place] : []),
        ]),
        ...flags(x, /^runAsUser$/, 0).map((s) => s.place),
        ...flags(x, /^runAsNonRoot$/, false).map((s) => s.place),
      ];
      return places.map((place) => ({ place, ...admission(facts, 'restricted', 'NONE') }));
    },
  },
  {
    id: 'image-runs-as-root',
    feature: 'images that start as root',
    looks_for: 'well-known images that start as root to prepare their folders, with no other user set',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'with a user of the namespace’s range they can’t chown their data or bind port 80, and exit',
    adjustment:
      'the unprivileged build of the image, or a user and fsGroup it supports, or an SCC granted to its service account',
    words: /\broot\b|arbitrary u(ser|id)|\bSCC\b|\buser\b/i,
    proof: workload,
    find: (x, facts) => {
      const judged = admission(facts, 'restricted', 'NONE');
      const at = (
        place: Found['place'],
        image: string,
        pgdata: string | undefined,
        targets: readonly string[],
      ): Found[] => {
        // The postgres image runs as any user when its data is in a folder it makes itself, below the mount.
        const data = postgresData(image, pgdata);
        const owns =
          isPostgres(image) &&
          (targets.some((t) => isBelow(data, t)) ||
            (pgdata !== undefined && !targets.includes(data) && !isDefault(data)));
        const instead = owns ? undefined : rootImage(image);
        return instead === undefined ? [] : [{ place, ...judged, adjustment: `${word(parseName(image))}: ${instead}` }];
      };
      return [
        ...services(x).flatMap((s) =>
          s.imageName === undefined || s.raw.user !== undefined
            ? []
            : at(
                s.at('image'),
                s.imageName,
                s.environment.find((e) => e.name === 'PGDATA')?.value,
                s.mounts.map((m) => m.target),
              ),
        ),
        ...contexts(x).flatMap(({ c, get }) =>
          get('runAsUser').value !== undefined || get('runAsNonRoot').value === true
            ? []
            : at(
                c.at('image'),
                textOf(c.raw.image) ?? '',
                textOf(
                  dig(
                    listOf(c.raw.env).find((e) => dig(e, 'name') === 'PGDATA'),
                    'value',
                  ),
                ),
                listOf(c.raw.volumeMounts).map((m) => textOf(dig(m, 'mountPath')) ?? ''),
              ),
        ),
      ];
    },
  },
  {
    id: 'fixed-user-id',
    feature: 'fixed user and group ids',
    looks_for: 'compose user, runAsUser, runAsGroup or fsGroup with a number other than 0',
    asks: ['openshift'],
    severity: 'HIGH',
    because: 'OpenShift’s restricted-v2 SCC admits only ids of the namespace’s own range',
    adjustment:
      'leave runAsUser and fsGroup out, so that the namespace’s range is used; or grant nonroot-v2 to the service account',
    words: /\bu(ser )?ids?\b|runAsUser|fsGroup|\buser\b|\bSCC\b/i,
    proof: workload,
    find: (x, facts) => {
      const fixed = (value: unknown) =>
        /^[1-9]\d{0,8}(:\d+)?$/.test(textOf(value) ?? '') && Number(String(value).split(':')[0]) < 1_000_000_000;
      const places = [
        ...services(x)
          .filter((s) => fixed(s.raw.user))
          .map((s) => s.at('user')),
        ...contexts(x).flatMap(({ get }) =>
          ['runAsUser', 'fsGroup'].flatMap((key) => (fixed(get(key).value) ? [get(key).place] : [])),
        ),
        ...(adapted(x) ? [] : x.settings.filter((s) => /^(runAsUser|fsGroup)$/.test(s.key) && fixed(s.value))).map(
          (s) => s.place,
        ),
      ];
      if (isOpenShift(facts) === false)
        return places.map((place) => ({
          place,
          severity: 'NONE' as const,
          local: 'any user id but 0 is admitted',
          evidence: 'not OpenShift',
        }));
      const hidden = cantSee(facts, 'openshift', 'whether this is OpenShift, which admits only a namespace’s own ids,');
      return places.map((place) => ({
        place,
        ...(hidden ?? {
          local: 'the restricted-v2 SCC admits only ids of the namespace’s range',
          evidence: `OpenShift ${facts.openshift?.version}`,
        }),
      }));
    },
  },
  {
    id: 'scc-grant',
    feature: 'security context constraints granted to a service account',
    looks_for: 'oc adm policy add-scc-to-user or add-scc-to-group',
    asks: ['openshift'],
    severity: 'HIGH',
    because: 'it needs a cluster administrator, and elsewhere than on OpenShift there are no SCCs',
    adjustment:
      'an image that runs under restricted-v2; else a RoleBinding to system:openshift:scc:nonroot-v2 (or anyuid) that the cluster’s operator approves',
    words: /\bSCC\b|security context constraint|anyuid/i,
    proof: { by: 'workload', rules: ['root-user', 'privileged', 'fixed-user-id', 'image-runs-as-root'] },
    find: (x, facts) => {
      const hidden = cantSee(facts, 'openshift', 'whether this is OpenShift');
      const judged =
        facts.openshift !== undefined
          ? {
              severity: 'MEDIUM' as const,
              local: 'granting an SCC needs a cluster administrator',
              evidence: `OpenShift ${facts.openshift.version}`,
            }
          : (hidden ?? { local: 'there are no SecurityContextConstraints here', evidence: 'not OpenShift' });
      return x.commands
        .filter((c) => /^oc adm policy add-scc-to-/.test(c.text))
        .map((c) => ({ place: c.place, ...judged }));
    },
  },
  {
    id: 'cluster-scoped-objects',
    feature: 'cluster-wide permissions',
    looks_for: 'cluster-scoped kinds in manifests, and prose or commands that need cluster-admin',
    asks: [],
    severity: 'MEDIUM',
    because: 'an identity that may only write to its namespace can’t create them',
    adjustment: 'have the cluster’s operator create them first, or use Roles in the namespace instead of ClusterRoles',
    words: /cluster.?(admin|role|scoped|wide)|\bRBAC\b|permission/i,
    proof: { by: 'objects' },
    find: (x) => [
      ...x.manifests
        .filter((m) => CLUSTER_SCOPED.has(m.kind))
        .map((m) => ({
          place: m.at('kind'),
          local: 'a cluster-scoped kind: more than permissions in one namespace are needed',
          evidence: `${word(m.kind)} has no namespace`,
        })),
      ...x.statements
        .filter((s) => s.topic === 'cluster-admin')
        .map((s) => ({
          place: s.place,
          local: 'whether this identity is cluster-admin is checked by cluster-reality-check',
          evidence: 'the document asks for cluster-admin',
        })),
      ...x.commands
        .filter((c) => /^(kubectl|oc) create clusterrolebinding\b/.test(c.text))
        .map((c) => ({
          place: c.place,
          local: 'a cluster-scoped kind: more than permissions in one namespace are needed',
          evidence: 'ClusterRoleBinding has no namespace',
        })),
    ],
  },
];

const CLUSTER_SCOPED = new Set(
  'ClusterRole ClusterRoleBinding CustomResourceDefinition StorageClass IngressClass PriorityClass RuntimeClass ValidatingWebhookConfiguration MutatingWebhookConfiguration APIService SecurityContextConstraints ClusterIssuer PodSecurityPolicy'.split(
    ' ',
  ),
);
