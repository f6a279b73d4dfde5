import { type Deployment, GATES, type GateName } from '../workflow/index.ts';
import { GATE_OF_TOOL, isBad } from './attempts.ts';
import { covered, type Span } from './intervals.ts';
import { duration, table } from './markdown.ts';

/** The other tools' work, by the gate it is done for. */
const GATE: Readonly<Record<string, GateName>> = {
  ...GATE_OF_TOOL,
  'record-research': 'R',
  'submit-plan': 'P',
  'request-approval': 'P',
  'apply-phase': 'I',
  'rollback-phase': 'I',
  'write-documentation': 'V',
  'complete-deployment': 'V',
};

/** One run beside others: milliseconds its tools ran for each gate, and how many different things each gate caught. */
export type RunFigures = {
  readonly id: string;
  readonly how: 'completed' | 'abandoned' | 'open';
  readonly total_ms: number;
  readonly gates: readonly { readonly gate: GateName; readonly tool_ms: number; readonly caught: number }[];
};

export function runFigures(d: Deployment): RunFigures {
  const runs = [...d.runs.values()];
  const seen = [...d.observations.values()].flat();
  const last =
    d.closed?.at ?? latest([d.started.at, ...runs.map((r) => r.ended?.at ?? r.begun), ...seen.map((o) => o.seen)]);
  return {
    id: d.id,
    how: d.closed?.how ?? 'open',
    total_ms: Date.parse(last) - Date.parse(d.started.at),
    gates: GATES.map(({ name: gate }) => ({
      gate,
      tool_ms: covered(
        runs.flatMap((r): Span[] =>
          GATE[r.tool] === gate && r.ended !== undefined ? [[Date.parse(r.begun), Date.parse(r.ended.at)]] : [],
        ),
      ),
      caught:
        new Set(seen.filter((o) => GATE_OF_TOOL[o.via] === gate && isBad(o)).map((o) => o.subject)).size +
        (gate === 'P' ? d.decisions.filter((x) => x.choice !== 'approve').length : 0),
    })),
  };
}

/** Several runs of one component side by side, the oldest first. Nothing when there is only one. */
export function comparison(deployments: readonly Deployment[]): string {
  if (deployments.length < 2) return '';
  const runs = deployments.map(runFigures);
  const gates = GATES.map(({ name }) => name);
  const sum = (gate: GateName, what: 'tool_ms' | 'caught') =>
    runs.flatMap((r) => r.gates).reduce((all, g) => all + (g.gate === gate ? g[what] : 0), 0);
  const most = (what: 'tool_ms' | 'caught') => gates.toSorted((a, b) => sum(b, what) - sum(a, what))[0] ?? 'R';
  const caught = gates.reduce((all, gate) => all + sum(gate, 'caught'), 0);
  return [
    '## Beside earlier runs',
    table(
      ['run', 'end', 'in all', ...gates.map((gate) => `Gate ${gate}: tools, caught`)],
      runs.map((r) => [
        r.id,
        r.how,
        duration(r.total_ms),
        ...r.gates.map((g) => `${duration(g.tool_ms)}, ${g.caught}`),
      ]),
    ),
    `Over ${runs.length} runs the tools of Gate ${most('tool_ms')} took longest (${duration(sum(most('tool_ms'), 'tool_ms'))})${
      caught === 0 ? '.' : `, and Gate ${most('caught')} caught most (${sum(most('caught'), 'caught')} of ${caught}).`
    }`,
  ].join('\n\n');
}

const latest = (instants: readonly string[]): string => instants.toSorted().at(-1) ?? '';
