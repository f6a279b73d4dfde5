import type { KubeObject } from '../../objects/index.ts';
import type { Deployment, PlacedObject } from '../../workflow/index.ts';

/**
 * An object that apply-phase was about to make when its server was cut off: nothing was there then, what became of it was
 * never recorded, and what is there now carries our apply. It is ours, though no UID says so.
 */
export function isHalfMade(d: Deployment, ref: PlacedObject, live: KubeObject): boolean {
  const intended = d.placements.some(
    ({ object: o, ...p }) =>
      p.purpose === 'phase' &&
      p.state === 'intended' &&
      p.before === undefined &&
      o.uid === undefined &&
      o.apiVersion === ref.apiVersion &&
      o.kind === ref.kind &&
      o.name === ref.name &&
      (o.namespace ?? ref.namespace) === ref.namespace,
  );
  return intended && (live.metadata.managedFields ?? []).some((m) => isOurApply(Object(m)));
}

const isOurApply = (m: Record<string, unknown>): boolean => m.manager === 'infragate' && m.operation === 'Apply';
