import type { Failure } from './failure.ts';

type Pull = Pick<Failure, 'reason' | 'action'> & {
  /** now: no retry helps. later: final when it lasts. never: it passes by itself. */
  readonly ends: 'now' | 'later' | 'never';
};

type Rule = Pull & { readonly when: RegExp };

/** In order; the words are the registry's or the container runtime's. Policy first: it quotes "denied" as well. */
const RULES: readonly Rule[] = [
  {
    when: /SignatureValidationFailed|signature.{0,300}(required|rejected|invalid)|rejected by policy|Source image rejected|is not allowed by.{0,200}polic|registry .{0,300} is blocked|blocked registry/i,
    reason: 'PolicyRejected',
    action: "use a source that the cluster's image policy allows, or have the policy changed",
    ends: 'now',
  },
  {
    when: /no match for platform|no matching manifest for|exec format error|does not match the specified platform/i,
    reason: 'WrongArchitecture',
    action: "use an image built for the nodes' architecture",
    ends: 'now',
  },
  {
    when: /too ?many ?requests|\b429\b|rate limit/i,
    reason: 'RateLimited',
    action: 'wait, log in at the registry, or use a mirror',
    ends: 'never',
  },
  {
    when: /unauthorized|authentication required|authorization failed|no basic auth credentials|access denied|denied: |insufficient_scope|\b401\b|\b403\b|forbidden/i,
    reason: 'PullDenied',
    action:
      'check the name, and give the Pod or its service account a pull secret that may read this repository (a registry answers the same for what does not exist)',
    ends: 'now',
  },
  {
    when: /not found|manifest unknown|name unknown|NAME_UNKNOWN|MANIFEST_UNKNOWN|repository does not exist|\b404\b|no such image|name invalid/i,
    reason: 'ImageNotFound',
    action: 'use a repository and tag that exist in that registry (cluster-reality-check names near ones)',
    ends: 'now',
  },
  {
    when: /\b50[0-4]\b|internal server error|bad gateway|service unavailable|gateway time-?out/i,
    reason: 'RegistryUnavailable',
    action: 'wait until the registry answers again, or use a mirror',
    ends: 'never',
  },
  {
    when: /x509|certificate|tls: /i,
    reason: 'RegistryUntrusted',
    action: "have the registry's authority trusted by the nodes, or use another registry",
    ends: 'later',
  },
  {
    when: /server gave HTTP response to HTTPS client/i,
    reason: 'RegistryInsecure',
    action: 'have the registry declared as insecure on the nodes, or serve it over TLS',
    ends: 'now',
  },
  {
    when: /no such host|connection refused|i\/o timeout|context deadline exceeded|network is unreachable|no route to host|timeout/i,
    reason: 'RegistryUnreachable',
    action: 'have the nodes reach that registry, or use a mirror that they reach',
    ends: 'later',
  },
  {
    when: /no space left on device/i,
    reason: 'NodeDiskFull',
    action: 'free disk space on the node',
    ends: 'later',
  },
];

/**
 * A name is not the registry's answer: `jenkins:2.401.3` and an i/o timeout is no 401. Names stand in quotes, in URLs, and
 * bare before `: not found`, so each of those goes before the words are read; addresses with their ports, too.
 */
const withoutNames = (message: string, image: string): string => {
  const plain = message
    .replace(/https?:\/\/[^\s"']+/g, 'URL')
    .replace(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b/g, 'ADDRESS');
  const names = [image, ...[...plain.matchAll(/"([^"\s]+)"/g)].map(([, name = '']) => name)].filter((name) =>
    /[:/]/.test(name),
  );
  return [...new Set(names)]
    .sort((a, b) => b.length - a.length)
    .reduce((text, name) => text.replaceAll(name, 'IMAGE'), plain);
};

/** What a kubelet's or runtime's words about a pull of `image` mean. */
export function pullFailure(message: string, image = ''): Pull {
  const words = withoutNames(message, image);
  const rule = RULES.find((r) => r.when.test(words));
  return rule ?? { reason: 'ImagePullFailed', action: "read the registry's answer in the message", ends: 'later' };
}
