import type { Event } from '../workflow/index.ts';

/** A failure pattern the record suggests, with the events that show it. None without at least one. */
export type Pattern = { readonly slug: string; readonly because: string; readonly events: readonly number[] };

type Rule = {
  readonly slug: string;
  find(events: readonly Event[]): { because: string; events: number[] } | undefined;
};

const observedBy = (events: readonly Event[], ...tools: string[]) =>
  events.flatMap((e) => (e.fact.type === 'observed' && tools.includes(e.fact.via) ? [{ ...e, fact: e.fact }] : []));

/** Keyed by slug, because their numbers differ between lists. Each is a rule over the record, so none can be invented. */
const RULES: readonly Rule[] = [
  {
    slug: 'local-environment-mismatch',
    find(events) {
      const high = observedBy(events, 'divergence-check').filter((e) => e.fact.severity === 'HIGH');
      return found(high, (n) => `${n} HIGH divergence(s) between the document and this cluster`);
    },
  },
  {
    slug: 'external-dependency-assumption',
    find(events) {
      const images = observedBy(events, 'cluster-reality-check', 'tracer-bullet', 'divergence-check').filter(
        (e) =>
          e.fact.verdict.status === 'fail' &&
          (/^(image|operator):/.test(e.fact.subject) ||
            (e.fact.about ?? []).some((s) => s.startsWith('image:')) ||
            /image/i.test(e.fact.subject)),
      );
      return found(images, (n) => `${n} finding(s) against images or operators that were taken for granted`);
    },
  },
  {
    slug: 'copy-pasta-blindspot',
    find(events) {
      const copied = observedBy(events, 'divergence-check').filter(
        (e) => e.fact.severity === 'HIGH' || e.fact.severity === 'MEDIUM',
      );
      return copied.length >= 3
        ? found(copied, (n) => `${n} things an upstream document takes for granted are not so here`)
        : undefined;
    },
  },
  {
    slug: 'debug-loop-spiral',
    find(events) {
      const runs = new Map<string, { seq: number; input: string; key: string }>();
      const failed = new Map<string, number[]>();
      for (const { seq, fact } of events) {
        if (fact.type === 'begun')
          runs.set(fact.run, { seq, input: fact.input, key: `${fact.key}/${fact.bound ?? ''}` });
        const run = fact.type === 'ended' && fact.status === 'FAIL' ? runs.get(fact.run) : undefined;
        if (run !== undefined)
          failed.set(`${run.key}/${run.input}`, [...(failed.get(`${run.key}/${run.input}`) ?? []), run.seq]);
      }
      const spiral = [...failed.values()].find((seqs) => seqs.length >= 3);
      return spiral === undefined
        ? undefined
        : { because: `${spiral.length} failed attempts at one gate with the same input`, events: spiral };
    },
  },
  {
    slug: 'completion-impulse',
    find(events) {
      const ahead = events.filter(
        (e) =>
          e.fact.type === 'refused' && ['GATE_NOT_PASSED', 'PHASE_ORDER', 'APPROVAL_REQUIRED'].includes(e.fact.code),
      );
      return found(ahead, (n) => `${n} call(s) ahead of a gate were refused`);
    },
  },
  {
    slug: 'tests-passing-lie',
    find(events) {
      const passed = new Set<string>();
      const broke: Event[] = [];
      for (const e of events) {
        if (e.fact.type !== 'observed' || !e.fact.subject.startsWith('phase:')) continue;
        if (e.fact.verdict.status === 'pass') passed.add(`${e.fact.subject}/${e.fact.bound}`);
        else if (passed.has(`${e.fact.subject}/${e.fact.bound}`) && e.fact.via !== 'rollback-phase') broke.push(e);
      }
      return found(broke, (n) => `${n} phase(s) that had passed were found broken later`);
    },
  },
  {
    slug: 'moving-target-syndrome',
    find(events) {
      const plans = events.filter((e) => e.fact.type === 'planned');
      const drift = events.filter((e) => e.fact.type === 'refused' && e.fact.code === 'PLAN_DRIFT');
      return plans.length >= 4 || drift.length > 0
        ? {
            because: `${plans.length} revisions of the plan, ${drift.length} refused for drift`,
            events: [...plans, ...drift].map((e) => e.seq),
          }
        : undefined;
    },
  },
];

function found(events: readonly { seq: number }[], because: (n: number) => string) {
  return events.length === 0 ? undefined : { because: because(events.length), events: events.map((e) => e.seq) };
}

export const patterns = (events: readonly Event[]): Pattern[] =>
  RULES.flatMap((rule) => {
    const hit = rule.find(events);
    return hit === undefined ? [] : [{ slug: rule.slug, ...hit }];
  });
