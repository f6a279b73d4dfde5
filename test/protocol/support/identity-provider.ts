import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';

/** Claims of the people that sign in, by the client that they use. */
export type People = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type IdentityProvider = {
  readonly issuer: string;
  /** An access token as the provider gives it to this person, for this resource. */
  token(person: string, resource: string): Promise<string>;
  /** Any claims, signed by the provider's own key. */
  signed(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
};

export const SECRET = 'a-secret-of-the-test-that-is-long-enough';

/** node-oidc-provider on loopback: JWT access tokens (RFC 9068) for a resource (RFC 8707), one client a person. */
export async function identityProvider(people: People): Promise<IdentityProvider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'the-key', alg: 'RS256', use: 'sig' };
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, {
    clients: Object.keys(people).map((client_id) => ({
      client_id,
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    jwks: { keys: [jwk] },
    extraTokenClaims: (_ctx, token) => ({ ...people[token.clientId ?? ''] }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({ scope: '', audience: resource, accessTokenFormat: 'jwt' }),
      },
    },
  });
  server.on('request', provider.callback());
  return {
    issuer,
    token: async (person, resource) => {
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${person}:${SECRET}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
      });
      const body = JSON.parse(await answer.text());
      if (typeof body.access_token !== 'string') throw new Error(`no token for ${person}: ${JSON.stringify(body)}`);
      return body.access_token;
    },
    signed: async (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'the-key', ...header }).sign(privateKey),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
