import {
  at,
  changedSince,
  groupOf,
  identityOfObject,
  isCustom,
  isRecord,
  isStoredOnly,
  type Known,
  type KubeObject,
  numberAt,
  subjectRef,
  treeOf,
} from '../objects/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';

/** An object that criteria may be about. `was`: what the document calls it, where a run gave it a fresh name. */
export type Subject = {
  readonly kind: string;
  readonly name: string;
  readonly apiVersion?: string;
  readonly namespace?: string;
  readonly was?: string;
};

/** What is known of the cluster when a criterion is judged. */
export type View = {
  /** The object that the criterion is about, where the caller knows. It is looked for among `objects` too. */
  readonly object?: KubeObject;
  /** Everything seen: the subjects, what they own, EndpointSlices of Services. */
  readonly objects: readonly KubeObject[];
  /** `pod/container` → text. */
  readonly logs?: Readonly<Record<string, string>>;
  readonly events?: readonly KubeObject[];
  /** The object is known to be gone (a 404, a DELETED event); without it, absence is only not having seen it. */
  readonly gone?: boolean;
  /** The objects are a dry run's: nothing has reconciled them, and nothing will. */
  readonly dryRun?: boolean;
  /** What is known beside an object, such as the definition of its kind. */
  readonly known?: (object: KubeObject) => Known;
  /** How long it has been watched, for criteria with a time limit of their own; without it, only the objects' times say. */
  readonly elapsedMs?: number;
};

/** What must be looked at before a criterion can be judged. */
export type Need =
  | { readonly kind: 'object'; readonly of: Target }
  | { readonly kind: 'pods'; readonly of: Target }
  | { readonly kind: 'logs'; readonly of: Target }
  | { readonly kind: 'endpoints'; readonly of: Target }
  | { readonly kind: 'events'; readonly of: Target }
  | { readonly kind: 'gone'; readonly of: Target }
  | { readonly kind: 'person'; readonly what: string };

/** Which objects: exactly these, or all of a kind that are seen (the Pods of a Deployment). */
export type Target = {
  /** `Cluster/pg`, `Pod`, for people. */
  readonly label: string;
  readonly subjects: readonly Subject[];
  /** Without subjects: every object of this kind, of which there must be one. */
  readonly kind?: string;
  /** With `kind`: only what comes of these. */
  readonly of?: readonly Subject[];
  /** With `kind`: only those of this namespace. */
  readonly namespace?: string;
};

export type Predicate = {
  readonly text: string;
  readonly target: Target;
  readonly needs: readonly Need[];
  /** It must hold so soon after it began to be watched. */
  readonly withinMs?: number;
  holds(view: View): Verdict;
};

export const isSubject = (subject: Subject, object: KubeObject): boolean =>
  object.kind === subject.kind &&
  object.metadata.name === subject.name &&
  (subject.namespace === undefined || (object.metadata.namespace ?? subject.namespace) === subject.namespace) &&
  (subject.apiVersion === undefined || groupOf(subject.apiVersion) === groupOf(object.apiVersion));

/** Everything in view, once. */
export function inView(view: View): KubeObject[] {
  const all = view.object === undefined ? [...view.objects] : [view.object, ...view.objects];
  const seen = new Set<string>();
  return all.filter((object) => {
    const key = object.metadata.uid ?? identityOfObject(object);
    return !seen.has(key) && seen.add(key);
  });
}

export type Found =
  | { readonly kind: 'found'; readonly objects: readonly KubeObject[] }
  | { readonly kind: 'missing'; readonly verdict: Verdict };

/** The target's objects. One that isn't seen is missing: fail, not unknown, because everything that is there is in view. */
export function findTarget(target: Target, view: View): Found {
  const all = inView(view);
  const missing = (what: string): Found => ({ kind: 'missing', verdict: fail('NotFound', `${what} is not there`) });
  if (target.subjects.length === 0) {
    const among = target.of === undefined ? all : familyOf(target.of, all);
    const alive = current(
      among.filter(
        (o) =>
          (target.kind === undefined || o.kind === target.kind) &&
          (target.namespace === undefined || o.metadata.namespace === target.namespace),
      ),
    );
    return alive.length === 0 ? missing(`no ${target.label}`) : { kind: 'found', objects: alive };
  }
  const objects: KubeObject[] = [];
  for (const subject of target.subjects) {
    const object = all.find((o) => isSubject(subject, o));
    if (object === undefined) {
      const where = subject.namespace === undefined ? '' : ` in namespace ${subject.namespace}`;
      return missing(`${subject.kind}/${subject.name}${where}`);
    }
    objects.push(object);
  }
  return { kind: 'found', objects };
}

/** What comes of these objects: what they own, and the Pods that a Service selects. */
function familyOf(subjects: readonly Subject[], all: readonly KubeObject[]): KubeObject[] {
  const roots = all.filter((o) => subjects.some((subject) => isSubject(subject, o)));
  const owned = roots.flatMap((root) => treeOf(root, all).slice(1));
  const selected = roots.filter((o) => o.kind === 'Service').flatMap((service) => selectedBy(service, all));
  return [...new Set([...owned, ...selected])];
}

