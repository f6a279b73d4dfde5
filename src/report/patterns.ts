import type { Event, FactOf } from '../workflow/index.ts';
import { attempts } from './attempts.ts';

/** A failure pattern the record suggests, with the events that show it. None without at least one. */
export type Pattern = { readonly slug: string; readonly because: string; readonly events: readonly number[] };

type Seen = { readonly seq: number; readonly fact: FactOf<'observed'> };
type Rule = (events: readonly Event[]) => { because: string; events: readonly number[] } | undefined;

/** Keyed by slug, because their numbers differ between lists. Each is a rule over the record, so none can be invented. */
const RULES: Readonly<Record<string, Rule>> = {
  'local-environment-mismatch': (events) => {
    const high = observedBy(events, 'divergence-check').filter(({ fact }) => fact.severity === 'HIGH');
    return shown(
      high,
      `${count(things(high), 'thing')} in the document can't be so on this cluster (HIGH divergences)`,
    );
  },

  'external-dependency-assumption': (events) => {
    const outside = observedBy(events, 'cluster-reality-check', 'divergence-check', 'tracer-bullet').filter(
      ({ fact }) => fact.verdict.status === 'fail' && [fact.subject, ...(fact.about ?? [])].some(fromOutside),
    );
    return shown(outside, `${count(things(outside), 'assumption')} about images or operators did not hold`);
  },

  'copy-pasta-blindspot': (events) => {
    const copied = observedBy(events, 'divergence-check').filter(
      ({ fact }) => fact.severity === 'HIGH' || fact.severity === 'MEDIUM',
    );
    return things(copied) < 3
      ? undefined
      : shown(copied, `${count(things(copied), 'thing')} that an upstream document takes for granted differ here`);
  },

  'debug-loop-spiral': (events) => {
    const loop = longestLoop(events);
    return loop.length < 3
      ? undefined
      : {
          because: `${loop.length} attempts at one gate failed in a row with nothing changed between them`,
          events: loop,
        };
  },

  'completion-impulse': (events) => {
    const ahead = events.filter(
      ({ fact }) =>
        fact.type === 'refused' && ['GATE_NOT_PASSED', 'PHASE_ORDER', 'APPROVAL_REQUIRED'].includes(fact.code),
    );
    return shown(
      ahead,
      `${count(ahead.length, 'call')} ahead of a gate ${ahead.length === 1 ? 'was' : 'were'} refused`,
    );
  },

  'tests-passing-lie': (events) => {
    const passed = new Set<string>();
    const broke: Seen[] = [];
    for (const { seq, fact } of events) {
      if (fact.type !== 'observed' || !fact.subject.startsWith('phase:') || fact.via === 'rollback-phase') continue;
      const proof = `${fact.subject}/${fact.bound ?? ''}`;
      if (fact.verdict.status === 'pass') passed.add(proof);
      else if (fact.verdict.status === 'fail' && passed.has(proof)) broke.push({ seq, fact });
    }
    return shown(
      broke,
      `${count(things(broke), 'phase')} that had passed ${things(broke) === 1 ? 'was' : 'were'} found broken later`,
    );
  },

  /** One edit taken back, or a plan made better before a person saw it, is work; the third change after approval is not. */
  'moving-target-syndrome': (events) => {
    const approved = events.findIndex(({ fact }) => fact.type === 'decided' && fact.choice === 'approve');
    if (approved < 0) return undefined;
    const after = events.slice(approved);
    const plans = after.filter(({ fact }) => fact.type === 'planned');
    const drift = after.filter(({ fact }) => fact.type === 'refused' && fact.code === 'PLAN_DRIFT');
    if (plans.length + drift.length < 3) return undefined;
    return shown(
      [...plans, ...drift].toSorted((a, b) => a.seq - b.seq),
      `after approval the plan was submitted again ${count(plans.length, 'time')}, and ${count(drift.length, 'call')} met files that had changed`,
    );
  },
};

export const patterns = (events: readonly Event[]): Pattern[] =>
  Object.entries(RULES).flatMap(([slug, rule]) => {
    const hit = rule(events);
    return hit === undefined ? [] : [{ slug, ...hit }];
  });

const observedBy = (events: readonly Event[], ...tools: string[]): Seen[] =>
  events.flatMap(({ seq, fact }) => (fact.type === 'observed' && tools.includes(fact.via) ? [{ seq, fact }] : []));

const fromOutside = (subject: string) => /^(image|operator):|^divergence:[^/]*\/image-/.test(subject);

/** Found twice, it is still one thing. */
const things = (seen: readonly Seen[]) => new Set(seen.map(({ fact }) => fact.subject)).size;

const shown = (events: readonly { seq: number }[], because: string) =>
  events.length === 0 ? undefined : { because, events: events.map(({ seq }) => seq) };

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** What an agent changes between two attempts when it does not just try again. */
const CHANGES = ['claimed', 'retired', 'written', 'planned', 'committed', 'waived'];

/** The longest run of failed attempts with one input, without a success or a change between them; where they began. */
function longestLoop(events: readonly Event[]): number[] {
  const byBegin = new Map(attempts(events).map((attempt) => [attempt.seq, attempt]));
  let loops = new Map<string, number[]>();
  let longest: number[] = [];
  for (const { seq, fact } of events) {
    if (CHANGES.includes(fact.type)) loops = new Map();
    const attempt = byBegin.get(seq);
    if (attempt === undefined) continue;
    const loop = attempt.failed ? [...(loops.get(attempt.input) ?? []), seq] : [];
    loops.set(attempt.input, loop);
    if (loop.length > longest.length) longest = loop;
  }
  return longest;
}
