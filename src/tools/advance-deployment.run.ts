import type { Performed, ToolRun } from '../engine/tool.ts';
import { canonical, type Deployment, durationMs, type Fix, type Instant, position } from '../workflow/index.ts';
import type { Advanced, Input, Output } from './advance-deployment.ts';

/**
 * What may be taken without its caller's words, and the answers after which it goes on. What undoes, returns or gives up
 * is never taken here: after a failure the caller decides.
 */
const GOES_ON: Readonly<Record<string, readonly string[]>> = {
  'cluster-reality-check': [],
  'divergence-check': [],
  'tracer-bullet': ['PASS'],
  'submit-plan': ['VALID'],
  'request-approval': ['approved'],
  'apply-phase': ['APPLIED'],
  'phase-gate': ['PASS'],
  'run-validation': ['PASS'],
  'rollback-test': ['PASS'],
  'write-documentation': [],
  'complete-deployment': ['COMPLETED'],
};

/** The tools whose call takes `wait`. */
const WAITS = new Set(['tracer-bullet', 'submit-plan', 'apply-phase', 'phase-gate', 'run-validation', 'rollback-test']);

const DEFAULT_WAIT_MS = 45_000;
const MOST_STEPS = 60;

type Step = { readonly tool: string; readonly status: string; readonly summary: string };
type Call = Extract<Fix, { tool: string }>;

/** Each step is a call of its own: admitted, run and on record as if its caller had made it. */
export const run: ToolRun<'advance-deployment', Input, Output> = async (input, run) => {
  const until = Date.now() + (durationMs(input.wait ?? '') ?? DEFAULT_WAIT_MS);
  const taken = new Set<string>();
  const steps: Step[] = [];
  let last: Performed | undefined;
  while (steps.length < MOST_STEPS) {
    const d = await run.current();
    const call = nextCall(d, run.now(), taken);
    if (call === undefined) break;
    const left = until - Date.now();
    if (left <= 0) return { kind: 'answer', value: said('RUNNING', steps, 'Time is up; call it again to go on.') };
    taken.add(keyOf(call));
    run.progress(call.tool);
    const wait = WAITS.has(call.tool) ? { wait: `${Math.max(1, Math.ceil(left / 1000))}s` } : {};
    last = await run.take(call.tool, { ...call.arguments, ...wait });
    const status = statusOf(last);
    steps.push({ tool: call.tool, status, summary: firstLine(last.text) });
    if (last.question !== undefined) {
      const value = said('pending', steps, last.text);
      return { kind: 'question', question: last.question, value };
    }
    if (status === 'RUNNING')
      return { kind: 'answer', value: said('RUNNING', steps, `${call.tool} is running; call it again to go on.`) };
    if (!goesOn(call.tool, last, status)) return { kind: 'answer', value: said('STOPPED', steps, last.text) };
  }
  const completed = steps.at(-1)?.status === 'COMPLETED';
  const d = await run.current();
  if (completed) return { kind: 'answer', value: said('COMPLETED', steps, last?.text ?? '') };
  return { kind: 'answer', value: said('YOUR_TURN', steps, yourTurn(d, run.now())) };
};

function yourTurn(d: Deployment, now: Instant): string {
  const [next] = position(d, now).next;
  if (next === undefined) return 'Nothing is left that this could take.';
  if ('person' in next) return `${next.person}: ${next.action}`;
  if ('command' in next) return `The next step is a command: ${next.command}`;
  return next.needs === undefined
    ? `${next.tool} was taken already, and its gate is still open.`
    : `${next.tool} needs what only you can write: ${next.needs.join(', ')}.`;
}

/** The first complete call of `next` that was not taken yet; none when something else comes before it. */
function nextCall(d: Deployment, now: Instant, taken: ReadonlySet<string>): Call | undefined {
  for (const fix of position(d, now).next) {
    if (!('tool' in fix) || fix.needs !== undefined || GOES_ON[fix.tool] === undefined) continue;
    if (!taken.has(keyOf(fix))) return fix;
  }
  return undefined;
}

const keyOf = ({ tool, arguments: args }: Call): string => `${tool} ${canonical(args)}`;

const statusOf = (performed: Performed): string => {
  const { status, refusal } = performed.structured;
  if (performed.isError) return `REFUSED ${String(Object(refusal).code ?? 'error')}`;
  return typeof status === 'string' ? status : 'done';
};

/** A check's answer is judged by the gate: it goes on while the gate still offers a step that was not taken. */
const goesOn = (tool: string, { isError }: Performed, status: string): boolean => {
  const good = GOES_ON[tool] ?? [];
  return !isError && (good.length === 0 || good.includes(status));
};

const firstLine = (text: string): string => (text.split('\n').find((line) => line.trim() !== '') ?? '').slice(0, 160);

const BECAUSE_CHARACTERS = 1_500;

/** Where an answer's own position begins; the last step's is this answer's. */
const POSITION = '\n\n[';

const said = (status: Advanced['status'], steps: readonly Step[], because: string): Advanced => ({
  status,
  steps,
  because: because.split(POSITION)[0]?.slice(0, BECAUSE_CHARACTERS) ?? '',
});
