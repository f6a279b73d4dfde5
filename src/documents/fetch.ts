import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { addressRefusal } from './address.ts';
import { decoded } from './decoded.ts';
import type { LoadAttempt, LoadError } from './loaded.ts';

/** Turns a name into addresses. Injected in tests, so that none ever asks the network. */
export type Resolver = (name: string) => Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]>;

export type Dial = {
  readonly url: URL;
  /** The one address to connect to: it was judged, and the name is not asked again. */
  readonly address: string;
  readonly family: 4 | 6;
  readonly signal: AbortSignal;
};
/** Sends one GET to one address and answers with the response, its body unread. */
export type Dialer = (dial: Dial) => Promise<IncomingMessage>;

export type Limits = {
  /** Of the body as it is after decompression. */
  readonly bytes: number;
  /** For everything: names, connections, redirects and bodies. */
  readonly milliseconds: number;
  readonly redirects: number;
};

export const DEFAULT_LIMITS: Limits = { bytes: 5 * 1024 * 1024, milliseconds: 20_000, redirects: 5 };

/** Where only public addresses may be asked: what is asked, and the setting of the policy that lists more hosts. */
export type Guard = { readonly what: string; readonly setting: string };
const DOCUMENTS: Guard = { what: 'documents are read from', setting: 'document_hosts' };

export type FetchOptions = {
  readonly allowHosts: readonly string[];
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  readonly limits: Limits;
};

export type Fetched = { readonly ok: true; readonly url: URL; readonly text: string; readonly mediaType: string };
type Failed = Pick<LoadError, 'ok' | 'reason' | 'message'>;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** One document over http(s). Every hop's name is resolved, judged and pinned before anything is sent to it. */
export async function fetchDocument(
  start: URL,
  options: FetchOptions,
  attempts: LoadAttempt[],
): Promise<Fetched | Failed> {
  const { limits } = options;
  const signal = AbortSignal.timeout(limits.milliseconds);
  let url = start;
  for (let hop = 0; hop <= limits.redirects; hop++) {
    const allowed = await permitted(url, options, signal);
    if (!allowed.ok) {
      attempts.push({ url: shown(url), answer: allowed.message });
      return allowed;
    }
    const { address, family } = allowed;
    try {
      const response = await within(signal, options.dialer({ url, address, family, signal }));
      const status = response.statusCode ?? 0;
      attempts.push({ url: shown(url), address, answer: String(status) });
      if (REDIRECTS.has(status)) {
        response.destroy();
        const next = URL.parse(response.headers.location ?? '', url.href);
        if (next === null) return failed('BadAnswer', `${url.host} redirects nowhere`);
        if (url.protocol === 'https:' && next.protocol === 'http:')
          return failed('SchemeRefused', `${url.host} redirects from https to http`);
        url = next;
        continue;
      }
      if (status !== 200) {
        response.destroy();
        return failed(status === 404 || status === 410 ? 'NotFound' : 'BadAnswer', `${url.host} answered ${status}`);
      }
      const mediaType = response.headers['content-type'] ?? '';
      if (!/^(text\/|application\/(json|yaml|x-yaml|xhtml|xml|octet-stream|vnd\.[\w.]*yaml))|^$/i.test(mediaType)) {
        response.destroy();
        return failed(
          'Unreadable',
          `${url.host} answered with ${mediaType.split(';')[0]?.slice(0, 60)}; HTML, Markdown, YAML or text is read`,
        );
      }
      const body = await bodyOf(response, limits.bytes, signal);
      return typeof body === 'string' ? { ok: true, url, text: body, mediaType } : body;
    } catch (error) {
      if (signal.aborted) return failed('TooSlow', `${start.host} was not read within ${limits.milliseconds} ms`);
      const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      attempts.push({ url: shown(url), address, answer: message });
      return failed('Unreachable', `${url.host}: ${message}`);
    }
  }
  return failed('TooManyRedirects', `${start.host} redirects more than ${limits.redirects} times`);
}

