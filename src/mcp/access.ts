import { discoverAuthorizationServerMetadata } from '@modelcontextprotocol/client';
import {
  type AuthInfo,
  getOAuthProtectedResourceMetadataUrl,
  oauthMetadataResponse,
  requireBearerAuth,
} from '@modelcontextprotocol/server';
import { type Access, tokenVerifier } from './user.ts';

/** The resource server's side of OAuth 2.1: whom a request comes from, and where a client without a token gets one. */
export type Gatekeeper = {
  /** The caller, or the answer to send instead (401 with a challenge, 403). */
  admit(request: Request): Promise<AuthInfo | Response>;
  /** RFC 9728 and RFC 8414 documents; undefined: the request asks for something else. */
  metadata(request: Request): Response | undefined;
};

/**
 * Asks the identity provider for its metadata (RFC 8414 or OpenID Connect discovery), once. Throws when it can't be reached,
 * names another issuer than the policy does, or has no keys.
 */
export async function openGatekeeper(access: Access, resource: URL): Promise<Gatekeeper> {
  const metadata = await discoverAuthorizationServerMetadata(access.issuer).catch((error: unknown) => {
    throw new Error(
      `access.issuer: ${access.issuer} could not be asked for its metadata: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (metadata === undefined) throw new Error(`access.issuer: ${access.issuer} serves no OAuth or OpenID metadata`);
  if (metadata.issuer !== access.issuer)
    throw new Error(`access.issuer: ${access.issuer} calls itself ${metadata.issuer}; the policy has to name that`);
  const { jwks_uri: jwks } = metadata;
  if (typeof jwks !== 'string' || !URL.canParse(jwks))
    throw new Error(`access.issuer: ${access.issuer} names no keys (jwks_uri)`);
  const options = { oauthMetadata: metadata, resourceServerUrl: resource, resourceName: 'infragate' };
  const admit = requireBearerAuth({
    verifier: tokenVerifier(access, new URL(jwks), access.audience ?? resource.href),
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource),
  });
  return { admit, metadata: (request) => oauthMetadataResponse(request, options) };
}
