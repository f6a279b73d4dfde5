import { called, differences } from '../apply/index.ts';
import type { ToolRun } from '../engine/tool.ts';
import { readRollback } from '../plan/index.ts';
import { fail, pass, plan, type Refusal, unknown } from '../workflow/index.ts';
import { lookAtPhase } from './phase/live.ts';
import { rollbackSteps, tryStep } from './phase/rollback.ts';
import { storedPhase } from './phase/stored.ts';
import type { Input, Output } from './rollback-test.ts';

/** Tries every step of the way back with server-side dry runs, and looks that nothing was changed by trying. */
export const run: ToolRun<'rollback-test', Input, Output> = async (input, run) => {
  const d = await run.current();
  const number = input.phase_number ?? plan(d)?.phases.at(-1)?.number ?? 1;
  const found = await storedPhase(run, d, number);
  if ('code' in found) return no(found);
  const { phase } = found;
  const reader = await run.reader();
  const before = await lookAtPhase(reader, d, phase);
  const steps = await Promise.all(
    rollbackSteps(d, phase).map(async (step) => ({
      object: called(step.object),
      action: step.action,
      verdict: await tryStep(reader, step),
    })),
  );
  const after = await lookAtPhase(reader, d, phase);
  const changed = before.filter((b, i) => {
    const now = after[i]?.live;
    return (
      (b.live === undefined) !== (now === undefined) ||
      (b.live !== undefined &&
        now !== undefined &&
        (b.live.metadata.uid !== now.metadata.uid || differences(b.live, now).length > 0))
    );
  });
  const { parseCommand, programExists } = await import('../commands/index.ts');
  const unrehearsable = (
    await Promise.all(
      phase.rollback
        .filter((r) => readRollback(r).kind === 'command')
        .map(async (command) => {
          const parsed = parseCommand(command);
          const absent = (
            await Promise.all(parsed.programs.map(async (p) => ((await programExists(p)) ? [] : [p])))
          ).flat();
          return absent.length > 0
            ? { command, why: `${absent.join(', ')} is not on this machine` }
            : { command, why: 'a command is not run in a rehearsal; what it names was tried above' };
        }),
    )
  ).flat();
  const leftByPlan = phase.rollback.some((r) => readRollback(r).kind === 'keep');
  const missing = unrehearsable.find((u) => u.why.includes('not on this machine'));
  const bad = steps.find((s) => s.verdict.status !== 'pass');
  const verdict =
    changed.length > 0
      ? fail('Changed', `the rehearsal left ${changed.map((c) => called(c.ref)).join(', ')} changed`)
      : missing !== undefined
        ? fail('CommandMissing', `\`${missing.command}\`: ${missing.why}`)
        : bad !== undefined
          ? bad.verdict
          : steps.length === 0 && unrehearsable.length === 0 && !leftByPlan
            ? unknown(
                'NothingToTry',
                `phase ${number} has nothing of ours to take back and no rollback command: apply it first`,
              )
            : pass(
                'Rehearsed',
                `${steps.length} steps of phase ${number} can be taken back; nothing was changed by trying`,
              );
  const shown = steps.map((s) => ({
    object: s.object,
    action: s.action,
    status: s.verdict.status,
    message: s.verdict.message,
  }));
  const body = await run.put(JSON.stringify({ phase: number, steps: shown, unrehearsable, verdict }));
  await run.record({
    type: 'observed',
    subject: 'rollback-test',
    verdict,
    at: await run.place(),
    asked: `can phase ${number} be rolled back?`,
    via: 'rollback-test',
    run: run.id,
    identity: await run.identity(),
    body,
    bound: plan(d)?.digest ?? '',
  });
  return {
    kind: 'answer',
    value: {
      status: { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' }[verdict.status],
      phase: number,
      steps: shown,
      irreversible: phase.irreversible,
      unrehearsable,
      evidence: body,
      summary: [
        `${verdict.status.toUpperCase()}: ${verdict.message}`,
        ...shown.map((s) => `- ${s.action} ${s.object}: ${s.message}`),
        ...phase.irreversible.map((i) => `- can't be undone: ${String(i)}`),
      ].join('\n'),
    },
  };
};

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;
