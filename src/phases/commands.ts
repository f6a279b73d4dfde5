import { join } from 'node:path';
import type { ApprovedFile } from '../commands/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { hiding } from '../redaction/index.ts';
import { fail, pass, type Verdict } from '../workflow/index.ts';
import { shortened } from '../workflow/shortened.ts';
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
/** Of a command that succeeded: what it said at its end. A failure keeps all that the limit let through. */
const KEPT_LINES = 40;

/**
 * Runs the plan's commands one after another in a folder of the server's own that holds a copy of the files as they were
 * approved, against the deployment's cluster and namespaces and no other: the kubeconfig they see leads to a relay of
 * this run, which is closed when they have ended. Before each one the files are compared with what was approved.
 */
export async function runCommands(
  run: ReadingRun,
  commands: readonly string[],
  options: {
    timeoutMs: number;
    stopAtFailure: boolean;
    /** Asked before the first command and after each: what no output may show. */
    secrets?: SecretSource;
    /** What the approved digest says of the files that they name. */
    files: readonly ApprovedFile[];
    /** Whether they may change anything in the cluster. */
    writes: boolean;
    /** Every deletion is made a dry run on its way to the API server. */
    dryDeletes?: boolean;
    /** Left out: the deployment's. */
    namespace?: string;
  },
): Promise<CommandOutcome[]> {
  if (commands.length === 0) return [];
  const { layOut, pathWithHelm, RUN_MARK, runCommand } = await import('../commands/index.ts');
  const target = run.deployment?.target;
  const namespace = options.namespace ?? target?.namespace;
  const cluster = await run.cluster();
  const relay = await cluster.relay({
    namespaces: options.namespace === undefined ? (target?.namespaces.map((n) => n.name) ?? []) : [options.namespace],
    writes: options.writes,
    dry_deletes: options.dryDeletes ?? false,
  });
  const folder = await layOut(run.home, run.deployment?.started.workspace ?? run.workspace, options.files);
  const outcomes: CommandOutcome[] = [];
  const known = new Set([relay.token, ...(await cluster.credentials()), ...((await options.secrets?.()) ?? [])]);
  const hide = async () => {
    for (const value of (await options.secrets?.()) ?? []) known.add(value);
    return hiding([...known]);
  };
  try {
    const env = {
      KUBECONFIG: await folder.write('kubeconfig', relay.kubeconfig(namespace)),
      HOME: folder.home,
      TMPDIR: folder.home,
      ...helmFolders(),
      ...(commands.some((c) => /\bhelm\b/.test(c)) ? { PATH: await pathWithHelm(folder.home) } : {}),
      [RUN_MARK]: folder.mark,
    };
    for (const command of commands) {
      if (run.signal.aborted) break;
      const changed = await folder.changed();
      if (changed !== undefined) {
        outcomes.push({
          command,
          exit_code: null,
          duration_ms: 0,
          output: '',
          verdict: fail('PlanDrift', `\`${command}\` did not run: ${changed}`),
        });
        if (options.stopAtFailure) break;
        continue;
      }
      run.progress(`$ ${command}`);
      const result = await runCommand({
        command,
        cwd: folder.workspace,
        env,
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
        output: verdict.status === 'pass' ? lastLines(result.output, KEPT_LINES) : result.output,
        verdict,
      });
      if (verdict.status !== 'pass' && options.stopAtFailure) break;
    }
  } finally {
    await relay.close();
    if (options.writes) await folder.keepWritten();
    await folder.remove();
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
  const last = shortened(result.output.trim().split('\n').slice(-3).join(' '), 400);
  return fail('CommandFailed', `\`${command}\` exited ${result.exit_code ?? 'by a signal'}: ${last}`);
}

/** The end of an output, with how many lines before it are not kept. */
export function lastLines(text: string, most: number): string {
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.length <= most) return text;
  return `[… ${lines.length - most} lines before left out …]\n${lines.slice(-most).join('\n')}\n`;
}

export const commandCheck = (outcome: CommandOutcome): PhaseCheck =>
  phaseCheck(`command: ${outcome.command}`, outcome.verdict, {
    evidence: {
      exit_code: outcome.exit_code,
      duration_ms: outcome.duration_ms,
      output: outcome.output.slice(0, SHOWN),
    },
  });

/** Helm's repositories and plugins are the account's own, and hold no credential of the cluster. */
function helmFolders(): Record<string, string> {
  const { HOME, HELM_CONFIG_HOME, HELM_CACHE_HOME, HELM_DATA_HOME } = process.env;
  if (HOME === undefined || HOME === '') return {};
  return {
    HELM_CONFIG_HOME: HELM_CONFIG_HOME ?? join(HOME, '.config', 'helm'),
    HELM_CACHE_HOME: HELM_CACHE_HOME ?? join(HOME, '.cache', 'helm'),
    HELM_DATA_HOME: HELM_DATA_HOME ?? join(HOME, '.local', 'share', 'helm'),
  };
}
