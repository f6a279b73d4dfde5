import { type KubeObject, restarts, textAt, treeOf } from '../objects/index.ts';
import { fail, pass, unknown } from '../workflow/verdict.ts';
import { findTarget, inView, type Predicate, type Subject, type Target, type View } from './predicate.ts';
import { started } from './states.ts';

export type Asked = {
  readonly text: string;
  /** What the sentence names, or, if it names nothing, what it must be about. */
  readonly target: Target;
  readonly subjects: readonly Subject[];
  /** Of logs: in each Pod's, and only in those of this container. */
  readonly each?: boolean;
  readonly container?: string;
};

/** The names of the Pods that belong to the target; undefined: any. */
export function podsIn(target: Target, subjects: readonly Subject[], view: View): Set<string> | undefined {
  const isWhole =
    target.subjects.length === 0 ? target.of === undefined : subjects.every((s) => target.subjects.includes(s));
  if (isWhole) return undefined;
  return new Set(podObjects(target, view).map((pod) => pod.metadata.name ?? ''));
}

export function podObjects(target: Target, view: View): KubeObject[] {
  const all = inView(view);
  const found = findTarget(target, view);
  const roots = found.kind === 'found' ? found.objects : [];
  const pods = roots.flatMap((root) => treeOf(root, all)).filter((o) => o.kind === 'Pod');
  return [...new Map(pods.map((pod) => [pod.metadata.uid ?? pod.metadata.name, pod])).values()];
}

export function unrestarted({ text, target }: Asked): Predicate {
  return {
    text,
    target,
    needs: [{ kind: 'pods', of: target }],
    holds(view) {
      const pods = podObjects(target, view);
      const n = restarts(pods);
      if (n > 0) return fail('Restarted', `${n} restarts in ${pods.length} Pods`);
      const waiting = pods.map(started).find((verdict) => verdict.status !== 'pass');
      if (pods.length === 0) return unknown('NoPods', `there is no Pod of ${target.label} yet`);
      return waiting === undefined
        ? pass('NoRestarts', `no restarts in ${pods.length} Pods`)
        : unknown('NotStarted', waiting.message);
    },
  };
}

export function anyPodStarted({ text, target }: Asked): Predicate {
  return {
    text,
    target,
    needs: [{ kind: 'pods', of: target }],
    holds(view) {
      const pods = podObjects(target, view);
      if (pods.length === 0) return fail('NoPods', `there is no Pod of ${target.label} yet`);
      const verdicts = pods.map(started);
      return verdicts.find((v) => v.status === 'fail') ?? verdicts[0] ?? unknown('NoPods', 'no Pod was seen');
    },
  };
}

export function quiet({ text, target }: Asked): Predicate {
  return {
    text,
    target,
    needs: [{ kind: 'events', of: target }],
    holds(view) {
      if (view.events === undefined) return unknown('NoEvents', 'no events have been read');
      const warning = view.events.find((e) => e.type === 'Warning');
      if (warning === undefined)
        return view.dryRun === true
          ? unknown('NoEvents', 'a dry run has no events')
          : pass('NoWarnings', 'no Warning event');
      return fail(textAt(warning, 'reason') || 'Warning', textAt(warning, 'message') || textAt(warning, 'note'));
    },
  };
}
