import { isAssured } from './approval.ts';
import type { Deployment } from './deployment.ts';
import type { Allowance, ChangeClass, FieldChange, Instant } from './facts.ts';

/**
 * Changes that a person approved before they were known: a class names a component on a target, objects, kinds of change
 * and their limits, and when it ends. What it does not name is outside of it, so a person is asked as ever.
 */

/** Without tag and digest. */
export function repositoryOf(image: string): string {
  const named = image.split('@')[0] ?? '';
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return colon < 0 ? named : named.slice(0, colon);
}

const integer = (text: string): number | undefined => (/^\d{1,6}$/.test(text) ? Number(text) : undefined);

const TESTS: { readonly [K in Allowance['kind']]: (a: Allowance & { kind: K }, c: FieldChange) => boolean } = {
  image: (a, { path, from, to }) =>
    /image(?:Name)?$/i.test(path) && repositoryOf(from) === a.repository && repositoryOf(to) === a.repository,
  replicas: (a, { path, to }) => {
    const wanted = integer(to);
    return path === 'spec.replicas' && wanted !== undefined && wanted >= a.least && wanted <= a.most;
  },
  value: (a, { path }) => path === `data.${a.key}`,
};

function allows(allowance: Allowance, change: FieldChange): boolean {
  if (allowance.object !== change.object) return false;
  if (allowance.kind === 'image') return change.kind === 'image' && TESTS.image(allowance, change);
  if (allowance.kind === 'replicas') return change.kind === 'replicas' && TESTS.replicas(allowance, change);
  return change.kind === 'value' && TESTS.value(allowance, change);
}

/** Why these changes of this deployment are not inside the class, in sentences; empty when they are. */
export function outsideOf(
  c: ChangeClass,
  d: Pick<Deployment, 'started' | 'target'>,
  changes: readonly FieldChange[],
  now: Instant,
): string[] {
  const same =
    c.component === d.started.component && c.cluster === d.target.cluster && c.namespace === d.target.namespace;
  if (!same) return [`the class ${c.id} is about ${c.component} in ${c.namespace} of another target`];
  if (c.until <= now) return [`the class ${c.id} ended ${c.until}`];
  if (changes.length === 0) return ['nothing changes'];
  return changes
    .filter((change) => !c.allows.some((allowance) => allows(allowance, change)))
    .map((change) => `the class ${c.id} does not allow ${changeWords(change)}`);
}

/** A class, and the record that it stands in. */
export type ClassOnRecord = Deployment['classes'][number] & { readonly deployment: string };

/** The newest statement of each class that a person made surely enough, of these records. */
export function classesIn(records: readonly Deployment[], d: Pick<Deployment, 'least'>): ClassOnRecord[] {
  const newest = new Map<string, ClassOnRecord>();
  for (const { id, classes } of records) {
    // A class is said again in its own record only.
    for (const one of classes) newest.set(`${id}/${one.id}`, { ...one, deployment: id });
  }
  return [...newest.values()].filter((one) => isAssured(one.by, d.least));
}

export const changeWords = ({ object, path, from, to }: FieldChange): string => `${object} ${path}: ${from} → ${to}`;

export const allowanceWords = (a: Allowance): string =>
  a.kind === 'image'
    ? `${a.object}: another tag or digest of ${a.repository}`
    : a.kind === 'replicas'
      ? `${a.object}: ${a.least} to ${a.most} replicas`
      : `${a.object}: another value of ${a.key}`;
