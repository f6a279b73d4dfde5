import type { Verdict } from '../workflow/verdict.ts';
import type { Fetch } from './ask.ts';
import type { ConfigAnswer } from './config.ts';
import type { Credential } from './credentials.ts';
import type { ImagePolicies } from './mirrors.ts';

/** As nodes report it: GOOS and GOARCH words (`linux`, `amd64`). */
export type Platform = { readonly os: string; readonly architecture: string; readonly variant?: string };

export type CheckOptions = {
  /** In the order the cluster would use them. */
  readonly credentials?: readonly Credential[];
  readonly policies?: ImagePolicies;
  /** Of the nodes that the namespace may use. None: the architecture isn't judged. */
  readonly platforms?: readonly Platform[];
  /** Registries spoken to without TLS, or without verifying it, besides loopback (`host`, `host:port`, `*.host`). */
  readonly insecureRegistries?: readonly string[];
  /** PEM by registry host (`host`, `host:port`), trusted besides this machine's. */
  readonly certificateAuthorities?: Readonly<Record<string, string>>;
  /** What of the cluster's credentials and policies this identity couldn't read: a refusal is then unknown, not a fail. */
  readonly unseen?: readonly string[];
  /** For one request. */
  readonly timeoutMs?: number;
  /** Also read what the image says about itself. */
  readonly config?: boolean;
  readonly signal?: AbortSignal;
  readonly fetch?: Fetch;
};

/** One source that was tried: `docker.io/library/redis:7` via which registry, with whose credential, and what it said. */
export type ImageAttempt = {
  readonly source: string;
  /** "the source itself" or the object that names the mirror. */
  readonly because: string;
  readonly credential: string;
  readonly requests: readonly { readonly method: string; readonly url: string; readonly answer: string }[];
  readonly reason: string;
};

export type ImageEvidence = {
  /** The canonical reference asked about, and how a short name was expanded. */
  readonly asked: string;
  readonly answered: string;
  /** The source that settled it. */
  readonly source: string;
  readonly attempts: readonly ImageAttempt[];
};

export type ImageVerdict = {
  /** reason: Pullable, NotFound, Unauthorized, ArchMismatch, PolicyBlocked, RateLimited, Tls, UnreachableFromHere, RegistryError, InvalidReference, SignatureNotVerified, Cancelled. */
  readonly verdict: Verdict;
  /** Unknown from here, but a bullet on the cluster settles it. */
  readonly deferrable: boolean;
  readonly digest?: string;
  readonly platforms?: readonly Platform[];
  /** When it was asked for and the image is there. */
  readonly config?: ConfigAnswer;
  readonly evidence: ImageEvidence;
  readonly suggestion?: string;
};
