import { type ImageReference, relocated } from './reference.ts';

/** What OpenShift's image configuration says about where an image may come from. Given as data; nothing is read here. */
export type ImagePolicies = {
  readonly mirrors: readonly MirrorRule[];
  /** image.config.openshift.io spec.registrySources; prefixes (`quay.io/team`) or `*.example.com`. */
  readonly blocked: readonly string[];
  /** undefined: everything not blocked is allowed. */
  readonly allowed?: readonly string[];
  readonly insecure: readonly string[];
  /** Where a short name is looked for, in order. */
  readonly searchRegistries: readonly string[];
  readonly signatures: readonly SignatureRule[];
};

export type MirrorRule = {
  readonly source: string;
  readonly mirrors: readonly string[];
  readonly pulls: 'digest' | 'tag';
  readonly neverContactSource: boolean;
  /** "ImageDigestMirrorSet apps". */
  readonly from: string;
};

export type SignatureRule = { readonly scope: string; readonly from: string };

export const NO_POLICIES: ImagePolicies = {
  mirrors: [],
  blocked: [],
  insecure: [],
  searchRegistries: [],
  signatures: [],
};

/** ImageDigestMirrorSet, ImageTagMirrorSet, ImageContentSourcePolicy, Image (config), ClusterImagePolicy, ImagePolicy. */
export function readImagePolicies(objects: readonly unknown[]): ImagePolicies {
  let policies: ImagePolicies = NO_POLICIES;
  for (const object of objects) {
    if (!isRecord(object) || typeof object.kind !== 'string' || !isRecord(object.spec)) continue;
    const metadata = isRecord(object.metadata) ? object.metadata : {};
    policies =
      READERS[object.kind]?.(policies, object.spec, `${object.kind} ${String(metadata.name ?? '')}`.trim()) ?? policies;
  }
  return policies;
}

type Spec = Record<string, unknown>;
type ReadSpec = (policies: ImagePolicies, spec: Spec, from: string) => ImagePolicies;

const mirrorSet =
  (field: string, pulls: MirrorRule['pulls']): ReadSpec =>
  (policies, spec, from) => ({
    ...policies,
    mirrors: [
      ...policies.mirrors,
      ...records(spec[field]).map((m) => ({
        source: String(m.source ?? ''),
        mirrors: texts(m.mirrors),
        pulls,
        neverContactSource: m.mirrorSourcePolicy === 'NeverContactSource',
        from,
      })),
    ],
  });

const signaturePolicy: ReadSpec = (policies, spec, from) => ({
  ...policies,
  signatures: [...policies.signatures, ...texts(spec.scopes).map((scope) => ({ scope, from }))],
});

const READERS: Readonly<Record<string, ReadSpec>> = {
  ImageDigestMirrorSet: mirrorSet('imageDigestMirrors', 'digest'),
  ImageTagMirrorSet: mirrorSet('imageTagMirrors', 'tag'),
  ImageContentSourcePolicy: mirrorSet('repositoryDigestMirrors', 'digest'),
  ClusterImagePolicy: signaturePolicy,
  ImagePolicy: signaturePolicy,
  Image: (policies, spec) => {
    const sources = isRecord(spec.registrySources) ? spec.registrySources : {};
    const allowed = texts(sources.allowedRegistries);
    return {
      ...policies,
      blocked: [...policies.blocked, ...texts(sources.blockedRegistries)],
      ...(allowed.length === 0 ? {} : { allowed: [...(policies.allowed ?? []), ...allowed] }),
      insecure: [...policies.insecure, ...texts(sources.insecureRegistries)],
      searchRegistries: [...policies.searchRegistries, ...texts(sources.containerRuntimeSearchRegistries)],
    };
  },
};

export type Candidate = {
  readonly reference: ImageReference;
  /** "the source itself", or the object that names the mirror. */
  readonly because: string;
  /** It may not be contacted: by whose word. */
  readonly blocked?: string;
  readonly insecure: boolean;
};

export type Sources = {
  /** In the order the runtime would try them. */
  readonly candidates: readonly Candidate[];
  /** Policies that demand a signature for this image. */
  readonly signatures: readonly string[];
  /** The image may not be used at all, whatever a mirror holds. */
  readonly blocked?: string;
  /** Rules that name this image, but serve only the other way of naming it (a digest, or a tag). */
  readonly idle: readonly MirrorRule[];
};

/**
 * The order of CRI-O (containers/image sysregistriesv2, filled by the machine config operator): of all mirror entries the
 * one with the longest matching source counts; its mirrors in order, then the source unless NeverContactSource. Digest
 * mirrors serve only pulls by digest, tag mirrors only pulls by tag. A blocked registry blocks its mirrored images only at
 * the source; allowedRegistries judges the name as it was written.
 */
