/** Pure: the names under which people know one operator → whether they mean the same. */

/** Words that vendors and catalogs add, and people leave out. */
const ADDED = new Set([
  ...['operator', 'operators', 'the', 'for', 'by', 'red', 'hat', 'redhat', 'rh', 'rhel', 'certified', 'community'],
  ...['product', 'provided', 'bundle', 'build', 'of', 'openshift', 'kubernetes', 'ocp'],
]);

export const slugOf = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-+|(?<!-)-+$/g, '');

/** `Red Hat OpenShift Pipelines Operator`, `openshift-pipelines-operator-rh` → `pipelines`. */
function essence(name: string): string {
  const words = slugOf(name).split('-');
  const kept = words.filter((word) => !ADDED.has(word));
  return (kept.length === 0 ? words : kept).join('-');
}

/** The same name, or the same without what vendors add to it. */
export const isSameOperator = (one: string, other: string): boolean =>
  slugOf(one) === slugOf(other) || essence(one) === essence(other);

/** `cloudnative-pg.v1.27.0` and `cloudnative-pg-operator.v1.27.0` for `cloudnative-pg`. */
export function isCsvOf(csv: string, name: string): boolean {
  if (csv === '') return false;
  const [, prefix = csv] = /^(.+?)\.v?\d/.exec(csv) ?? [];
  return csv === name || csv.startsWith(`${name}.`) || isSameOperator(prefix, name);
}
