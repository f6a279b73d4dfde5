import type { Place } from './document.ts';
import type { Subject } from './rules/proof.ts';
import type { Severity } from './rules/rule.ts';

/** One thing an upstream document takes for granted, and how it is here. */
export type Divergence = {
  /** Stable from one reading to the next: the rule, and what it is about. */
  readonly id: string;
  readonly feature: string;
  /** The document's own words and names. */
  readonly upstream: {
    readonly text: string;
    readonly places: readonly Place[];
    /** Each place that an adjustment has to deal with. */
    readonly subjects: readonly Subject[];
  };
  readonly local: { readonly text: string; readonly evidence: string };
  readonly divergence: Severity;
  /** A rule's id, `local-environment`, or `feature` where no rule answers. */
  readonly rule: string;
  readonly adjustment: string;
  /** Each place's own, of which `adjustment` has the first. */
  readonly adjustments: readonly string[];
};

/** A word for an id: lower case, digits and dashes. */
export function slug(text: string): string {
  const made = text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|(?<!-)-+$/g, '')
    .slice(0, 60);
  return made === '' ? 'none' : made;
}
