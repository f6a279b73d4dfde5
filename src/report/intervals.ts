import { type Event, fold, position, STAGES, type Stage } from '../workflow/index.ts';

/** A stretch of one deployment in one stage. Times in milliseconds. */
export type Stretch = { readonly stage: Stage; readonly from: number; readonly to: number };

const isStage = (name: string): name is Stage => STAGES.some((s) => s === name);

/**
 * Which stage the deployment stood in between one event and the next, by folding the record up to each. The time after
 * the last event belongs to nobody; `ready-to-complete` counts for validate.
 */
export function stretches(id: string, events: readonly Event[]): Stretch[] {
  const found: Stretch[] = [];
  for (let i = 0; i + 1 < events.length; i += 1) {
    const from = Date.parse(events[i]?.at ?? '');
    const to = Date.parse(events[i + 1]?.at ?? '');
    if (to <= from) continue;
    const d = fold(id, events.slice(0, i + 1));
    if (d === undefined || d.closed !== undefined) continue;
    const at = position(d, events[i]?.at ?? '').stage;
    const stage = isStage(at) ? at : 'validate';
    const last = found.at(-1);
    if (last?.stage === stage && last.to === from) found[found.length - 1] = { ...last, to };
    else found.push({ stage, from, to });
  }
  return found;
}

/** Time with a tool running: waiting for the cluster, the registries and the commands. Overlaps count once. */
export function clusterTime(events: readonly Event[]): number {
  const begun = new Map<string, number>();
  const spans: [number, number][] = [];
  for (const { at, fact } of events) {
    if (fact.type === 'begun') begun.set(fact.run, Date.parse(at));
    const from = fact.type === 'ended' ? begun.get(fact.run) : undefined;
    if (from !== undefined) spans.push([from, Date.parse(at)]);
  }
  return union(spans);
}

/** Time from asking a person about a plan to the decision about it. */
export function personTime(events: readonly Event[]): number {
  let asked: number | undefined;
  let total = 0;
  for (const { at, fact } of events) {
    if (fact.type === 'begun' && fact.tool === 'request-approval') asked ??= Date.parse(at);
    if (fact.type === 'decided' && asked !== undefined) {
      total += Date.parse(at) - asked;
      asked = undefined;
    }
  }
  return total;
}

function union(spans: [number, number][]): number {
  let total = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}
