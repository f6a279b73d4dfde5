import { advance, type Deployment, type Event, fold, position, STAGES, type Stage } from '../workflow/index.ts';

/** A stretch of one deployment in one stage. Times in milliseconds. */
export type Stretch = { readonly stage: Stage; readonly from: number; readonly to: number };

const isStage = (name: string): name is Stage => STAGES.some((s) => s === name);

/**
 * Which stage the deployment was in between one event and the next, by folding the record up to each. The time after
 * the last event belongs to nobody; `ready-to-complete` counts for validate.
 */
export function stretches(id: string, events: readonly Event[]): Stretch[] {
  const found: Stretch[] = [];
  let d: Deployment | undefined;
  let folded = 0;
  for (const [i, event] of events.entries()) {
    const from = Date.parse(event.at);
    const to = Date.parse(events[i + 1]?.at ?? event.at);
    if (to <= from) continue;
    const more = events.slice(folded, i + 1);
    d = d === undefined ? fold(id, more) : advance(d, more);
    folded = i + 1;
    if (d === undefined) return found;
    if (d.closed !== undefined) continue;
    const at = position(d, event.at).stage;
    const stage = isStage(at) ? at : 'validate';
    const last = found.at(-1);
    if (last?.stage === stage && last.to === from) found[found.length - 1] = { ...last, to };
    else found.push({ stage, from, to });
  }
  return found;
}

export type Span = readonly [from: number, to: number];

/** What a person is asked in is not work for the cluster. */
const ASKS = 'request-approval';

/** Where the record stops being about work: its close, or its last event. */
const lastMoment = (events: readonly Event[]): number =>
  Date.parse(
    (events.find(({ fact }) => fact.type === 'completed' || fact.type === 'abandoned') ?? events.at(-1))?.at ?? '',
  );

/** When a tool ran: waiting for the cluster, the registries and the commands. A run that never ended is not counted. */
export function clusterSpans(events: readonly Event[]): Span[] {
  const begun = new Map<string, number>();
  const spans: Span[] = [];
  const last = lastMoment(events);
  for (const { at, fact } of events) {
    if (fact.type === 'begun' && fact.tool !== ASKS) begun.set(fact.run, Date.parse(at));
    const from = fact.type === 'ended' ? begun.get(fact.run) : undefined;
    if (from !== undefined && from < last) spans.push([from, Math.min(Date.parse(at), last)]);
  }
  return spans;
}

/** From asking a person about a plan to the decision about it, or to the end when nobody decided. */
export function personSpans(events: readonly Event[]): Span[] {
  const spans: Span[] = [];
  let asked: number | undefined;
  for (const { at, fact } of events) {
    if (fact.type === 'begun' && fact.tool === ASKS) asked ??= Date.parse(at);
    if (fact.type === 'decided' && asked !== undefined) {
      spans.push([asked, Date.parse(at)]);
      asked = undefined;
    }
  }
  if (asked !== undefined) spans.push([asked, Math.max(asked, lastMoment(events))]);
  return spans;
}

/** Milliseconds covered by the spans; overlaps count once. */
export function covered(spans: readonly Span[]): number {
  let total = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}
