import type { CheckOptions, ImageVerdict } from '../images/index.ts';
import { imagePod, unknown } from '../workflow/index.ts';
import { bare, type Finding, type Misnamed, type Named } from './finding.ts';
import { credentialsOf, USERS_OWN } from './image-credentials.ts';
import { architecturesOf, policiesOf, trustOf } from './image-policies.ts';
import { apiServerOf, isLoopback, nodesAreHere } from './loopback.ts';
import type { World } from './world.ts';

/** `redis:7` → `image:docker.io/library/redis:7`. */
export async function imageSubject(text: string): Promise<Named | Misnamed> {
  const { parseReference } = await import('../images/index.ts');
  const parsed = parseReference(text.trim().replace(/^image:/, ''));
  if (!parsed.ok) return { ok: false, message: parsed.message };
  return { ok: true, subject: `image:${parsed.reference.canonical}`, name: text.trim() };
}

export type ImageOptions = {
  /** Secrets that the manifests name. */
  readonly pullSecrets?: readonly string[];
  readonly serviceAccount?: string;
  readonly insecureRegistries?: readonly string[];
  /** Also what the image says about itself. */
  readonly config?: boolean;
  readonly signal?: AbortSignal;
};

/**
 * Whether the cluster could pull an image: asked of the registry from here, with the credentials, mirrors and policies the
 * cluster would use. What only a login of this machine's user opens is unknown, because no node has that login.
 */
export async function checkImage(world: World, subject: string, options: ImageOptions = {}): Promise<Finding> {
  const { checkImage: ask } = await import('../images/index.ts');
  const name = bare(subject);
  const asked = `can ${name} be pulled? (registry, with the cluster's credentials and mirrors)`;
  const seen = await world.once(`image options ${JSON.stringify({ ...options, signal: undefined })}`, () =>
    optionsOf(world, options),
  );
  const found = await ask(name, seen.options);
  const evidence = { ...found.evidence, digest: found.digest, platforms: found.platforms, notes: seen.notes };
  const own = usersOwn(found);
  if (own !== undefined) {
    return {
      subject,
      asked,
      evidence,
      verdict: unknown(
        'PullableOnlyWithOwnLogin',
        `it is there, but only ${own} opens it, a login that the cluster's nodes do not have`,
      ),
      deferrable: true,
      suggestion: `create a pull secret in ${world.namespace} and name it in imagePullSecrets of the service account`,
      minimal_spec: imagePod(name),
    };
  }
  if (found.verdict.status === 'pass' && isLoopback(name.split('/')[0] ?? '') && !(await nodesAreHere(world))) {
    return {
      subject,
      asked,
      evidence,
      verdict: unknown(
        'LoopbackRegistry',
        `it is in the registry on this machine, but ${name.split('/')[0]} on a node of ${apiServerOf(world)} is the node itself`,
      ),
      deferrable: true,
      suggestion: 'push it to a registry that the nodes reach by name',
      minimal_spec: imagePod(name),
    };
  }
  return {
    subject,
    asked,
    evidence,
    verdict: found.verdict,
    ...(found.config === undefined ? {} : { config: found.config }),
    ...(found.deferrable ? { deferrable: true, minimal_spec: imagePod(name) } : {}),
    ...(found.suggestion === undefined ? {} : { suggestion: found.suggestion }),
  };
}

async function optionsOf(
  world: World,
  { pullSecrets = [], serviceAccount = 'default', insecureRegistries = [], config = false, signal }: ImageOptions,
): Promise<{ options: CheckOptions; notes: readonly string[] }> {
  const [credentials, policies, architectures, trust] = await Promise.all([
    credentialsOf(world, serviceAccount, pullSecrets),
    policiesOf(world),
    architecturesOf(world),
    trustOf(world),
  ]);
  const unseen = [...credentials.unseen, ...policies.unseen];
  return {
    notes: [...credentials.notes, ...unseen, ...architectures.notes, ...trust.notes],
    options: {
      credentials: credentials.credentials,
      policies: policies.policies,
      platforms: architectures.platforms,
      insecureRegistries,
      certificateAuthorities: trust.authorities,
      unseen,
      timeoutMs: 10_000,
      config,
      ...(signal === undefined ? {} : { signal }),
    },
  };
}

/** The login that settled it, when it was this machine's user's. */
function usersOwn(found: ImageVerdict): string | undefined {
  if (found.verdict.status !== 'pass') return undefined;
  const settled =
    found.evidence.attempts.find((a) => a.source === found.evidence.source) ?? found.evidence.attempts.at(-1);
  return settled?.credential.startsWith(USERS_OWN) ? settled.credential : undefined;
}
