import type { MiddlewareHandler } from 'hono';

/** The page's own origin: what browsers show, what passkeys are bound to. */
export type Site = { readonly origin: string; readonly rpId: string; readonly host: string };

export function siteOf(origin: string): Site {
  const { hostname, host, origin: own } = new URL(origin);
  return { origin: own, rpId: hostname, host };
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'publickey-credentials-get=(self), publickey-credentials-create=(self)',
  'cache-control': 'no-store',
} as const;

/**
 * Before any page: the Host is ours (against DNS rebinding), and whatever is not a GET comes from our own page as JSON, so
 * that no other page can send it. On every answer: nothing may be loaded from elsewhere, and no page may frame this one.
 */
export function guarded(site: Site): MiddlewareHandler {
  return async (c, next) => {
    const wrong = whyRefused(site, c.req.raw);
    if (wrong === undefined) await next();
    else
      c.res = new Response(JSON.stringify({ why: wrong }), {
        status: 403,
        headers: { 'content-type': 'application/json' },
      });
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  };
}

function whyRefused(site: Site, request: Request): string | undefined {
  const { headers, method } = request;
  if (headers.get('host') !== site.host) return `this console is at ${site.origin}`;
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (headers.get('origin') !== site.origin) return `only a page of ${site.origin} may ask for that`;
  const from = headers.get('sec-fetch-site');
  if (from !== null && from !== 'same-origin') return `only a page of ${site.origin} may ask for that`;
  return headers.get('content-type')?.split(';')[0] === 'application/json' ? undefined : 'it takes JSON';
}