function selectedBy(service: KubeObject, all: readonly KubeObject[]): KubeObject[] {
  const selector = at(service, 'spec', 'selector');
  const wanted = isRecord(selector) ? Object.entries(selector) : [];
  return all.filter(
    (o) => o.kind === 'Pod' && wanted.length > 0 && wanted.every(([key, value]) => o.metadata.labels?.[key] === value),
  );
}

/** Of what comes and goes: not what is on its way out, nor the Pods of a Job that is done where others still run. */
function current(objects: readonly KubeObject[]): readonly KubeObject[] {
  const staying = objects.filter((o) => o.metadata.deletionTimestamp === undefined);
  const unfinished = staying.filter((o) => !(o.kind === 'Pod' && at(o, 'status', 'phase') === 'Succeeded'));
  return unfinished.length > 0 ? unfinished : staying;
}

/** What is known beside an object: at least everything in view. */
export const knownTo = (view: View | undefined, object: KubeObject): Known => {
  if (view === undefined) return {};
  return view.known?.(object) ?? { around: [...view.objects, ...(view.events ?? [])] };
};

/** So long a controller that writes no observedGeneration has to react to a change; then what a criterion asks for counts. */
const REACTS_WITHIN_MS = 2 * 60_000;

/**
 * Could this object have been acted on yet? What holds before is what the document itself says, and shows nothing: no
 * status at all, or a status of an older spec. Kinds that nothing acts on are what they are once stored.
 */
export function unreconciled(object: KubeObject, view?: View): Verdict | undefined {
  const what = subjectRef(object);
  if (object.metadata.deletionTimestamp !== undefined) return fail('Terminating', `${what} is being deleted`);
  const observed = numberAt(object, 'status', 'observedGeneration');
  const { generation } = object.metadata;
  if (observed !== undefined && generation !== undefined && observed < generation) {
    return unknown('NotObserved', `${what}: its controller has seen generation ${observed}, not ${generation} yet`);
  }
  const known = knownTo(view, object);
  if (isStoredOnly(object, known)) return undefined;
  const status = at(object, 'status');
  if (isRecord(status) && Object.keys(status).length > 0) return outdated(object, known);
  return unknown('NotReconciled', `${what} has no status yet: nothing has acted on it`);
}

function outdated(object: KubeObject, { now }: Known): Verdict | undefined {
  const changed = isCustom(object) ? changedSince(object) : undefined;
  if (changed === undefined || (now !== undefined && now - changed > REACTS_WITHIN_MS)) return undefined;
  const at = new Date(changed).toISOString();
  return unknown(
    'StatusOlderThanSpec',
    `${subjectRef(object)} was changed at ${at}, after its status was last written`,
  );
}

/** A criterion about the objects of its target, taken together; without them it is what their absence says. */
export function ofAll(
  text: string,
  target: Target,
  judge: (objects: readonly KubeObject[], view: View) => Verdict,
  needs: readonly Need[] = [{ kind: 'object', of: target }],
): Predicate {
  return {
    text,
    target,
    needs,
    holds(view) {
      const found = findTarget(target, view);
      return found.kind === 'missing' ? found.verdict : judge(found.objects, view);
    },
  };
}

/** A criterion that every object of its target must meet, none before it could have been acted on. */
export function forEach(
  text: string,
  target: Target,
  judge: (object: KubeObject, view: View) => Verdict,
  needs?: readonly Need[],
): Predicate {
  const judgeOne = (object: KubeObject, view: View): Verdict => {
    const verdict = judge(object, view);
    if (verdict.status !== 'pass' || view.dryRun === true) return verdict;
    return unreconciled(object, view) ?? verdict;
  };
  return ofAll(text, target, (objects, view) => allOf(objects.map((object) => judgeOne(object, view))), needs);
}

/** The worst of several; when all pass, what they say together. */
export function allOf(verdicts: readonly Verdict[]): Verdict {
  const worst = verdicts.find((v) => v.status === 'fail') ?? verdicts.find((v) => v.status === 'unknown');
  const first = verdicts[0];
  if (worst !== undefined || first === undefined) return worst ?? unknown('NothingObserved', 'nothing was observed');
  const messages = [...new Set(verdicts.map((v) => v.message))];
  return pass(first.reason, messages.slice(0, 3).join('; ') + (messages.length > 3 ? ' …' : ''));
}

/** Several criteria as one: the worst of them is what it says. */
export function together(text: string, predicates: readonly Predicate[]): Predicate {
  const [first, ...rest] = predicates;
  if (first !== undefined && rest.length === 0) return first;
  const subjects = [...new Set(predicates.flatMap((p) => p.target.subjects))];
  const label = [...new Set(predicates.map((p) => p.target.label))].join(', ');
  return {
    text,
    target: { label, subjects },
    needs: predicates.flatMap((p) => p.needs),
    holds: (view) => allOf(predicates.map((p) => p.holds(view))),
  };
}

/** The better of several: one that holds is enough. */
export function anyOf(verdicts: readonly Verdict[]): Verdict {
  const best = verdicts.find((v) => v.status === 'pass') ?? verdicts.find((v) => v.status === 'unknown');
  return best ?? verdicts[0] ?? unknown('NothingObserved', 'nothing was observed');
}
