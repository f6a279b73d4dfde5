import type { Verdict } from '../workflow/verdict.ts';

/** What the cluster was seen to be, as data; the rules ask only this. Whoever gathers it says what it couldn't see. */
export type ClusterFacts = {
  readonly kubernetes?: { readonly version: string };
  /** Absent, and `openshift` not among the unknown: the cluster is not OpenShift. */
  readonly openshift?: { readonly version: string };
  readonly storageClasses: readonly StorageClassFact[];
  readonly ingressClasses: readonly string[];
  /** `apps/v1/Deployment`, `v1/Pod`. */
  apis(gvk: string): 'served' | 'missing' | 'unknown';
  /** What is served instead of a missing one: `networking.k8s.io/v1/Ingress`. */
  instead?(gvk: string): string | undefined;
  readonly loadBalancer: 'yes' | 'no' | 'unknown';
  readonly nodes: readonly NodeFact[];
  /** Enforced on the namespace by Pod Security admission; absent and not unknown: nothing is enforced. */
  readonly podSecurity?: 'privileged' | 'baseline' | 'restricted';
  /** undefined: nobody asked about that image. */
  images(reference: string): Verdict | undefined;
  /** What an image says about itself; undefined: nobody asked. */
  imageConfig?(reference: string): ImageConfigFact | undefined;
  /** `storageClasses: forbidden for user …`: the name of a fact, a colon, why it couldn't be seen. */
  readonly unknown: readonly string[];
};

/** Of an image's configuration what the rules ask; `because`: why it couldn't be had. */
export type ImageConfigFact =
  | {
      readonly ok: true;
      readonly config: {
        readonly user: string;
        readonly ports: readonly { readonly port: number; readonly protocol: 'tcp' | 'udp' }[];
        readonly volumes: readonly string[];
        readonly entrypoint: readonly string[];
        readonly environment: Readonly<Record<string, string>>;
      };
    }
  | { readonly ok: false; readonly because: string };

export type StorageClassFact = {
  readonly name: string;
  readonly default: boolean;
  readonly provisioner: string;
  /** Absent: nobody knows which access modes it can do. */
  readonly accessModes?: readonly string[];
};

export type NodeFact = {
  readonly architecture: string;
  /** As a node's status says: cpu "3800m", memory "7Gi", nvidia.com/gpu "1". */
  readonly allocatable: Readonly<Record<string, string>>;
};

export const FACT_NAMES = [
  'kubernetes',
  'openshift',
  'storageClasses',
  'ingressClasses',
  'apis',
  'loadBalancer',
  'nodes',
  'podSecurity',
  'images',
] as const;
export type FactName = (typeof FACT_NAMES)[number];

/** Why this fact couldn't be seen; undefined when it could. */
export function unseen(facts: ClusterFacts, name: FactName): string | undefined {
  const entry = facts.unknown.find((text) => text === name || text.startsWith(`${name}:`));
  return entry === undefined ? undefined : entry.slice(name.length + 1).trim() || 'it could not be seen';
}
