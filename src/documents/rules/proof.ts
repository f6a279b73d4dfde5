import type { ItemKind } from '../../workflow/index.ts';
import type { FactName } from '../facts.ts';
import type { Holds } from './mounts.ts';

/** What one finding is about, so that its counterpart can be looked for in adjusted manifests. */
export type Subject = {
  /** The compose service, or the workload of a manifest. */
  readonly owner?: string;
  /** Of a mount, in the container. */
  readonly path?: string;
  readonly holds?: Holds;
  readonly readOnly?: boolean;
  readonly port?: number;
  /** A volume, an image, an API, a class, another service. */
  readonly name?: string;
};

/** How the counterpart of each place is found in adjusted manifests. */
export type Counterpart =
  /** The rules find nothing in these objects; the finding has no place of its own in them. */
  | 'objects'
  /** Its service has a workload. */
  | 'workload'
  /** … which mounts at that path what holds the same: a claim, a ConfigMap, a Secret. */
  | 'mount'
  /** … a claim at that path. */
  | 'claim'
  /** … one claim for all its services, or one Pod. */
  | 'shared-claim'
  /** … and declares a port from 1024 on. */
  | 'high-port'
  /** … and a Service for that port. */
  | 'service'
  /** A Route, Ingress, Gateway route or Service for its service. */
  | 'entry'
  /** … with a probe, or an init container that waits. */
  | 'probe'
  /** A Job of that name, or an init container. */
  | 'job'
  /** … which reads a ConfigMap or Secret. */
  | 'configuration'
  /** … with requests. */
  | 'requests'
  /** … with an image. */
  | 'image';

/**
 * By what the adjustment of a rule is proven. Every rule has one: without it the table doesn't compile.
 * `rules` judge the adjusted manifests besides the rule itself; `facts`: an item about one of these settles it, too,
 * when it is about the same thing.
 */
export type Proof =
  | { readonly by: Counterpart; readonly rules?: readonly string[]; readonly facts?: readonly FactName[] }
  /** All rules find nothing HIGH or UNKNOWN in what becomes of the part that wasn't read. */
  | { readonly by: 'every-rule' }
  /** Its subject can't occur in manifests. */
  | {
      readonly by: 'item';
      readonly kinds: readonly ItemKind[];
      readonly why: string;
      readonly facts: readonly FactName[];
    };
