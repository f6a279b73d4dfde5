/**
 * The distribution project's reference grammar (github.com/distribution/reference): `[domain/]path[:tag][@digest]`.
 * A short name is expanded as containerd and Docker do (`redis` is docker.io/library/redis:latest); runtimes with search
 * registries ask those instead (mirrors.ts), which is why `expanded` is part of the evidence.
 */
export type ImageReference = {
  /** As it was given, without surrounding blanks. */
  readonly given: string;
  /** Host and port: `docker.io`, `registry.example.com:5000`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
  /** One spelling for one thing: `docker.io/library/redis:7`; a digest wins over a tag, as it does when pulling. */
  readonly canonical: string;
  /** The name had no registry, and one was filled in. */
  readonly expanded: boolean;
};

export type ParsedReference = { ok: true; reference: ImageReference } | { ok: false; message: string };

const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const DIGEST_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const MAX_NAME = 255;
/** Name, tag and digest are shorter than this together; a longer text is something else. */
const MAX_REFERENCE = 1024;

export const DOCKER_HUB = 'docker.io';

export function parseReference(text: string): ParsedReference {
  const given = text.trim();
  const no = (why: string): ParsedReference => ({
    ok: false,
    message: `"${shorten(given)}" is not an image reference: ${why}`,
  });

  if (given === '') return no('it is empty');
  if (given.length > MAX_REFERENCE) return no(`its name is longer than ${MAX_NAME} characters`);
  if (/\s/.test(given)) return no('it contains a blank');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given);
  if (scheme !== null) return no(`leave out "${scheme[0]}"; a reference starts with the registry's host`);
  if (/\$\{|\{\{|<[^<>]*>/.test(given)) return no('it contains a placeholder that has no value yet');

  const at = given.indexOf('@');
  const digest = at === -1 ? undefined : given.slice(at + 1);
  const named = at === -1 ? given : given.slice(0, at);
  if (digest !== undefined) {
    const problem = digestProblem(digest);
    if (problem !== undefined) return no(problem);
  }

  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  const name = hasTag ? named.slice(0, colon) : named;
  if (tag !== undefined && !TAG.test(tag)) {
    return no(
      `the tag "${shorten(tag)}" must start with a letter, digit or _ and hold at most 128 of letters, digits, _ . -`,
    );
  }

  const { domain, path } = splitDomain(name);
  if (domain !== undefined && !DOMAIN.test(domain))
    return no(`"${shorten(domain)}" is not a host with an optional port`);
  if (Number(/:(\d+)$/.exec(domain ?? '')?.[1] ?? 0) > 65_535) return no(`${domain} has no such port`);
  if (path === '') return no('the repository is missing');
  for (const component of path.split('/')) {
    if (component === '') return no('the repository has an empty part (//, or a slash at an end)');
    if (/[A-Z]/.test(component)) return no(`the repository must be lower case, "${shorten(component)}" is not`);
    if (!COMPONENT.test(component)) {
      return no(`"${shorten(component)}" may hold only a-z and 0-9, joined by single . or _, __ or -`);
    }
  }

  const registry = normalDomain(domain ?? DOCKER_HUB);
  const repository = registry === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path;
  if (`${registry}/${repository}`.length > MAX_NAME) return no(`its name is longer than ${MAX_NAME} characters`);
  if (domain === undefined && /^[0-9a-f]{64}$/.test(name)) return no('64 hex digits are an image id, not a name');

  const effectiveTag = tag ?? (digest === undefined ? 'latest' : undefined);
  return {
    ok: true,
    reference: {
      given,
      registry,
      repository,
      ...(effectiveTag === undefined ? {} : { tag: effectiveTag }),
      ...(digest === undefined ? {} : { digest }),
      canonical: `${registry}/${repository}${digest === undefined ? `:${effectiveTag}` : `@${digest}`}`,
      expanded: domain === undefined,
    },
  };
}

/** The same image in another place, as a mirror or a search registry holds it. */
export function relocated(reference: ImageReference, registry: string, repository: string): ImageReference {
  const { tag, digest } = reference;
  return {
    ...reference,
    registry,
    repository,
    canonical: `${registry}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`,
  };
}

/** The first part is a host if it looks like one; otherwise the whole name is a path on the default registry. */
function splitDomain(name: string): { domain: string | undefined; path: string } {
  const slash = name.indexOf('/');
  if (slash === -1) return { domain: undefined, path: name };
  const first = name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  return isHost ? { domain: first, path: name.slice(slash + 1) } : { domain: undefined, path: name };
}

function normalDomain(domain: string): string {
  const lower = domain.toLowerCase();
  return lower === 'index.docker.io' || lower === 'registry-1.docker.io' ? DOCKER_HUB : lower;
}

function digestProblem(digest: string): string | undefined {
  if (!DIGEST.test(digest)) return `"${shorten(digest)}" is not a digest (sha256: and 64 hex digits)`;
  const [algorithm = '', hex = ''] = digest.split(':');
  const length = DIGEST_LENGTH[algorithm];
  if (length !== undefined && (hex.length !== length || /[A-F]/.test(hex))) {
    return hex.length === length
      ? `a ${algorithm} digest is written in lower-case hex digits`
      : `a ${algorithm} digest has ${length} lower-case hex digits, this one has ${hex.length}`;
  }
  return undefined;
}

const shorten = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}…` : text);
