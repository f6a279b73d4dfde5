import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';
import { configOf } from './config.ts';
import { converse } from './conversation.ts';
import { credentialsFor } from './credentials.ts';
import { type Candidate, type MirrorRule, NO_POLICIES, sourcesFor, within } from './mirrors.ts';
import { type Finding, probe } from './probe.ts';
import { parseReference } from './reference.ts';
import type { CheckOptions, ImageAttempt, ImageVerdict } from './verdict.ts';

/** Reasons that say nothing certain about the cluster: a started container settles them. */
const FROM_HERE = new Set([
  'UnreachableFromHere',
  'RateLimited',
  'TlsUnknownAuthority',
  'RegistryError',
  'SignatureNotVerified',
  'PullableFromHereOnly',
]);

/**
 * Registries of clouds whose nodes log in by themselves, through a credential provider of the kubelet (the matchImages of
 * EKS, GKE and AKS): no pull secret shows it, so a refusal here says nothing about a node.
 */
const NODES_LOG_IN = /(\.dkr[.-]ecr(-fips)?\.[a-z0-9.-]{1,253}|(^|\.)gcr\.io|\.pkg\.dev|\.azurecr\.(io|cn|de|us))$/;

type Tried = { readonly finding: Finding; readonly attempt: ImageAttempt; readonly local: boolean };

/** Asks each source the runtime would try, in its order, until one has the image. */
export async function checkImage(text: string, options: CheckOptions = {}): Promise<ImageVerdict> {
  const parsed = parseReference(text);
  if (!parsed.ok) return plain(fail('InvalidReference', parsed.message), text.trim(), []);
  const { reference } = parsed;
  const asked = reference.expanded
    ? `${reference.canonical} (expanded from "${reference.given}")`
    : reference.canonical;

  const sources = sourcesFor(reference, options.policies ?? NO_POLICIES);
  const idle = idleMirrors(sources.idle);
  if (sources.blocked !== undefined && idle !== undefined) {
    const message = `${reference.canonical} can't be pulled here: ${sources.blocked}, and ${idle.message}`;
    return { ...plain(fail('MirrorNotUsed', message), asked, []), suggestion: idle.suggestion };
  }
  if (sources.blocked !== undefined) {
    return {
      ...plain(fail('PolicyBlocked', `${reference.canonical} may not be pulled here: ${sources.blocked}`), asked, []),
      suggestion: 'use an image from an allowed registry, or mirror it there',
    };
  }

  const tried: Tried[] = [];
  for (const candidate of sources.candidates) {
    const one =
      candidate.blocked === undefined ? await tryOne(candidate, options) : skipped(candidate, candidate.blocked);
    tried.push(one);
    if (one.finding.reason === 'Cancelled') break;
    if (one.finding.reason !== 'Pullable') continue;
    const signed = sources.signatures.length === 0 ? one : await signature(candidate, one, sources.signatures, options);
    return answer(signed, asked, [...tried.slice(0, -1), signed], options);
  }
  // Nobody had it. What can't be seen from here outweighs a plain no: a mirror the cluster reaches may hold the image.
  const unseen =
    tried.find((t) => t.finding.reason === 'Cancelled') ?? tried.find((t) => FROM_HERE.has(t.finding.reason));
  const settled = unseen ?? tried.findLast((t) => t.finding.reason !== 'PolicyBlocked') ?? tried.at(-1);
  if (settled === undefined) return plain(unknown('NothingTried', 'no source is configured for this image'), asked, []);
  const said = answer(settled, asked, tried, options);
  return idle === undefined || said.verdict.status === 'pass' ? said : withIdle(said, idle);
}

type Idle = { readonly message: string; readonly suggestion: string };

/** A mirror that has the image by digest serves no tag (containers/image, pull-from-mirror), and the other way round. */
function idleMirrors(rules: readonly MirrorRule[]): Idle | undefined {
  const [first] = rules;
  if (first === undefined) return undefined;
  const [kind = '', name = ''] = first.from.split(' ');
  const mirrors = rules.flatMap((rule) => rule.mirrors).join(', ');
  const what = first.pulls === 'digest' ? ['digests', 'tag'] : ['tags', 'digest'];
  const other = first.pulls === 'digest' ? 'ImageTagMirrorSet' : 'ImageDigestMirrorSet';
  return {
    message: `the ${first.from} (source ${first.source}) mirrors ${what[0]} only: ${kind} serves ${what[0]} only, and the image is named by ${what[1]}, so ${mirrors} is not asked`,
    suggestion: `refer to the image by ${first.pulls}, or add an ${other} for ${first.source}: kubectl get ${kind.toLowerCase()} ${name} -o yaml`,
  };
}

const withIdle = (said: ImageVerdict, idle: Idle): ImageVerdict => ({
  ...said,
  verdict: { ...said.verdict, message: `${said.verdict.message}; ${idle.message}` },
  suggestion: idle.suggestion,
});

/** Several at once, a few connections at a time; answers in the order of the questions. */
export async function checkImages(
  references: readonly string[],
  options: CheckOptions = {},
  atOnce = 8,
): Promise<ImageVerdict[]> {
  const answers = new Map<string, Promise<ImageVerdict>>();
  const queue = [...new Set(references)];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const answer = checkImage(next, options);
      answers.set(next, answer);
      await answer;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, worker));
  return Promise.all(references.map((reference) => answers.get(reference) ?? checkImage(reference, options)));
}

