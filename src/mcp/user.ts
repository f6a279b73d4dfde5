import { OAuthError, OAuthErrorCode, type OAuthTokenVerifier } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Policy } from '../engine/policy.ts';
import { ROLES, type User } from '../workflow/index.ts';

export type Access = NonNullable<Policy['access']>;

/** Signatures by a private key that only the provider has; never one by a shared secret, never none. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const MAX_TOKEN_LENGTH = 8_192;
const CLOCK_TOLERANCE_S = 30;

/** Kubernetes' own users and groups: no identity provider makes anybody one of them, whatever its tokens say. */
const isReserved = (name: string): boolean => name.startsWith('system:');

/**
 * Verifies access tokens of one identity provider for one audience (RFC 9068, RFC 8707). Its keys are fetched when they are
 * first needed, kept, and fetched again when a token names one that is not among them.
 * Throws OAuthError: invalid_token (401), insufficient_scope (403, a valid token of somebody without a role), server_error.
 */
export function tokenVerifier(access: Access, jwks: URL, audience: string): OAuthTokenVerifier {
  const keys = createRemoteJWKSet(jwks, { timeoutDuration: 5_000 });
  return {
    verifyAccessToken: async (token) => {
      if (token.length > MAX_TOKEN_LENGTH) throw new OAuthError(OAuthErrorCode.InvalidToken, 'the token is too long');
      const payload = await claimsOf(token, keys, access.issuer, audience);
      const user = userIn(payload, access);
      if (user.roles.length === 0)
        throw new OAuthError(
          OAuthErrorCode.InsufficientScope,
          `${user.name} has no role on this server (access.roles in policy.yaml)`,
        );
      return {
        token,
        clientId: textIn(payload, 'client_id') ?? textIn(payload, 'azp') ?? 'unknown',
        scopes: (textIn(payload, 'scope') ?? '').split(' ').filter((scope) => scope !== ''),
        ...(payload.exp === undefined ? {} : { expiresAt: payload.exp }),
        extra: { user },
      };
    },
  };
}

async function claimsOf(
  token: string,
  keys: ReturnType<typeof createRemoteJWKSet>,
  issuer: string,
  audience: string,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ['exp', 'sub'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
      throw new OAuthError(OAuthErrorCode.ServerError, "the identity provider's keys could not be fetched");
    throw new OAuthError(OAuthErrorCode.InvalidToken, error.message);
  }
}

/** Whom a token's claims name. Throws OAuthError invalid_token when they name nobody, or somebody of Kubernetes' own. */
export function userIn(payload: JWTPayload, access: Access): User {
  const name = textIn(payload, access.user_claim);
  const { sub: subject = '' } = payload;
  if (name === undefined || name.trim() === '' || subject === '')
    throw new OAuthError(OAuthErrorCode.InvalidToken, `the token has no ${access.user_claim}`);
  if (isReserved(name)) throw new OAuthError(OAuthErrorCode.InvalidToken, `${name} is a name of Kubernetes' own`);
  const groups = listIn(payload[access.groups_claim]).filter((group) => !isReserved(group));
  const roles = ROLES.filter((role) => access.roles[role].some((group) => groups.includes(group)));
  return { issuer: access.issuer, subject, name, groups, roles };
}

function textIn(payload: JWTPayload, claim: string): string | undefined {
  const value = payload[claim];
  return typeof value === 'string' ? value : undefined;
}

/** A list of texts, or one text with spaces between, as `scope` is written. */
function listIn(value: unknown): string[] {
  if (typeof value === 'string') return value.split(' ').filter((one) => one !== '');
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
