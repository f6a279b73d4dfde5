import {
  bare,
  type CheckedKind,
  checkManifests,
  type Finding,
  lookAt,
  type Manifest,
  parallel,
  type World,
} from '../assumptions/index.ts';
import { pullSecretsOf } from '../objects/index.ts';
import type { Wanted } from './items.ts';

/** The looking itself, for the tool (which records what it sees) and for `infragate check` (which doesn't). */

export type Seen = {
  readonly kind: CheckedKind | 'manifest';
  readonly name: string;
  readonly finding: Finding;
  /** Of a manifest: its place in what was given. */
  readonly where?: string;
};

export type Looking = {
  readonly insecureRegistries: readonly string[];
  readonly signal: AbortSignal;
  progress(message: string): void;
};

/** Questions to the API server and to registries that are under way at once. */
const AT_ONCE = 16;

/** `each` is called as soon as something is known; its answers come in the order of what was wanted. */
export async function look<W extends Wanted, T>(
  world: World,
  wanted: readonly W[],
  manifests: readonly Manifest[],
  looking: Looking,
  each: (seen: Seen, wanted: W | undefined) => Promise<T>,
): Promise<T[]> {
  const options = {
    insecureRegistries: looking.insecureRegistries,
    signal: looking.signal,
    pullSecrets: [...new Set(manifests.flatMap(({ object }) => pullSecretsOf(object)))],
  };
  const total = wanted.length + manifests.length;
  let done = 0;
  const progress = () => {
    done += 1;
    looking.progress(`looked at ${done} of ${total}`);
  };
  const [items, tried] = await Promise.all([
    parallel(wanted, AT_ONCE, async (item) => {
      const finding = await guarded(item, () => lookAt(world, item, options));
      progress();
      return each({ kind: item.kind, name: item.name, finding }, item);
    }),
    manifests.length === 0 ? [] : checkManifests(world, manifests, AT_ONCE),
  ]);
  const judged = await parallel(tried, AT_ONCE, (finding) => {
    progress();
    return each({ kind: 'manifest', name: finding.name, finding, where: finding.where }, undefined);
  });
  return [...items, ...judged];
}

/** One broken question never sinks the rest. */
async function guarded(item: Wanted, ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return {
      subject: item.subject,
      asked: `${item.kind} ${bare(item.subject)}`,
      verdict: { status: 'unknown', reason: 'NotLookedAt', message: `looking at it broke off: ${message}` },
      evidence: { message },
    };
  }
}
