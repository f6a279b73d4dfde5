import type { Event } from '../workflow/index.ts';
import { type Failure, failures } from './attempts.ts';

/** One thing that went wrong, however often it was found, and what it cost. */
export type Setback = {
  readonly gate: Failure['gate'];
  readonly what: string;
  readonly because: string;
  /** The events that found it. */
  readonly events: readonly number[];
  /** From the begin of the run that found it first to what settled it, or to the record's end. Setbacks may overlap. */
  readonly cost_ms: number;
  readonly settled?: { readonly seq: number; readonly how: string };
};

export function setbacks(events: readonly Event[]): Setback[] {
  const begun = new Map(events.flatMap(({ at, fact }) => (fact.type === 'begun' ? [[fact.run, at] as const] : [])));
  const open = new Map<string, Failure[]>();
  const done: Setback[] = [];
  const close = (found: readonly Failure[], at: string, settled?: Setback['settled']) => {
    const [first] = found;
    if (first === undefined) return;
    const from = (first.run === undefined ? undefined : begun.get(first.run)) ?? first.at;
    done.push({
      gate: first.gate,
      what: first.what,
      because: found.at(-1)?.because ?? first.because,
      events: found.map(({ seq }) => seq),
      cost_ms: Date.parse(at) - Date.parse(from),
      ...(settled === undefined ? {} : { settled }),
    });
  };

  const failed = new Map(failures(events).map((failure) => [failure.seq, failure]));
  for (const event of events) {
    for (const [what, found] of open) {
      const how = settles(event, found);
      if (how === undefined) continue;
      close(found, event.at, { seq: event.seq, how });
      open.delete(what);
    }
    const failure = failed.get(event.seq);
    if (failure !== undefined) open.set(failure.what, [...(open.get(failure.what) ?? []), failure]);
  }
  const end = events.findLast(({ fact }) => fact.type === 'completed' || fact.type === 'abandoned') ?? events.at(-1);
  if (end !== undefined) for (const found of open.values()) close(found, end.at);
  return done.toSorted((a, b) => (a.events[0] ?? 0) - (b.events[0] ?? 0));
}

/** In which way this event settles what was found, if it does. */
function settles({ fact }: Event, [found]: readonly Failure[]): string | undefined {
  if (found === undefined) return undefined;
  switch (fact.type) {
    case 'observed':
      if (fact.subject === `adjustment:${found.what}` && fact.verdict.status === 'pass') return 'adjusted';
      if (fact.subject === found.what && fact.severity !== undefined)
        return ['LOW', 'MEDIUM', 'NONE'].includes(fact.severity) ? 'no longer HIGH' : undefined;
      if (fact.subject === found.what && fact.verdict.status === 'pass') return 'it holds';
      // A later reading of the document that has the divergence no more.
      if (fact.subject.startsWith('source:') && fact.via === 'divergence-check' && found.what.startsWith('divergence:'))
        return sameDocument(found.what, fact.about ?? []) && !(fact.about ?? []).includes(found.what)
          ? 'found no more'
          : undefined;
      return undefined;
    case 'retired':
      return fact.subject === found.what
        ? fact.replaced_by === undefined
          ? 'given up'
          : `replaced by ${fact.replaced_by}`
        : undefined;
    case 'waived':
      return fact.subject === found.what ? 'waived by a person' : undefined;
    case 'decided':
      return found.gate === 'P' && fact.choice === 'approve' ? 'a plan was approved' : undefined;
    default:
      return undefined;
  }
}

/** `divergence:<document>/<rule>/<thing>`. */
const documentOf = (divergence: string) => divergence.slice(0, divergence.indexOf('/'));
const sameDocument = (divergence: string, others: readonly string[]) =>
  others.some((other) => documentOf(other) === documentOf(divergence));
