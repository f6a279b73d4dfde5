import type { Conflict } from '../cluster/index.ts';
import type { PlacedObject } from '../workflow/index.ts';

/** What the plan says may be taken from whom: the approver has seen it. */
export type TakeOver = {
  /** `Kind/name` or `apiVersion/Kind/name`. */
  readonly object: string;
  readonly managers: readonly string[];
  readonly fields: readonly string[];
};

/** Writing an object back (restore) makes us its manager in another way than applying does: that is no one else. */
const OURSELVES = 'infragate';

/** Pure: the conflicts that no take-over covers. Force takes everything, so every one must be covered. */
export function uncovered(
  ref: PlacedObject,
  conflicts: readonly Conflict[],
  takeOver: readonly TakeOver[],
): Conflict[] {
  const mine = takeOver.filter((t) =>
    [`${ref.kind}/${ref.name}`, `${ref.apiVersion}/${ref.kind}/${ref.name}`].includes(t.object),
  );
  return conflicts.flatMap(({ manager, fields }) => {
    if (manager === OURSELVES) return [];
    const allowed = mine.filter((t) => t.managers.includes(manager)).flatMap((t) => t.fields);
    const left = fields.filter((field) => !allowed.some((a) => covers(a, field)));
    return left.length === 0 ? [] : [{ manager, fields: left }];
  });
}

/** `.spec.replicas` covers itself and what is below it; the leading dot may be left out. */
function covers(allowed: string, field: string): boolean {
  const [a, f] = [allowed, field].map((path) => path.replace(/^\./, ''));
  return a !== undefined && f !== undefined && (a === f || f.startsWith(`${a}.`) || f.startsWith(`${a}[`));
}
