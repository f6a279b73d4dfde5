import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { kubeconfigFor } from '../../cluster/index.ts';
import type { ReadingRun } from '../../engine/tool.ts';
import { hiding } from '../../redaction/index.ts';
import { fail, pass, type Verdict } from '../../workflow/index.ts';
import { type PhaseCheck, phaseCheck } from './check.ts';

/** Values that are secret now. A command may make a Secret, or take one away, and print it. */
export type SecretSource = () => Promise<readonly string[]>;

export type CommandOutcome = {
  readonly command: string;
  readonly exit_code: number | null;
  readonly duration_ms: number;
  readonly output: string;
  readonly verdict: Verdict;
};

/** Output an answer shows; the evidence has what the limit of the command let through. */
const SHOWN = 600;
const OUTPUT_BYTES = 64 * 1024;

/**
 * Runs the plan's commands one after another in the workspace, against the deployment's cluster and namespace and no
 * other: the kubeconfig they see holds this one context. It is written for them and taken away again.
 */
export async function runCommands(
  run: ReadingRun,
  commands: readonly string[],
  options: {
    timeoutMs: number;
    stopAtFailure: boolean;
    /** Asked before the first command and after each: what no output may show. */
    secrets?: SecretSource;
    /** Left out: the deployment's. */
    namespace?: string;
  },
): Promise<CommandOutcome[]> {
  if (commands.length === 0) return [];
  const { runCommand } = await import('../../commands/index.ts');
  const kubeconfig = await writeKubeconfig(run, options.namespace ?? run.deployment?.target.namespace);
  const outcomes: CommandOutcome[] = [];
  const known = new Set((await options.secrets?.()) ?? []);
  const hide = async () => {
    for (const value of (await options.secrets?.()) ?? []) known.add(value);
    return hiding([...known]);
  };
  try {
    for (const command of commands) {
      if (run.signal.aborted) break;
      run.progress(`$ ${command}`);
      const result = await runCommand({
        command,
        cwd: run.deployment?.started.workspace ?? run.workspace,
        env: { KUBECONFIG: kubeconfig },
        timeoutMs: options.timeoutMs,
        maxOutputBytes: OUTPUT_BYTES,
        hide,
        signal: run.signal,
      });
      const verdict = commandVerdict(command, result, options.timeoutMs);
      outcomes.push({
        command,
        exit_code: result.exit_code,
        duration_ms: result.duration_ms,
        output: result.output,
        verdict,
      });
      if (verdict.status !== 'pass' && options.stopAtFailure) break;
    }
  } finally {
    await rm(kubeconfig, { force: true });
  }
  return outcomes;
}

function commandVerdict(
  command: string,
  result: { exit_code: number | null; timed_out: boolean; output: string },
  timeoutMs: number,
): Verdict {
  if (result.timed_out)
    return fail(
      'CommandTimedOut',
      `\`${command}\` had not ended after ${timeoutMs / 1000} s; it and its children were ended`,
    );
  if (result.exit_code === 0) return pass('CommandSucceeded', `\`${command}\``);
  const last = result.output.trim().split('\n').slice(-3).join(' ').slice(0, 400);
  return fail('CommandFailed', `\`${command}\` exited ${result.exit_code ?? 'by a signal'}: ${last}`);
}

export const commandCheck = (outcome: CommandOutcome): PhaseCheck =>
  phaseCheck(`command: ${outcome.command}`, outcome.verdict, {
    evidence: {
      exit_code: outcome.exit_code,
      duration_ms: outcome.duration_ms,
      output: outcome.output.slice(0, SHOWN),
    },
  });

async function writeKubeconfig(run: ReadingRun, namespace: string | undefined): Promise<string> {
  const config: unknown = parse(kubeconfigFor(await run.cluster()));
  const folder = join(run.home, 'run');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `kubeconfig-${randomBytes(6).toString('hex')}`);
  await writeFile(file, stringify(namespace === undefined ? config : inNamespace(config, namespace)), { mode: 0o600 });
  return file;
}

/** The context's namespace is the one meant, so that a command without -n means the right one. */
function inNamespace(config: unknown, namespace: string): unknown {
  if (typeof config !== 'object' || config === null || !('contexts' in config) || !Array.isArray(config.contexts))
    return config;
  const contexts = config.contexts.map((entry: { name?: string; context?: object }) => ({
    ...entry,
    context: { ...entry.context, namespace },
  }));
  return { ...config, contexts };
}
