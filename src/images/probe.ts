import type { Answer } from './ask.ts';
import type { ConfigAnswer } from './config.ts';
import type { Conversation } from './conversation.ts';
import { nearestTags } from './nearest.ts';
import { MANIFEST_TYPES, platformOf, readManifest, runsOn, spell } from './platforms.ts';
import type { ImageReference } from './reference.ts';
import type { Platform } from './verdict.ts';

/** What one source says about the image, before policies and other sources have their say. */
export type Finding = {
  readonly reason: string;
  readonly message: string;
  readonly digest?: string;
  readonly platforms?: readonly Platform[];
  readonly suggestion?: string;
  readonly config?: ConfigAnswer;
};

/** HEAD tells whether it is there; only what HEAD can't tell costs a GET (Docker Hub counts those). */
export async function probe(
  reference: ImageReference,
  talk: Conversation,
  nodes: readonly Platform[],
): Promise<Finding> {
  const { repository, tag, digest } = reference;
  const path = `/v2/${repository}/manifests/${digest ?? tag}`;
  const head = await talk.head(path, MANIFEST_TYPES);
  if (head.kind === 'failed') return failure(head);
  if (head.status === 200 && nodes.length === 0) return present(reference, head);
  if (head.status === 429) return rateLimited(reference, head);

  const answer = await talk.get(path, MANIFEST_TYPES);
  if (answer.kind === 'failed') return failure(answer);
  if (answer.status === 200) return judge(reference, talk, nodes, answer);
  if (answer.status === 429) return rateLimited(reference, answer);
  if (answer.status === 404) return missing(reference, talk, answer);
  if (answer.status === 401 || answer.status === 403) return unauthorized(reference, talk, answer);
  return {
    reason: 'RegistryError',
    message: `${reference.registry} answered ${answer.status}${said(answer)} for ${repository}`,
  };
}

type Answered = Extract<Answer, { kind: 'answer' }>;

async function judge(
  reference: ImageReference,
  talk: Conversation,
  nodes: readonly Platform[],
  answer: Answered,
): Promise<Finding> {
  const manifest = readManifest(answer.body);
  if (manifest.kind === 'other') return { reason: 'NotAnImage', message: `${reference.canonical} is ${manifest.what}` };
  const found = present(reference, answer);

  if (manifest.kind === 'index') {
    const platforms = manifest.entries.map((e) => e.platform);
    const usable = manifest.entries.filter((e) => nodes.some((node) => runsOn(e.platform, node)));
    const first = usable[0];
    if (nodes.length === 0) return { ...found, platforms };
    if (first === undefined && manifest.unlabelled.length > 0)
      return unlabelled(reference, talk, nodes, manifest.unlabelled, found);
    if (first === undefined) return mismatch(reference, platforms, nodes, found);
    const child = await talk.head(`/v2/${reference.repository}/manifests/${first.digest}`, MANIFEST_TYPES);
    if (child.kind === 'answer' && child.status === 404) {
      return {
        reason: 'NotFound',
        message: `${reference.canonical} lists ${spell(first.platform)}, but that manifest is not in the registry (a mirror that copied only some architectures?)`,
        platforms,
      };
    }
    return onSomeNodes({ ...found, platforms }, platforms, nodes);
  }

  const blob = await talk.get(`/v2/${reference.repository}/blobs/${manifest.config}`);
  if (blob.kind === 'failed')
    return { ...failure(blob), message: `the manifest is there, its config can't be read: ${blob.message}` };
  if (blob.status === 404)
    return {
      reason: 'NotFound',
      message: `${reference.canonical} is incomplete: its config ${manifest.config} is not in the registry`,
    };
  const platform = blob.status === 200 ? platformOf(blob.body) : undefined;
  if (platform === undefined) return found;
  return nodes.length > 0 && !nodes.some((node) => runsOn(platform, node))
    ? mismatch(reference, [platform], nodes, found)
    : onSomeNodes({ ...found, platforms: [platform] }, [platform], nodes);
}

/** As containerd does: an entry without a platform is judged by its own config; the first that runs on a node counts. */
async function unlabelled(
  reference: ImageReference,
  talk: Conversation,
  nodes: readonly Platform[],
  digests: readonly string[],
  found: Finding,
): Promise<Finding> {
  let last = found;
  for (const digest of digests.slice(0, MOST_UNLABELLED)) {
    const answer = await talk.get(`/v2/${reference.repository}/manifests/${digest}`, MANIFEST_TYPES);
    if (answer.kind === 'failed') return failure(answer);
    const isImage = answer.status === 200 && readManifest(answer.body).kind === 'image';
    if (!isImage) continue;
    const { digest: _, ...judged } = await judge(reference, talk, nodes, answer);
    last = { ...judged, ...(found.digest === undefined ? {} : { digest: found.digest }) };
    if (last.reason === 'Pullable') return last;
  }
  return last === found ? mismatch(reference, [], nodes, found) : last;
}

const MOST_UNLABELLED = 8;

function present(reference: ImageReference, answer: Answered): Finding {
  const digest = reference.digest ?? answer.headers.get('docker-content-digest') ?? undefined;
  return {
    reason: 'Pullable',
    message: `${reference.canonical} is there`,
    ...(digest === undefined ? {} : { digest }),
  };
}

