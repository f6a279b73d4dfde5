import { word } from '../document.ts';
import { cantSee, type Found, type Rule } from './rule.ts';
import { atLeast, compareVersions } from './version.ts';

export const versionRules: readonly Rule[] = [
  {
    id: 'api-missing',
    feature: 'APIs',
    looks_for: 'the apiVersion and kind of every manifest (not those whose CRD the document brings)',
    asks: ['apis'],
    severity: 'HIGH',
    because: 'the API server refuses a kind it doesn’t serve',
    adjustment: 'the version that is served, or the operator that brings the kind',
    words: /\bAPIs?\b|\bCRDs?\b|custom resource|operator|deprecat|removed/i,
    proof: { by: 'objects', facts: ['apis'] },
    find: (x, facts) => {
      const brought = new Set(
        x.manifests.filter((m) => m.kind === 'CustomResourceDefinition').map((m) => crdOf(m.object)),
      );
      return x.manifests.flatMap((m): Found[] => {
        const group = m.apiVersion.includes('/') ? (m.apiVersion.split('/')[0] ?? '') : '';
        if (
          brought.has(`${group}/${m.kind}`) ||
          !/^[\w./-]{1,120}$/.test(m.gvk) ||
          m.kind === 'List' ||
          isReadByPrograms(group, m.apiVersion, m.kind)
        )
          return [];
        const served = facts.apis(m.gvk);
        const base = { place: m.at('apiVersion'), subject: m.gvk, about: { name: m.gvk } };
        if (served === 'served')
          return [{ ...base, severity: 'NONE', local: `${m.gvk} is served`, evidence: 'apis: served' }];
        const hidden =
          served === 'unknown'
            ? (cantSee(facts, 'apis', `whether ${m.gvk} is served`) ?? {
                severity: 'UNKNOWN' as const,
                local: `whether ${m.gvk} is served could not be seen`,
                evidence: 'apis: unknown',
              })
            : undefined;
        const instead = facts.instead?.(m.gvk);
        return [
          {
            ...base,
            ...(hidden ?? { local: `${m.gvk} is not served here`, evidence: 'apis: missing' }),
            ...(instead === undefined ? {} : { adjustment: `${m.gvk} → ${instead}` }),
          },
        ];
      });
    },
  },
  {
    id: 'kubernetes-version',
    feature: 'Kubernetes version',
    looks_for: 'required Kubernetes versions in prose, tables and Chart.yaml',
    asks: ['kubernetes'],
    severity: 'HIGH',
    because: 'what was added later is refused by an older API server, helm doesn’t install',
    adjustment: 'a release of the software that supports this version, or an upgrade of the cluster first',
    words: /kubernetes|k8s|\bversion/i,
    proof: {
      by: 'item',
      kinds: ['configuration'],
      facts: ['kubernetes'],
      why: 'no manifest shows the cluster’s version',
    },
    find: (x, facts) =>
      x.versions
        .filter((v) => v.product === 'Kubernetes')
        .map((v) =>
          judged(v, facts.kubernetes?.version, 'Kubernetes', cantSee(facts, 'kubernetes', 'the Kubernetes version')),
        ),
  },
  {
    id: 'openshift-version',
    feature: 'OpenShift version',
    looks_for: 'required OpenShift versions in prose and tables',
    asks: ['openshift'],
    severity: 'HIGH',
    because: 'without OpenShift, or with an older one, its APIs (Route, SCC, OLM) aren’t there',
    adjustment: 'a release for this version, or the plain Kubernetes way of the same document',
    words: /openshift|\bOCP\b|\bversion/i,
    proof: {
      by: 'item',
      kinds: ['configuration'],
      facts: ['openshift'],
      why: 'no manifest shows the cluster’s version',
    },
    find: (x, facts) =>
      x.versions
        .filter((v) => v.product === 'OpenShift')
        .map((v): Found => {
          const hidden = cantSee(facts, 'openshift', 'whether this is OpenShift');
          if (facts.openshift !== undefined || hidden !== undefined)
            return judged(v, facts.openshift?.version, 'OpenShift', hidden);
          // "Kubernetes 1.24+ or OpenShift 4.12+" asks for one of the two.
          const either = x.versions.some((other) => other.product === 'Kubernetes');
          return {
            place: v.place,
            ...(either ? { severity: 'NONE' } : {}),
            local: either ? 'not OpenShift; the document names a Kubernetes version, too' : 'this is not OpenShift',
            evidence: 'openshift: not there',
          };
        }),
  },
  {
    id: 'service-version',
    feature: 'versions of services it needs',
    looks_for: 'required versions of PostgreSQL, MySQL, Redis, MongoDB, Elasticsearch, cert-manager, Istio',
    asks: [],
    severity: 'MEDIUM',
    because: 'an older database or operator starts, and fails where the document counts on a newer one',
    adjustment: 'name the one that will be used as an item (image or operator), in that version',
    words: /postgres|mysql|mariadb|redis|mongo|elasticsearch|cert-manager|istio|database|\bversion/i,
    proof: { by: 'image', facts: ['images'] },
    find: (x) => {
      const seen = x.images.map((i) => i.reference);
      return x.versions
        .filter((v) => SERVICES[v.product] !== undefined)
        .flatMap((v): Found[] => {
          const own = seen.find((r) => SERVICES[v.product]?.test(r));
          const tag = /:v?(\d+(?:\.\d+)*)/.exec(own ?? '')?.[1];
          if (own !== undefined && tag !== undefined && compareVersions(tag, v.atLeast) >= 0)
            return [
              {
                place: v.place,
                subject: v.product,
                severity: 'NONE',
                local: `the document brings ${word(own)}`,
                evidence: 'an image of the document',
              },
            ];
          return [
            {
              place: v.place,
              subject: v.product,
              local: `no fact of the cluster shows ${v.product} ${v.atLeast}`,
              evidence: 'not among the cluster’s facts',
            },
          ];
        });
    },
  },
];

