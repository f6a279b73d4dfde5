import { subjectRef } from '../objects/index.ts';
import { fail, pass, unknown } from '../workflow/verdict.ts';
import { findTarget, ofAll, type Predicate, type Target } from './predicate.ts';

/** It is there, and not on its way out. */
export function present(text: string, target: Target): Predicate {
  return ofAll(text, target, (objects) => {
    const going = objects.find((o) => o.metadata.deletionTimestamp !== undefined);
    if (going !== undefined) return fail('Terminating', `${subjectRef(going)} is being deleted`);
    return pass('Exists', `${objects.map(subjectRef).join(', ')} ${objects.length > 1 ? 'exist' : 'exists'}`);
  });
}

/** It is known to be gone: not having seen it is not enough. */
export function gone(text: string, target: Target): Predicate {
  return {
    text,
    target,
    needs: [{ kind: 'gone', of: target }],
    holds(view) {
      const found = findTarget(target, view);
      if (found.kind === 'found') return fail('StillThere', `${found.objects.map(subjectRef).join(', ')} still there`);
      if (view.gone !== true) return unknown('NotLookedFor', `nobody has made sure that ${target.label} is gone`);
      return pass('Gone', `${target.label} is gone`);
    },
  };
}
