// The figures of a retrospective, computed again from `infragate export DEPLOYMENT` on standard input. Shares no code
// with src/: it reads the lines as anybody would who has the export and doubts the report.
//   infragate export dify-1 | node scripts/recompute-retro.ts
import { pathToFileURL } from 'node:url';

type Line = { seq: number; at: string; fact: Record<string, unknown> & { type: string } };

const GATES: Record<string, string> = {
  'cluster-reality-check': 'R',
  'divergence-check': 'R',
  'tracer-bullet': '0',
  'phase-gate': 'I',
  'run-validation': 'V',
  'rollback-test': 'V',
};

export function recompute(text: string) {
  const lines: Line[] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const ms = (line: Line | undefined) => new Date(line?.at ?? '').getTime();
  const of = (type: string) => lines.filter((line) => line.fact.type === type);
  const begins = Object.fromEntries(of('begun').map((line) => [String(line.fact.run), line]));
  const start = ms(lines[0]);
  const close = lines.find((line) => ['completed', 'abandoned'].includes(line.fact.type)) ?? lines[lines.length - 1];
  const end = ms(close);

  // Every millisecond is looked at by itself: slow, and nothing to get wrong about overlaps.
  const cluster = new Uint8Array(end - start);
  const person = new Uint8Array(end - start);
  for (const line of of('ended')) {
    const begin = begins[String(line.fact.run)];
    if (begin !== undefined && begin.fact.tool !== 'request-approval')
      cluster.fill(1, ms(begin) - start, ms(line) - start);
  }
  let waiting = -1;
  for (const line of lines) {
    if (line.fact.type === 'begun' && line.fact.tool === 'request-approval' && waiting < 0) waiting = ms(line) - start;
    if (line.fact.type === 'decided' && waiting >= 0) {
      person.fill(1, waiting, ms(line) - start);
      waiting = -1;
    }
  }
  if (waiting >= 0) person.fill(1, waiting);
  const busy = cluster.filter((on, i) => on === 1 || person[i] === 1).length;

  const bad = lines.filter((line) => {
    if (line.fact.type === 'decided') return line.fact.choice !== 'approve';
    if (line.fact.type !== 'observed' || GATES[String(line.fact.via)] === undefined) return false;
    return 'severity' in line.fact ? line.fact.severity === 'HIGH' : statusOf(line) === 'fail';
  });
  const gateOf = (line: Line) => (line.fact.type === 'decided' ? 'P' : GATES[String(line.fact.via)]);
  const firstPlan = of('planned')[0]?.seq ?? lines.length + 1;

  const attempts: Record<string, { runs: number; failed: number }> = {};
  for (const line of of('ended')) {
    const tool = String(begins[String(line.fact.run)]?.fact.tool);
    if (GATES[tool] === undefined || line.fact.outcome !== 'answered') continue;
    const failed = line.fact.status === 'FAIL' || bad.some((one) => one.fact.run === line.fact.run);
    const { runs, failed: before } = attempts[tool] ?? { runs: 0, failed: 0 };
    attempts[tool] = { runs: runs + 1, failed: before + Number(failed) };
  }
  return {
    total_ms: end - start,
    cluster_ms: cluster.filter((on) => on === 1).length,
    person_ms: person.filter((on) => on === 1).length,
    active_ms: end - start - busy,
    attempts,
    failures: bad.map((line) => ({ seq: line.seq, gate: gateOf(line) })),
    saved_by_tracers: bad.filter((line) => line.fact.via === 'tracer-bullet' && line.seq < firstPlan).length,
    returns: of('opened').map((line) => line.seq),
    refusals: of('refused').map((line) => ({ seq: line.seq, code: line.fact.code })),
  };
}

const statusOf = (line: Line): unknown => Object(line.fact.verdict).status;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const text = (await process.stdin.toArray()).join('');
  console.log(JSON.stringify(recompute(text), null, 2));
}
