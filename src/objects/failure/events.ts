import { at, groupOf, type KubeEvent, type KubeObject, textAt } from '../kube-object.ts';

/** The events about one object, oldest first; those of an earlier object of the same name are another's. */
export function eventsAbout(object: KubeObject, events: readonly KubeEvent[]): KubeEvent[] {
  return events.filter((event) => isAbout(event, object)).sort((a, b) => lastSeen(a) - lastSeen(b));
}

function isAbout(event: KubeEvent, object: KubeObject): boolean {
  const about = at(event, 'involvedObject') ?? at(event, 'regarding');
  const uid = textAt(about, 'uid');
  if (uid !== '' && object.metadata.uid !== undefined) return uid === object.metadata.uid;
  const group = groupOf(textAt(about, 'apiVersion'));
  return (
    textAt(about, 'kind') === object.kind &&
    textAt(about, 'name') === object.metadata.name &&
    (group === '' || group === groupOf(object.apiVersion))
  );
}

const time = (text: string): number => Date.parse(text) || 0;

export const lastSeen = (event: KubeEvent): number =>
  time(textAt(event, 'series', 'lastObservedTime')) ||
  time(textAt(event, 'lastTimestamp')) ||
  time(textAt(event, 'deprecatedLastTimestamp')) ||
  firstSeen(event);

export const firstSeen = (event: KubeEvent): number =>
  time(textAt(event, 'firstTimestamp')) ||
  time(textAt(event, 'deprecatedFirstTimestamp')) ||
  time(textAt(event, 'eventTime')) ||
  time(event.metadata.creationTimestamp ?? '');

export const messageOf = (event: KubeEvent): string => textAt(event, 'message') || textAt(event, 'note');

/** The latest event with one of these reasons, of what is said about the object. */
export const latest = (about: readonly KubeEvent[], ...reasons: readonly string[]): KubeEvent | undefined =>
  about.findLast((event) => reasons.includes(textAt(event, 'reason')));

/** How long ago a time was; from `since` where the object doesn't say. Clocks of two machines may differ: never negative. */
export const age = (time: string | number | undefined, now: number, since: number): number => {
  const then = typeof time === 'number' ? time : Date.parse(time ?? '');
  return Math.max(0, now - (Number.isFinite(then) && then > 0 ? then : since));
};