function mismatch(
  reference: ImageReference,
  platforms: readonly Platform[],
  nodes: readonly Platform[],
  found: Finding,
): Finding {
  const wanted = list(nodes);
  return {
    ...found,
    reason: 'ArchMismatch',
    message: `${reference.canonical} is for ${list(platforms) || 'no platform'}, the nodes are ${wanted}`,
    platforms,
    suggestion: `use an image built for ${wanted}, or nodes of ${list(platforms)}`,
  };
}

function onSomeNodes(found: Finding, platforms: readonly Platform[], nodes: readonly Platform[]): Finding {
  const without = nodes.filter((node) => !platforms.some((p) => runsOn(p, node)));
  if (without.length === 0) return found;
  return {
    ...found,
    message: `${found.message}, but not for nodes of ${list(without)}`,
    suggestion: `select nodes by kubernetes.io/arch: there is no ${list(without)} image`,
  };
}

async function missing(reference: ImageReference, talk: Conversation, answer: Answered): Promise<Finding> {
  const { tag, repository, registry } = reference;
  const tags = await allTags(talk, repository);
  if (tags === undefined)
    return { reason: 'NotFound', message: `${registry} has no repository ${repository}${said(answer)}` };
  const near = tag === undefined ? [] : nearestTags(tag, tags);
  return {
    reason: 'NotFound',
    message: `${registry}/${repository} has no ${tag === undefined ? `manifest ${reference.digest}` : `tag ${tag}`}`,
    ...(near.length === 0 ? {} : { suggestion: `nearest tags: ${near.join(', ')}` }),
  };
}

/** Some pages of tags/list (Link: rel="next"); undefined if the registry doesn't list any. */
async function allTags(talk: Conversation, repository: string): Promise<string[] | undefined> {
  const tags: string[] = [];
  let path: string | undefined = `/v2/${repository}/tags/list?n=1000`;
  for (let page = 0; path !== undefined && page < 5; page++) {
    const answer: Answer = await talk.get(path);
    if (answer.kind === 'failed' || answer.status !== 200) return tags.length > 0 ? tags : undefined;
    tags.push(...tagsIn(answer.body));
    const next: string | undefined = /<([^<>]+)>\s*;\s*rel="?next"?/.exec(answer.headers.get('link') ?? '')?.[1];
    const url: URL | null = next === undefined ? null : URL.parse(next, 'http://registry');
    path = url === null ? undefined : `${url.pathname}${url.search}`;
  }
  return tags;
}

function tagsIn(body: string): string[] {
  try {
    const parsed: unknown = JSON.parse(body);
    const tags = typeof parsed === 'object' && parsed !== null && 'tags' in parsed ? parsed.tags : [];
    return Array.isArray(tags) ? tags.filter((t) => typeof t === 'string') : [];
  } catch {
    return [];
  }
}

function unauthorized(reference: ImageReference, talk: Conversation, answer: Answered): Finding {
  const by = talk.credential();
  return {
    reason: 'Unauthorized',
    message:
      by === undefined
        ? `${reference.registry} refuses ${reference.repository} without a credential${said(answer)}; a private repository and a missing one look alike`
        : `${reference.registry} refuses ${reference.repository} to ${by.source}${said(answer)}`,
    suggestion: `give the workload's service account an imagePullSecret for ${reference.registry} that may pull ${reference.repository}`,
  };
}

function rateLimited(reference: ImageReference, answer: Answered): Finding {
  const after = answer.headers.get('retry-after');
  return {
    reason: 'RateLimited',
    message: `${reference.registry} answered 429, too many requests${after === null ? '' : ` (retry after ${after})`}`,
    suggestion: `pull ${reference.registry} with a credential, or mirror the image`,
  };
}

const TLS_WORDS: Readonly<Record<string, string>> = {
  authority: 'its certificate is signed by an authority this machine does not trust',
  expired: 'its certificate has expired or is not valid yet',
  name: 'its certificate is for another name',
  'not-tls': 'it does not speak TLS',
  tls: 'the TLS handshake failed',
};

function failure({ why, message }: Extract<Answer, { kind: 'failed' }>): Finding {
  const tls = TLS_WORDS[why];
  if (tls !== undefined) {
    return {
      reason: why === 'authority' ? 'TlsUnknownAuthority' : 'Tls',
      message: `${tls}: ${message}`,
      suggestion:
        why === 'authority'
          ? 'the nodes may trust it (additionalTrustedCA); a tracer bullet that starts the image settles it'
          : 'renew or correct the certificate of the registry, or list it as insecure if it is meant to be',
    };
  }
  if (why === 'cancelled') return { reason: 'Cancelled', message };
  if (why === 'too-large') return { reason: 'RegistryError', message };
  return { reason: 'UnreachableFromHere', message };
}

/** The registry's own words, one line, kept short. */
function said({ body }: Answered): string {
  try {
    const parsed: unknown = JSON.parse(body);
    const errors = typeof parsed === 'object' && parsed !== null && 'errors' in parsed ? parsed.errors : undefined;
    const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
    if (typeof first !== 'object' || first === null) return '';
    const code = 'code' in first ? String(first.code) : '';
    const message = 'message' in first ? String(first.message) : '';
    return ` (${[code, message]
      .filter((t) => t !== '')
      .join(': ')
      .replace(/\s+/g, ' ')
      .slice(0, 160)})`;
  } catch {
    return '';
  }
}

const list = (platforms: readonly Platform[]) => [...new Set(platforms.map(spell))].join(', ');
