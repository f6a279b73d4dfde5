import type { Event, GateName } from '../workflow/index.ts';

/** One thing that went wrong at a gate: what was found, when, by which event. */
export type Failure = {
  readonly gate: GateName;
  readonly seq: number;
  readonly at: string;
  readonly what: string;
  readonly because: string;
};

/** What a tool's finding is a failure of. */
const GATE_OF_TOOL: Record<string, GateName> = {
  'cluster-reality-check': 'R',
  'divergence-check': 'R',
  'tracer-bullet': '0',
  'phase-gate': 'I',
  'run-validation': 'V',
  'rollback-test': 'V',
};

/** Every failure the record holds, by the gate it is a failure of. A bullet's failure is its assumption's, not its items'. */
export function failures(events: readonly Event[]): Failure[] {
  return events.flatMap(({ seq, at, fact }): Failure[] => {
    if (fact.type === 'observed') {
      const gate = GATE_OF_TOOL[fact.via];
      const bad = fact.severity === undefined ? fact.verdict.status === 'fail' : fact.severity === 'HIGH';
      if (gate === undefined || !bad) return [];
      return [{ gate, seq, at, what: fact.subject, because: `${fact.verdict.reason}: ${fact.verdict.message}` }];
    }
    if (fact.type === 'decided' && fact.choice !== 'approve') {
      return [
        {
          gate: 'P',
          seq,
          at,
          what: `plan ${fact.digest.slice(0, 12)}`,
          because: `${fact.choice}: ${fact.remark ?? ''}`,
        },
      ];
    }
    return [];
  });
}

/** Runs of the tools that try a gate, and how many of them failed. */
export function attempts(events: readonly Event[]): { gate: GateName; tool: string; runs: number; failed: number }[] {
  const tools = new Map<string, string>();
  const counts = new Map<string, { runs: number; failed: number }>();
  for (const { fact } of events) {
    if (fact.type === 'begun' && fact.tool in GATE_OF_TOOL) tools.set(fact.run, fact.tool);
    const tool = fact.type === 'ended' ? tools.get(fact.run) : undefined;
    if (fact.type !== 'ended' || tool === undefined) continue;
    const count = counts.get(tool) ?? { runs: 0, failed: 0 };
    counts.set(tool, { runs: count.runs + 1, failed: count.failed + (fact.status === 'FAIL' ? 1 : 0) });
  }
  return [...counts].map(([tool, count]) => ({ gate: GATE_OF_TOOL[tool] ?? 'R', tool, ...count }));
}