type Permitted = { ok: true; address: string; family: 4 | 6 } | Failed;

/** The one address that a URL's name stands for, if it may be asked; the caller connects to that address and to no other. */
export async function permitted(
  url: URL,
  {
    allowHosts,
    resolver,
    guard = DOCUMENTS,
  }: Pick<FetchOptions, 'allowHosts' | 'resolver'> & { readonly guard?: Guard },
  signal: AbortSignal,
): Promise<Permitted> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return failed('SchemeRefused', `only http and https are read, not ${url.protocol.slice(0, 20)}`);
  if (url.username !== '' || url.password !== '')
    return failed('SchemeRefused', 'a URL with a user name or password is not read');
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const listed = allowHosts.some(
    (host) => host.toLowerCase() === name.toLowerCase() || host.toLowerCase() === url.host.toLowerCase(),
  );
  const literal = /^[\d.]+$/.test(name) || name.includes(':');
  let addresses: Awaited<ReturnType<Resolver>>;
  try {
    addresses = literal
      ? [{ address: name, family: name.includes(':') ? 6 : 4 }]
      : await within(signal, resolver(name));
  } catch {
    return signal.aborted
      ? failed('TooSlow', `the name ${name} was not resolved in time`)
      : failed('Unreachable', `the name ${name} does not resolve`);
  }
  const first = addresses[0];
  if (first === undefined) return failed('Unreachable', `the name ${name} does not resolve`);
  if (listed) return { ok: true, address: first.address, family: first.family };
  // One refused address among several is enough: whoever made the name chose them all.
  for (const { address } of addresses) {
    const why = await addressRefusal(address);
    if (why !== undefined) {
      return failed(
        'AddressRefused',
        `${name === address ? '' : `${name} resolves to a refused address: `}${why}; ${guard.what} public addresses, unless ${guard.setting} of the operator's policy lists the host`,
      );
    }
  }
  return { ok: true, address: first.address, family: first.family };
}

/** Decompressed as it comes, and cut off at the limit: a bomb costs no more than the limit. */
async function bodyOf(response: IncomingMessage, limit: number, signal: AbortSignal): Promise<string | Failed> {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const { createGunzip, createInflate, createBrotliDecompress } = await import('node:zlib');
  const decoder = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }[
    encoding
  ];
  if (decoder === undefined && encoding !== 'identity') {
    response.destroy();
    return failed('Unreadable', 'it is compressed in a way this does not read');
  }
  const stream = decoder === undefined ? response : response.pipe(decoder());
  const stop = () => {
    response.destroy(new Error('time is up'));
    stream.destroy(new Error('time is up'));
  };
  signal.addEventListener('abort', stop, { once: true });
  response.on('error', (error) => stream.destroy(error));
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.length;
      if (size > limit) {
        response.destroy();
        return failed('TooLarge', `it is larger than ${limit} bytes`);
      }
      chunks.push(bytes);
    }
    const body = Buffer.concat(chunks);
    const read = decoded(body);
    return 'text' in read ? read.text : failed('Unreadable', read.because);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(new Error('time is up'));
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('time is up'));
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

const failed = (reason: LoadError['reason'], message: string): Failed => ({ ok: false, reason, message });

/** Without query and fragment: they may carry a token. */
const shown = (url: URL) => `${url.protocol}//${url.host}${url.pathname}`;

export const systemResolver: Resolver = async (name) => {
  const { lookup } = await import('node:dns/promises');
  const found = await lookup(name, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/** Node's own client, with a lookup that knows one answer. */
export const dial: Dialer = async ({ url, address, family, signal }) => {
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const lookup: LookupFunction = (_name, options, done) => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        signal,
        lookup,
        agent: false,
        headers: {
          accept: 'text/markdown, text/plain, application/yaml, text/html;q=0.9, */*;q=0.5',
          'accept-encoding': 'gzip, deflate, br',
          'user-agent': 'infragate',
        },
      },
      resolve,
    );
    sent.on('error', reject);
    sent.end();
  });
};
