import { recordProof } from '../engine/observe.ts';
import type { ToolRun } from '../engine/tool.ts';
import { allPass, firstOpen, type PhaseCheck, phaseCheck } from '../phases/check.ts';
import { commandCheck, runCommands } from '../phases/commands.ts';
import { askHealth } from '../phases/health.ts';
import { planDrifted } from '../phases/read-plan.ts';
import { secretsToHide } from '../phases/secrets.ts';
import { standingOf } from '../phases/standing.ts';
import { storedPlan } from '../phases/stored.ts';
import { readHealth } from '../plan/index.ts';
import { fail, pass, type Refusal, unknown, type Verdict } from '../workflow/index.ts';
import type { Input, Output } from './run-validation.ts';

const COMMAND_TIMEOUT_MS = 10 * 60_000;

/** Everything once more: each phase's resources, and the plan's static, health and functional checks. */
export const run: ToolRun<'run-validation', Input, Output> = async (_input, run) => {
  const d = await run.current();
  const stored = await storedPlan(run, d);
  if ('code' in stored) return no(stored);
  const drift = await planDrifted(run, d, stored);
  if (drift !== undefined) return no(drift);
  const reader = await run.reader();
  const phases = await standingOf(reader, d, stored);
  const secrets = () => secretsToHide(reader, d, stored);
  const asking = {
    namespace: d.target.namespace,
    signal: run.signal,
    hosts: run.policy.health_hosts,
    secrets: await secrets(),
  };
  const files = stored.loaded.pinned;
  const lists = {
    static: stored.plan.validation.static,
    health: stored.plan.validation.health,
    functional: stored.plan.validation.functional,
  };
  const results: Record<keyof typeof lists, PhaseCheck[]> = { static: [], health: [], functional: [] };
  for (const name of ['static', 'health', 'functional'] as const) results[name] = await oneList(name, lists[name]);

  async function oneList(name: string, list: readonly string[] | { readonly none: string }): Promise<PhaseCheck[]> {
    if ('none' in list)
      return [phaseCheck(`${name}: none`, pass('NoneByPlan', `the approved plan has none: ${list.none}`))];
    if (list.length === 0)
      return [
        phaseCheck(
          `${name}: none`,
          unknown(
            'NotPlanned',
            `the plan names no ${name} check and doesn't say why (validation.${name}: {none: why})`,
          ),
        ),
      ];
    const health = name === 'health' ? list.filter((l) => readHealth(l) !== undefined) : [];
    const commands = list.filter((l) => !health.includes(l));
    const outcomes = await runCommands(run, commands, {
      timeoutMs: COMMAND_TIMEOUT_MS,
      stopAtFailure: false,
      files,
      writes: false,
      secrets,
    });
    const checked = await Promise.all(
      health.map(async (target) => phaseCheck(`health: ${target}`, await askHealth(reader, target, asking))),
    );
    return [...outcomes.map(commandCheck), ...checked];
  }

  const all = [...phases, ...results.static, ...results.health, ...results.functional];
  const open = firstOpen(all);
  const verdict: Verdict = allPass(all)
    ? pass('FullyValidated', `${all.length} checks hold`)
    : open?.status === 'UNKNOWN'
      ? unknown(open.reason, `${open.check}: ${open.message}`)
      : fail(
          open?.reason ?? 'NothingChecked',
          open === undefined ? 'nothing was checked' : `${open.check}: ${open.message}`,
        );
  const body = await recordProof(run, 'run-validation', {
    subject: 'validation',
    verdict,
    asked: 'does everything that was deployed hold?',
    evidence: { phases: phases, ...results },
  });
  return {
    kind: 'answer',
    value: {
      status: STATUS[verdict.status],
      message: verdict.message,
      phases,
      ...results,
      evidence: body,
    },
  };
};

const STATUS = { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' } as const;

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;
