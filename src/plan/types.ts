import type { KubeObject } from '../objects/kube-object.ts';

/** A plan as it is meant, whichever of its forms it was written in. Two spellings of one plan are one value. */
export type Plan = {
  readonly component: string;
  readonly target: string;
  readonly phases: readonly Phase[];
  readonly validation: {
    readonly static: Checks;
    readonly health: Checks;
    readonly functional: Checks;
  };
  readonly risks: readonly Risk[];
  readonly rollback_strategy: string;
  readonly estimated_minutes?: number;
  /** What the validation's commands need of the workspace beside the files they name. */
  readonly files?: readonly string[];
  readonly secrets: readonly SecretSource[];
};

/** Commands, or why there are none. */
export type Checks = readonly string[] | { readonly none: string };

export const commandsOf = (checks: Checks): readonly string[] => ('none' in checks ? [] : checks);

export type Risk = { readonly risk: string; readonly mitigation: string };

export const SECRET_SOURCES = ['existing', 'env', 'file', 'generate', 'external'] as const;

/** Where a Secret's values come from; the values themselves are in no plan. `detail`: the variable, file or length. */
export type SecretSource = {
  readonly name: string;
  readonly keys: readonly string[];
  readonly from: (typeof SECRET_SOURCES)[number];
  readonly detail?: string;
};

export const DELIVERIES = ['apply', 'helm', 'gitops', 'external'] as const;
export type Delivery = (typeof DELIVERIES)[number];

export type Phase = {
  readonly number: number;
  readonly name: string;
  readonly resources: readonly Resource[];
  readonly delivery: Delivery;
  /** Run by apply-phase. */
  readonly commands: readonly string[];
  readonly validation_commands: readonly string[];
  /** Those of them that are run before the phase is applied, too, and have to fail then. */
  readonly must_fail_before?: readonly string[];
  readonly success_criteria: readonly string[];
  /** Commands, `undo` (what apply-phase did, in reverse) or `keep Kind/name: why` (see readRollback). */
  readonly rollback: readonly string[];
  readonly timeout_ms: number;
  /** How long everything has to go on holding; the rule for what runs when left out (objects/steady.ts). */
  readonly settle_ms?: number;
  readonly commit: 'before' | 'after' | 'none';
  readonly irreversible: readonly string[];
  readonly take_over: readonly TakeOver[];
  /** Files and whole folders of the workspace that its commands need beside those they name. */
  readonly files?: readonly string[];
};

export type TakeOver = {
  /** `Kind/name` or `apiVersion/Kind/name`. */
  readonly object: string;
  readonly managers: readonly string[];
  readonly fields: readonly string[];
};

export type Resource =
  | { readonly kind: 'path'; readonly path: string; readonly lines?: Lines }
  | { readonly kind: 'inline'; readonly text: string }
  | { readonly kind: 'observed'; readonly apiVersion: string; readonly object: string; readonly name: string }
  | {
      readonly kind: 'chart';
      readonly chart: string;
      readonly release: string;
      readonly version?: string;
      readonly values: readonly string[];
    };

export type Lines = { readonly from: number; readonly to: number };

/** One problem of a plan. `line` and `column` count from 1, in `file`, or in the plan itself where that is absent. */
export type Problem = {
  /** `phases[0].resources[1]` */
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly file?: string;
  readonly severity: 'error' | 'note';
  readonly message: string;
};

/** An object the plan puts into the cluster, and where it is written. */
export type Manifest = {
  readonly object: KubeObject;
  readonly from: Provenance;
};

export type Provenance = {
  /** Index in the phase's resources. */
  readonly resource: number;
  /** As written in the plan, or the file of a folder; absent for inline. */
  readonly file?: string;
  readonly lines?: Lines;
  /** The how-manieth document of its file, from 0. */
  readonly document: number;
  readonly rendered_by?: 'kustomize' | 'helm';
};

export type ObjectRef = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
};

/** Something on disk that the plan applies, runs or names; the digest covers its content. */
export type Pinned = { readonly path: string; readonly sha256: string };

/** A phase with everything it needs from disk. */
export type LoadedPhase = {
  readonly number: number;
  readonly manifests: readonly Manifest[];
  /** `apiVersion/Kind/name`: others bring it, the gate looks at it. */
  readonly observed: readonly ObjectRef[];
  readonly pinned: readonly Pinned[];
  /** What runs but can't be read beforehand (scripts, make targets, charts' hooks), for the approver. */
  readonly opaque: readonly string[];
};

export type LoadedPlan = {
  readonly plan: Plan;
  readonly phases: readonly LoadedPhase[];
  /** Named by the validation's commands. */
  readonly pinned: readonly Pinned[];
  readonly opaque: readonly string[];
};
