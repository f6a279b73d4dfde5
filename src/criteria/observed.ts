import { type KubeObject, readyAddresses, restarts, subjectRef, textAt, treeOf } from '../objects/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';
import { findTarget, forEach, inView, type Predicate, type Subject, type Target, type View } from './predicate.ts';
import { conditionIs, readyCount, started } from './states.ts';

export type Asked = {
  readonly text: string;
  /** What the sentence names, or, if it names nothing, what it must be about. */
  readonly target: Target;
  readonly subjects: readonly Subject[];
};

export function logs({ text, target, subjects }: Asked, wanted: string, present: boolean): Predicate | undefined {
  if (
    wanted.trim() === '' ||
    (!present && /^(errors?|any)$/i.test(wanted.trim()) === false && wanted.trim().length < 2)
  )
    return undefined;
  return {
    text,
    target,
    needs: [{ kind: 'logs', of: target }],
    holds(view) {
      if (view.dryRun === true) return unknown('NoLogs', 'a dry run has no logs');
      const pods = podsIn(target, subjects, view);
      const read = Object.entries(view.logs ?? {}).filter(
        ([key]) => pods === undefined || pods.has(key.split('/')[0] ?? ''),
      );
      if (read.length === 0) return unknown('NoLogs', `no logs of ${target.label} have been read yet`);
      const where = read.find(([, log]) => log.includes(wanted))?.[0];
      const found =
        where === undefined ? `not in the logs of ${read.map(([key]) => key).join(', ')}` : `in the log of ${where}`;
      const words = `${JSON.stringify(wanted.slice(0, 80))} is ${found}`;
      if (present) return where === undefined ? fail('NotInLogs', words) : pass('InLogs', words);
      return where === undefined ? pass('NotInLogs', words) : fail('InLogs', words);
    },
  };
}

/** The names of the Pods that belong to the target; undefined: any. */
function podsIn(target: Target, subjects: readonly Subject[], view: View): Set<string> | undefined {
  if (target.subjects.length === 0 || target.subjects.length === subjects.length) return undefined;
  return new Set(podObjects(target, view).map((pod) => pod.metadata.name ?? ''));
}

function podObjects(target: Target, view: View): KubeObject[] {
  const all = inView(view);
  const found = findTarget(target, view);
  const roots = found.kind === 'found' ? found.objects : [];
  const pods = roots.flatMap((root) => treeOf(root, all)).filter((o) => o.kind === 'Pod');
  return [...new Map(pods.map((pod) => [pod.metadata.uid ?? pod.metadata.name, pod])).values()];
}

export function endpoints({ text, target }: Asked, least: number): Predicate {
  return forEach(text, target, (service, view) => count(service, view, least), [
    { kind: 'object', of: target },
    { kind: 'endpoints', of: target },
  ]);
}

function count(service: KubeObject, view: View, least: number): Verdict {
  const { name = '', namespace } = service.metadata;
  const own = inView(view).filter(
    (o) =>
      o.metadata.namespace === namespace &&
      ((o.kind === 'EndpointSlice' && o.metadata.labels?.['kubernetes.io/service-name'] === name) ||
        (o.kind === 'Endpoints' && o.metadata.name === name)),
  );
  const slices = own.some((o) => o.kind === 'EndpointSlice') ? own.filter((o) => o.kind === 'EndpointSlice') : own;
  const n = slices.reduce((sum, o) => sum + readyAddresses(o), 0);
  const words = `${subjectRef(service)} has ${n} ready endpoint${n === 1 ? '' : 's'}`;
  return n >= least
    ? pass('HasEndpoints', words)
    : fail(n === 0 ? 'NoEndpoints' : 'TooFewEndpoints', n === 0 ? words : `${words}, not ${least}`);
}

export function replicas({ text, target }: Asked, wanted: number): Predicate {
  return forEach(
    text,
    target,
    (object, view) => {
      const pods = treeOf(object, inView(view)).filter(
        (o) => o.kind === 'Pod' && o.metadata.deletionTimestamp === undefined,
      );
      const have = readyCount(object) ?? pods.filter((pod) => conditionIs(pod, 'Ready').status === 'pass').length;
      const words = `${subjectRef(object)}: ${have} of ${wanted} are ready`;
      return have >= wanted ? pass('ReplicasReady', words) : fail('TooFewReplicas', words);
    },
    [
      { kind: 'object', of: target },
      { kind: 'pods', of: target },
    ],
  );
}

export function unrestarted({ text, target }: Asked): Predicate {
  return {
    text,
    target,
    needs: [{ kind: 'pods', of: target }],
    holds(view) {
      const pods = podObjects(target, view).filter(
        (pod) => conditionIs(pod, 'Initialized').status === 'pass' || started(pod).status === 'pass',
      );
      if (pods.length === 0) return unknown('NoPods', `no Pod of ${target.label} has started yet`);
      const n = restarts(pods);
      return n === 0
        ? pass('NoRestarts', `no restarts in ${pods.length} Pods`)
        : fail('Restarted', `${n} restarts in ${pods.length} Pods`);
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
