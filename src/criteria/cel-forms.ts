import type { Subject, Target } from './predicate.ts';

/** What a criterion in CEL would be written about: `Deployment/web: `, or nothing where there is only one object. */
export function about(target: Target | undefined, subjects: readonly Subject[]): string {
  const subject = target?.subjects[0] ?? subjects[0];
  return subjects.length < 2 || subject === undefined ? '' : `${subject.kind}/${subject.was ?? subject.name}: `;
}

const text = (value: string): string => JSON.stringify(value.replace(/[^\w .-]/g, ''));

/** Kinds whose status has a phase and not conditions. */
const PHASED: ReadonlySet<string> = new Set(['Pod', 'PersistentVolumeClaim', 'PersistentVolume', 'Namespace']);

const conditionOfWord = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;

const CONDITIONS: Readonly<Record<string, string>> = {
  ready: 'Ready',
  available: 'Available',
  completes: 'Complete',
  completed: 'Complete',
  complete: 'Complete',
  succeeds: 'Complete',
  succeeded: 'Complete',
  healthy: 'Healthy',
};

export const conditionNamed = (word: string): string =>
  CONDITIONS[word.toLowerCase()] ?? conditionOfWord(word.replace(/\s.*/s, ''));

/** `object.status…` is this state, where the status says so in the usual ways. */
export function celState(word: string, kind: string | undefined, object: string): string {
  if (kind !== undefined && PHASED.has(kind) && word.toLowerCase() !== 'ready') {
    return `has(${object}.status.phase) && ${object}.status.phase == ${text(conditionOfWord(word))}`;
  }
  return `has(${object}.status.conditions) && ${object}.status.conditions.exists(c, c.type == ${text(conditionNamed(word))} && c.status == "True")`;
}

/** A status is there and doesn't say this. */
export function celNot(word: string, target: Target | undefined, subjects: readonly Subject[]): readonly string[] {
  const kind = target?.kind ?? target?.subjects[0]?.kind ?? subjects[0]?.kind;
  const before = about(target, subjects);
  if (kind !== undefined && PHASED.has(kind) && word.toLowerCase() !== 'ready') {
    return [`${before}cel: has(object.status.phase) && object.status.phase != ${text(conditionOfWord(word))}`];
  }
  const condition = conditionNamed(word);
  return [
    `${before}condition=${condition}=False`,
    `${before}cel: has(object.status.conditions) && !object.status.conditions.exists(c, c.type == ${text(condition)} && c.status == "True")`,
  ];
}