const SERVICES: Readonly<Record<string, RegExp>> = {
  PostgreSQL: /(^|\/)(postgres|postgresql|postgis)(-\d+)?(:|@|$)/,
  MySQL: /(^|\/)mysql(:|@|$)/,
  MariaDB: /(^|\/)mariadb(:|@|$)/,
  Redis: /(^|\/)(redis|valkey)(-stack|-server)?(:|@|$)/,
  MongoDB: /(^|\/)mongo(db)?(:|@|$)/,
  Elasticsearch: /(^|\/)elasticsearch(:|@|$)/,
  'cert-manager': /(^|\/)cert-manager-controller(:|@|$)/,
  Istio: /(^|\/)pilot(:|@|$)/,
};

type Required = { atLeast: string; atMost?: string; place: Found['place'] };

function judged(
  v: Required,
  actual: string | undefined,
  product: string,
  hidden: Pick<Found, 'severity' | 'local' | 'evidence'> | undefined,
): Found {
  if (actual === undefined)
    return {
      place: v.place,
      severity: 'UNKNOWN',
      ...(hidden ?? {
        local: `the ${product} version could not be seen`,
        evidence: `${product.toLowerCase()}: not seen`,
      }),
    };
  const evidence = `${product} ${actual}`;
  if (!atLeast(actual, v.atLeast))
    return { place: v.place, local: `${product} is ${actual}, older than ${v.atLeast}`, evidence };
  const newer = v.atMost !== undefined && compareVersions(trimmed(actual, v.atMost), v.atMost) > 0;
  if (newer)
    return {
      place: v.place,
      severity: 'MEDIUM',
      local: `${product} is ${actual}, newer than ${v.atMost}, the last the document names`,
      evidence,
    };
  return { place: v.place, severity: 'NONE', local: `${product} is ${actual}`, evidence };
}

const trimmed = (actual: string, like: string) =>
  actual.replace(/^v/, '').split('.').slice(0, like.split('.').length).join('.');

function crdOf(object: unknown): string {
  const spec = typeof object === 'object' && object !== null && 'spec' in object ? object.spec : undefined;
  if (typeof spec !== 'object' || spec === null) return '';
  const names = 'names' in spec && typeof spec.names === 'object' && spec.names !== null ? spec.names : {};
  return `${'group' in spec ? String(spec.group) : ''}/${'kind' in names ? String(names.kind) : ''}`;
}

/** Configuration that a program reads from a file: it looks like an object, and no API server is ever sent it. */
const PROGRAMS =
  /^(kustomize\.config\.k8s\.io|kustomize|kind\.x-k8s\.io|k3d\.io|kubeadm\.k8s\.io|eksctl\.io|audit\.k8s\.io|apiserver\.(config\.)?k8s\.io|client\.authentication\.k8s\.io|imagepolicy\.k8s\.io|skaffold|backstage\.io|k0sctl\.k0sproject\.io|kubeone\.k8c\.io|kops\.k8s\.io|krew\.googlecontainertools\.github\.com|scorecard\.operatorframework\.io|mirror\.openshift\.io|(kubelet|kubescheduler|kubeproxy|kubecontrollermanager|controlplane|apiserver|abac|apidiscovery|resourcequota\.admission|eventratelimit\.admission|podtolerationrestriction\.admission|pod-security\.admission|[\w.-]+)\.config\.k8s\.io|credentialprovider\.kubelet\.k8s\.io|[\w.-]+\.admission\.k8s\.io|tools\.[\w.-]+|ctlptl\.dev|devspace\.sh|werf\.io|cli\.[\w.-]+)$/;

function isReadByPrograms(group: string, apiVersion: string, kind: string): boolean {
  if (PROGRAMS.test(group)) return true;
  // A kubeconfig, Tilt's and ctlptl's files.
  return apiVersion === 'v1' && kind === 'Config';
}