export function sourcesFor(reference: ImageReference, policies: ImagePolicies): Sources {
  const names = shortNames(reference, policies);
  const sources = names.map((name) => sourcesOfName(name, policies));
  const blocked = sources.map((s) => s.blocked);
  return {
    candidates: sources.flatMap((s) => s.candidates),
    signatures: [...new Set(sources.flatMap((s) => s.signatures))],
    idle: sources.flatMap((s) => s.idle),
    ...(blocked.every((b) => b !== undefined) && blocked[0] !== undefined ? { blocked: blocked[0] } : {}),
  };
}

function shortNames(reference: ImageReference, policies: ImagePolicies): ImageReference[] {
  if (!reference.expanded || policies.searchRegistries.length === 0) return [reference];
  const path = reference.repository.replace(/^library\//, '');
  return policies.searchRegistries.map((registry) =>
    relocated(reference, registry, registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path),
  );
}

function sourcesOfName(reference: ImageReference, policies: ImagePolicies): Sources {
  const name = `${reference.registry}/${reference.repository}`;
  const pulls = reference.digest === undefined ? 'tag' : 'digest';
  const scopes = policies.mirrors.filter((m) => within(name, m.source)).map((m) => m.source);
  const scope = longest(scopes);
  const rules = policies.mirrors.filter((m) => m.source === scope);
  const usable = rules.filter((m) => m.pulls === pulls);

  const mirrored: Candidate[] = usable.flatMap((rule) =>
    rule.mirrors.map((mirror) =>
      candidate(moved(reference, rule.source, mirror), `mirror of ${rule.source}, ${rule.from}`, policies),
    ),
  );
  const silent = rules.find((m) => m.neverContactSource);
  const own = candidate(reference, 'the source itself', policies);
  const source: Candidate =
    silent !== undefined && own.blocked === undefined
      ? { ...own, blocked: `${silent.from} says NeverContactSource for ${silent.source}` }
      : own;

  const signatures = policies.signatures.filter((s) => within(name, s.scope));
  const strictest = longest(signatures.map((s) => s.scope));
  const blocked =
    notAllowed(name, policies) ?? (mirrored.some((m) => m.blocked === undefined) ? undefined : source.blocked);
  return {
    candidates: [...unique(mirrored), source],
    signatures: signatures.filter((s) => s.scope === strictest).map((s) => s.from),
    idle: rules.filter((m) => m.pulls !== pulls),
    ...(blocked === undefined ? {} : { blocked }),
  };
}

function candidate(reference: ImageReference, because: string, policies: ImagePolicies): Candidate {
  const name = `${reference.registry}/${reference.repository}`;
  const blocked = policies.blocked.find((scope) => within(name, scope));
  return {
    reference,
    because,
    insecure: policies.insecure.some((scope) => within(name, scope)),
    ...(blocked === undefined ? {} : { blocked: `image.config registrySources.blockedRegistries lists ${blocked}` }),
  };
}

function notAllowed(name: string, { allowed }: ImagePolicies): string | undefined {
  if (allowed === undefined || allowed.some((scope) => within(name, scope))) return undefined;
  return `image.config registrySources.allowedRegistries lists only ${allowed.slice(0, 5).join(', ')}`;
}

/** `quay.io/team` in `quay.io/team/app`, but not in `quay.io/teams/app`; `*.example.com` in any host below it. */
export function within(name: string, scope: string): boolean {
  const [head = '', ...rest] = scope.split('/');
  if (!head.startsWith('*.')) return name === scope || name.startsWith(`${scope}/`) || host(name) === scope;
  const [nameHost = '', ...path] = name.split('/');
  const prefix = rest.join('/');
  return nameHost.endsWith(head.slice(1)) && (prefix === '' || `${path.join('/')}/`.startsWith(`${prefix}/`));
}

const host = (name: string) => name.split('/', 1)[0] ?? name;

function moved(reference: ImageReference, source: string, mirror: string): ImageReference {
  const name = `${reference.registry}/${reference.repository}`;
  const rest = source.startsWith('*.') ? reference.repository : name.slice(source.length).replace(/^\//, '');
  const [registry = '', ...path] = (rest === '' ? mirror : `${mirror}/${rest}`).split('/');
  return relocated(reference, registry, path.join('/'));
}

function unique(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ reference }) => {
    const isNew = !seen.has(reference.canonical);
    seen.add(reference.canonical);
    return isNew;
  });
}

const longest = (scopes: readonly string[]) => [...scopes].sort((a, b) => b.length - a.length)[0];
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const records = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : []);
const texts = (value: unknown) => (Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : []);
