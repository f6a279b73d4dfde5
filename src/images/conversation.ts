import { type Answer, type Ask, ask } from './ask.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Credential } from './credentials.ts';
import { DOCKER_HUB, type ImageReference } from './reference.ts';
import type { CheckOptions } from './verdict.ts';

/**
 * Talking to one registry about one repository: scheme, TLS, authentication and redirects. What was sent is kept for the
 * evidence, without queries (signed URLs) and without credentials.
 */
export type Conversation = {
  get(path: string, accept?: string): Promise<Answer>;
  head(path: string, accept?: string): Promise<Answer>;
  readonly requests: { method: string; url: string; answer: string }[];
  /** Who is asking: "anonymous", or the source of the credential that was sent last. */
  credential(): Credential | undefined;
};

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function converse(
  reference: ImageReference,
  credentials: readonly Credential[],
  insecure: boolean,
  options: CheckOptions,
): Conversation {
  const host = reference.registry === DOCKER_HUB ? 'registry-1.docker.io' : reference.registry;
  const requests: { method: string; url: string; answer: string }[] = [];
  const fetch = options.fetch ?? ask;
  let scheme: 'https' | 'http' | undefined;
  let authorization: string | undefined;
  let using: Credential | undefined;

  const send = async (
    method: Ask['method'],
    url: URL,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answer> => {
    const ca = options.certificateAuthorities?.[url.host] ?? options.certificateAuthorities?.[url.hostname];
    const answer = await fetch({
      url,
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      tls: { verify: !(insecure && url.host === host), ...(ca === undefined ? {} : { ca }) },
      timeoutMs: options.timeoutMs ?? 15_000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    requests.push({
      method,
      url: `${url.origin}${url.pathname}`,
      answer: answer.kind === 'answer' ? String(answer.status) : answer.message,
    });
    return answer;
  };

  /** Runtimes speak http to a registry on loopback or listed as insecure, after TLS was tried. */
  const reach = async (method: Ask['method'], path: string, headers: Record<string, string>): Promise<Answer> => {
    if (scheme !== undefined) return send(method, new URL(`${scheme}://${host}${path}`), headers);
    const answer = await send(method, new URL(`https://${host}${path}`), headers);
    const plain = insecure || isLoopback(host);
    if (answer.kind === 'failed' && plain && ['not-tls', 'tls', 'unreachable'].includes(answer.why)) {
      const second = await send(method, new URL(`http://${host}${path}`), headers);
      if (second.kind === 'answer') scheme = 'http';
      return second;
    }
    if (answer.kind === 'answer') scheme = 'https';
    return answer;
  };

  const follow = async (
    method: Ask['method'],
    first: Answer,
    from: URL,
    headers: Record<string, string>,
  ): Promise<Answer> => {
    let answer = first;
    let at = from;
    for (let hops = 0; answer.kind === 'answer' && REDIRECTS.has(answer.status); hops++) {
      const location = answer.headers.get('location');
      if (location === null || hops >= MAX_REDIRECTS)
        return refused(`${at.host} redirects ${hops >= MAX_REDIRECTS ? 'without end' : 'nowhere'}`);
      const next = URL.parse(location, at.href);
      if (next === null || !/^https?:$/.test(next.protocol))
        return refused(`${at.host} redirects to something that is not http(s)`);
      if (at.protocol === 'https:' && next.protocol === 'http:')
        return refused(`${at.host} redirects from https to http`);
      const { authorization: _, ...others } = headers;
      answer = await send(method, next, next.origin === at.origin && at.origin === from.origin ? headers : others);
      at = next;
    }
    return answer;
  };

  const once = async (method: Ask['method'], path: string, accept: string | undefined): Promise<Answer> => {
    const headers = {
      ...(accept === undefined ? {} : { accept }),
      ...(authorization === undefined ? {} : { authorization }),
    };
    const answer = await reach(method, path, headers);
    return follow(method, answer, new URL(`${scheme ?? 'https'}://${host}${path}`), headers);
  };

  const talk = async (method: Ask['method'], path: string, accept?: string): Promise<Answer> => {
    let answer = await once(method, path, accept);
    if (answer.kind !== 'answer' || answer.status !== 401) return answer;
    const challenges = parseChallenges(answer.headers.get('www-authenticate') ?? '');
    // As the kubelet: with credentials for this registry only those are tried, without any it asks anonymously. This
    // machine's own come last, for what the cluster's could not get.
    const clusters = credentials.filter((c) => c.local !== true);
    const tries: (Credential | undefined)[] = [
      ...(clusters.length === 0 ? [undefined] : clusters),
      ...credentials.filter((c) => c.local === true),
    ];
    for (const credential of tries) {
      const granted = await authorize(
        challenges,
        credential,
        reference,
        send,
        new URL(`${scheme ?? 'https'}://${host}`),
      );
      if (granted.kind === 'refused') {
        using = credential ?? using;
        answer = granted.answer ?? answer;
        continue;
      }
      authorization = granted.authorization;
      using = credential;
      answer = await once(method, path, accept);
      if (answer.kind !== 'answer' || (answer.status !== 401 && answer.status !== 403)) return answer;
    }
    return answer;
  };

  return {
    get: (path, accept) => talk('GET', path, accept),
    head: (path, accept) => talk('HEAD', path, accept),
    requests,
    credential: () => using,
  };
}

type Granted = { kind: 'granted'; authorization: string } | { kind: 'refused'; answer?: Answer };
type Send = (method: Ask['method'], url: URL, headers: Record<string, string>, body?: string) => Promise<Answer>;

/** https://distribution.github.io/distribution/spec/auth/token/ and its OAuth2 form for identity tokens. */
async function authorize(
  challenges: readonly Challenge[],
  credential: Credential | undefined,
  reference: ImageReference,
  send: Send,
  registry: URL,
): Promise<Granted> {
  const bearer = challenges.find((c) => c.scheme === 'bearer');
  if (bearer === undefined) {
    const basic = challenges.some((c) => c.scheme === 'basic');
    if (!basic || credential === undefined) return { kind: 'refused' };
    return { kind: 'granted', authorization: credential.authorization() };
  }
  const realm = URL.parse(bearer.parameters.realm ?? '', registry.href);
  if (realm === null) return { kind: 'refused' };
  const plainRealm = realm.protocol !== 'https:' && !isLoopback(realm.host) && realm.origin !== registry.origin;
  if (plainRealm && credential !== undefined)
    return {
      kind: 'refused',
      answer: refused(`the token service ${realm.host} is not https: no credential is sent there`),
    };

  const service = bearer.parameters.service;
  const scope = bearer.parameters.scope ?? `repository:${reference.repository}:pull`;
  const identity = credential?.identityToken?.();
  const answer = await (identity === undefined
    ? send(
        'GET',
        withQuery(realm, { service, scope }),
        credential === undefined ? {} : { authorization: credential.authorization() },
      )
    : send(
        'POST',
        realm,
        { 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: 'infragate',
          service: service ?? '',
          scope,
          refresh_token: identity,
        }).toString(),
      ));
  if (answer.kind !== 'answer' || answer.status !== 200) return { kind: 'refused', answer };
  const token = tokenIn(answer.body);
  return token === undefined
    ? { kind: 'refused', answer: refused(`${realm.host} answered without a token`) }
    : { kind: 'granted', authorization: `Bearer ${token}` };
}

function withQuery(url: URL, query: Readonly<Record<string, string | undefined>>): URL {
  const made = new URL(url);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) made.searchParams.set(name, value);
  return made;
}

function tokenIn(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const token =
      'token' in parsed && parsed.token !== ''
        ? parsed.token
        : 'access_token' in parsed
          ? parsed.access_token
          : undefined;
    return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d+){3}$/.test(name);
}

const refused = (message: string): Answer => ({ kind: 'failed', why: 'unreachable', message });
