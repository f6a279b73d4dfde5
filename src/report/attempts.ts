import type { Event, FactOf, GateName } from '../workflow/index.ts';

/** One thing that went wrong at a gate: what was found, when, by which event. */
export type Failure = {
  readonly gate: GateName;
  readonly seq: number;
  readonly at: string;
  /** The subject, as later events name it. */
  readonly what: string;
  readonly because: string;
  /** The run that found it; a person's decision has none. */
  readonly run?: string;
};

/** One run of a tool that tries a gate. */
export type Attempt = {
  readonly gate: GateName;
  readonly tool: string;
  readonly run: string;
  readonly seq: number;
  /** Two attempts with one input tried the same thing again. */
  readonly input: string;
  readonly failed: boolean;
  /** CamelCase words of what was found wrong. */
  readonly reasons: readonly string[];
};

/** What a tool's finding is a failure of. */
export const GATE_OF_TOOL: Readonly<Record<string, GateName>> = {
  'cluster-reality-check': 'R',
  'divergence-check': 'R',
  'tracer-bullet': '0',
  'phase-gate': 'I',
  'run-validation': 'V',
  'rollback-test': 'V',
};

/** A divergence is a failure when it is HIGH; everything else when its verdict is. */
export const isBad = (seen: Pick<FactOf<'observed'>, 'severity' | 'verdict'>): boolean =>
  seen.severity === undefined ? seen.verdict.status === 'fail' : seen.severity === 'HIGH';

/** Every failure the record holds, by the gate it is a failure of. */
export function failures(events: readonly Event[]): Failure[] {
  return events.flatMap(({ seq, at, fact }): Failure[] => {
    if (fact.type === 'observed') {
      const gate = GATE_OF_TOOL[fact.via];
      if (gate === undefined || !isBad(fact)) return [];
      const because = `${fact.verdict.reason}: ${fact.verdict.message}`;
      return [{ gate, seq, at, what: fact.subject, because, ...(fact.run === undefined ? {} : { run: fact.run }) }];
    }
    if (fact.type !== 'decided' || fact.choice === 'approve') return [];
    const because = fact.remark === undefined ? fact.choice : `${fact.choice}: ${fact.remark}`;
    return [{ gate: 'P', seq, at, what: `plan ${fact.digest.slice(0, 12)}`, because }];
  });
}

/** Ended runs of the tools that try a gate, in the order they began. One failed when its end or its findings say so. */
export function attempts(events: readonly Event[]): Attempt[] {
  const found = new Map<string, Set<string>>();
  const ends = new Map<string, FactOf<'ended'>>();
  for (const { fact } of events) {
    if (fact.type === 'ended') ends.set(fact.run, fact);
    if (fact.type !== 'observed' || fact.run === undefined || !isBad(fact)) continue;
    found.set(fact.run, (found.get(fact.run) ?? new Set()).add(fact.verdict.reason));
  }
  return events.flatMap(({ seq, fact }): Attempt[] => {
    const gate = fact.type === 'begun' ? GATE_OF_TOOL[fact.tool] : undefined;
    if (fact.type !== 'begun' || gate === undefined) return [];
    const end = ends.get(fact.run);
    if (end?.outcome !== 'answered') return [];
    const { run, tool, key, input, bound } = fact;
    const reasons = [...(found.get(run) ?? [])];
    const failed = end.status === 'FAIL' || reasons.length > 0;
    return [{ gate, tool, run, seq, input: `${key}/${input}/${bound ?? ''}`, failed, reasons }];
  });
}

/** Attempts counted by tool. */
export function attemptsByTool(all: readonly Attempt[]) {
  return [...Map.groupBy(all, ({ tool }) => tool)].map(([tool, own]) => ({
    gate: GATE_OF_TOOL[tool] ?? 'R',
    tool,
    runs: own.length,
    failed: own.filter(({ failed }) => failed).length,
    reasons: [...new Set(own.flatMap(({ reasons }) => reasons))],
  }));
}