async function tryOne(candidate: Candidate, options: CheckOptions): Promise<Tried> {
  const { reference, because } = candidate;
  const insecure =
    candidate.insecure ||
    (options.insecureRegistries ?? []).some((scope) => within(`${reference.registry}/${reference.repository}`, scope));
  const matching = credentialsFor(reference, options.credentials ?? []);
  const talk = converse(reference, matching, insecure, options);
  const probed = await probe(reference, talk, options.platforms ?? []);
  const finding: Finding =
    options.config === true && probed.reason === 'Pullable'
      ? { ...probed, config: await configOf(reference, talk, options.platforms ?? []) }
      : probed;
  const credential = talk.credential();
  return {
    finding,
    local: credential?.local === true,
    attempt: {
      source: reference.canonical,
      because,
      credential: credential?.source ?? 'anonymous',
      requests: talk.requests,
      reason: finding.reason,
    },
  };
}

function skipped({ reference, because }: Candidate, blocked: string): Tried {
  const finding = { reason: 'PolicyBlocked', message: `${reference.canonical} may not be contacted: ${blocked}` };
  return {
    finding,
    local: false,
    attempt: { source: reference.canonical, because, credential: 'none', requests: [], reason: 'PolicyBlocked' },
  };
}

/** Signatures lie beside the image under the tag sha256-<hex>.sig (sigstore attachments). Whose key made one isn't verified here. */
async function signature(
  candidate: Candidate,
  one: Tried,
  policies: readonly string[],
  options: CheckOptions,
): Promise<Tried> {
  const { digest } = one.finding;
  const demanded = `${policies.join(', ')} demand${policies.length === 1 ? 's' : ''} a signature`;
  const attached =
    digest === undefined
      ? undefined
      : await tryOne(besides(candidate, digest), { ...options, platforms: [], config: false });
  const finding: Finding =
    attached?.finding.reason === 'NotFound'
      ? {
          ...one.finding,
          reason: 'PolicyBlocked',
          message: `${demanded}, and none is attached to ${candidate.reference.canonical}`,
          suggestion: 'sign the image, or use one that is signed',
        }
      : {
          ...one.finding,
          reason: 'SignatureNotVerified',
          message: `${demanded}; ${attached?.finding.reason === 'Pullable' ? 'one is attached, the node verifies it' : 'whether one is attached could not be seen'}`,
        };
  return {
    ...one,
    finding,
    attempt: {
      ...one.attempt,
      reason: finding.reason,
      requests: [...one.attempt.requests, ...(attached?.attempt.requests ?? [])],
    },
  };
}

function besides(candidate: Candidate, digest: string): Candidate {
  const { digest: _, ...reference } = candidate.reference;
  const tag = `${digest.replace(':', '-')}.sig`;
  return {
    ...candidate,
    reference: { ...reference, tag, canonical: `${reference.registry}/${reference.repository}:${tag}` },
  };
}

function answer(settled: Tried, asked: string, tried: readonly Tried[], options: CheckOptions): ImageVerdict {
  const { finding, attempt } = settled;
  const { digest, platforms, suggestion, config } = finding;
  const verdict = judged(settled, options);
  return {
    verdict,
    deferrable: verdict.status === 'unknown' && verdict.reason !== 'Cancelled',
    ...(digest === undefined ? {} : { digest }),
    ...(platforms === undefined ? {} : { platforms }),
    ...(config === undefined ? {} : { config }),
    evidence: {
      asked,
      answered: finding.message,
      source: `${attempt.source} (${attempt.because}, ${attempt.credential})`,
      attempts: tried.map((t) => t.attempt),
    },
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function judged({ finding: { reason, message }, attempt, local }: Tried, { unseen = [] }: CheckOptions): Verdict {
  if (reason === 'Pullable' && local) {
    return unknown(
      'PullableFromHereOnly',
      `${message} for ${attempt.credential}, a credential of this machine; the cluster has none for it${unseen.length === 0 ? '' : ' that could be seen'}`,
    );
  }
  if (reason === 'Pullable') return pass(reason, `${message} (${attempt.because}, ${attempt.credential})`);
  if (reason === 'Unauthorized' && unseen.length > 0)
    return unknown(reason, `${message}; not seen: ${unseen.join(', ')}`);
  const registry = attempt.source.split('/', 1)[0] ?? '';
  if (reason === 'Unauthorized' && NODES_LOG_IN.test(registry)) {
    const words = `nodes may log in to ${registry} by themselves (a credential provider of the kubelet)`;
    return unknown(reason, `${message}; ${words}, which can't be seen from here`);
  }
  if (reason === 'TlsUnknownAuthority') return unknown('Tls', message);
  return FROM_HERE.has(reason) || reason === 'Cancelled' ? unknown(reason, message) : fail(reason, message);
}

function plain(verdict: Verdict, asked: string, attempts: readonly ImageAttempt[]): ImageVerdict {
  return { verdict, deferrable: false, evidence: { asked, answered: verdict.message, source: 'none', attempts } };
}
