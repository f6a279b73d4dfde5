import type { Engine } from '../engine/index.ts';
import { differenceLines, manifestLines, type Review, reviewWhole } from '../review/index.ts';
import type { Visible } from '../workflow/index.ts';

/** What can be paged through of a plan beside its review. */
export const PARTS = ['plan', 'diff', 'manifests'] as const;
export type Part = (typeof PARTS)[number];

const LINES: Readonly<Record<Part, (review: Review) => Visible[]>> = {
  plan: reviewWhole,
  diff: differenceLines,
  manifests: manifestLines,
};

/** A part of a review that is on record under its digest; undefined: it isn't there. */
export async function partOf(engine: Engine, digest: string, part: Part): Promise<Visible[] | undefined> {
  const stored = await engine.evidence(digest);
  return stored === undefined ? undefined : LINES[part](JSON.parse(stored.text) as Review);
}
