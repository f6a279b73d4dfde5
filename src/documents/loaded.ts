import type { Part } from './document.ts';

/** What was asked on the way to a document: each address that was tried or refused. */
export type LoadAttempt = {
  readonly url: string;
  /** The address it was pinned to. */
  readonly address?: string;
  readonly answer: string;
};

export type Loaded = {
  readonly ok: true;
  readonly source: string;
  readonly kind: 'url' | 'file' | 'folder' | 'chart' | 'compose' | 'text';
  /** Where redirects and raw files led. */
  readonly url?: string;
  /** sha256 in hex, of every part in its order. */
  readonly digest: string;
  readonly read_at: string;
  readonly parts: readonly Part[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
  readonly attempts: readonly LoadAttempt[];
};

export type LoadError = {
  readonly ok: false;
  readonly source: string;
  readonly reason:
    | 'AddressRefused'
    | 'SchemeRefused'
    | 'NotFound'
    | 'TooLarge'
    | 'TooSlow'
    | 'TooComplex'
    | 'TooManyRedirects'
    | 'Unreachable'
    | 'BadAnswer'
    | 'Unreadable';
  readonly message: string;
  readonly attempts: readonly LoadAttempt[];
};

export type Failed = Pick<LoadError, 'ok' | 'reason' | 'message'>;
