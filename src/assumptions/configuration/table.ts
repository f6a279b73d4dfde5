import type { Finding } from '../finding.ts';
import type { World } from '../world.ts';

/** One sentence of the workflow and how it is checked. */
export type Requirement = {
  /** As it may be written; shown when a sentence isn't recognised. */
  readonly form: string;
  /** Anchored: the whole sentence. */
  readonly pattern: RegExp;
  /** What was asked of the world. */
  readonly asks: string;
  /** The one spelling; it must be recognised by `pattern` itself. */
  canonical(match: RegExpExecArray): string;
  check(world: World, match: RegExpExecArray): Promise<Part>;
};

export type Part = Omit<Finding, 'subject' | 'asked'>;

/** What may follow a kind without being the name of an object. */
export const NO_NAME = '(?!(?:support(?:ed)?|exists?|available|served|enforced|is|are)\\b(?!-))';

export const group = (match: RegExpExecArray, name: string): string => match.groups?.[name] ?? '';
