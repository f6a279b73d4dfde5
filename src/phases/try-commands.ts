import { resourcesNamed } from '../cluster/index.ts';
import type { ApprovedFile } from '../commands/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { type ClusterCall, clusterCall, type ShellCall, type ShellLine } from '../plan/index.ts';
import { pass, unknown, type Verdict } from '../workflow/index.ts';
import { shortened } from '../workflow/shortened.ts';
import { runCommands, type SecretSource } from './commands.ts';

/**
 * What a command would do, by kubectl's own server-side dry run. Only calls of kubectl whose words are all known are tried,
 * one by one, through a relay that lets nothing pass but reads and dry runs.
 */
export type TriedCommand = {
  readonly command: string;
  /** pass: each change it makes was tried; fail: the first one that can't be done; unknown: why it was not tried. */
  readonly verdict: Verdict;
  /** `deletes ConfigMap/settings`. */
  readonly would: readonly string[];
};

export type TryOptions = { readonly files: readonly ApprovedFile[]; readonly secrets: SecretSource };

const TIMEOUT_MS = 30_000;

/** Verbs that have `--dry-run=server` and `-o name`, with what they do. */
const VERBS: readonly (readonly [verb: RegExp, does: string])[] = [
  [/^delete$/, 'deletes'],
  [/^(create( .*)?|run|expose|autoscale)$/, 'creates'],
  [/^apply$/, 'applies'],
  [/^(annotate|label|patch|replace|scale|rollout undo|set .*)$/, 'changes'],
];

export async function tryCommands(
  run: ReadingRun,
  commands: readonly string[],
  options: TryOptions,
): Promise<TriedCommand[]> {
  if (commands.length === 0) return [];
  const { parseCommand } = await import('../shell/index.ts');
  const read = commands.map((command) => ({ command, ...partsOf(parseCommand(command)) }));
  const lines = read.flatMap(({ parts }) => parts.map((part) => part.line));
  const outcomes = await runCommands(run, lines, {
    timeoutMs: TIMEOUT_MS,
    stopAtFailure: false,
    files: options.files,
    writes: false,
    dryDeletes: true,
    secrets: options.secrets,
  });
  const byLine = new Map(outcomes.map((outcome) => [outcome.command, outcome]));
  const discovery = await (await run.reader()).discovery();
  const nameOf = (line: string): string => {
    const [word = '', name = ''] = line.split('/');
    const kind = discovery.ok ? resourcesNamed(discovery.value, word)[0]?.kind : undefined;
    return `${kind ?? word}/${name}`;
  };
  return read.map(({ command, parts, untried }): TriedCommand => {
    const seen = parts.flatMap((part) => byLine.get(part.line) ?? []);
    const would = parts.flatMap(({ line, does }) =>
      (byLine.get(line)?.output ?? '')
        .split('\n')
        .flatMap((text) => (NAME.test(text) ? [`${does} ${nameOf(text)}`] : [])),
    );
    const bad = seen.find((outcome) => outcome.verdict.status !== 'pass');
    if (bad !== undefined)
      return {
        command,
        would,
        verdict: { ...bad.verdict, message: failing(command, bad.output || bad.verdict.message) },
      };
    if (untried !== undefined) return { command, would, verdict: unknown('NotTried', untried) };
    return { command, would, verdict: pass('Tried', would.join(', ') || 'it changes nothing now') };
  });
}

const NAME = /^[a-z0-9.-]{1,253}\/[A-Za-z0-9.:_-]{1,253}$/;

const failing = (command: string, output: string): string =>
  `kubectl's own dry run of \`${command}\` fails now: ${shortened(output.trim().split('\n').slice(-2).join(' '), 400)}`;

/** What kubectl says of words that it does not know: no later moment makes them right. */
export const isMisspelt = ({ verdict }: TriedCommand): boolean =>
  verdict.status === 'fail' &&
  /unknown (shorthand )?flag|unknown command|invalid argument "|flag needs an argument|error: must specify|doesn't have a resource type/.test(
    verdict.message,
  );

type Part = { readonly line: string; readonly does: string };

/** The calls of a line that change something, each as a dry run, and why one of them can't be tried. */
function partsOf(line: ShellLine): { readonly parts: readonly Part[]; readonly untried?: string } {
  const moves = line.calls.some((call) => /^(cd|pushd)$/.test(call.program ?? ''));
  const given = line.redirects.some((r) => r.operator.startsWith('<'));
  const parts: Part[] = [];
  let untried: string | undefined;
  for (const call of line.calls) {
    const cluster = clusterCall(call);
    if (cluster === undefined || cluster.effect === 'reads' || cluster.effect === 'dry-run') {
      if (cluster === undefined && !call.builtin && !PRINTS.test(call.program ?? ''))
        untried ??= `what ${call.program ?? 'it'} does can't be tried by a dry run`;
      continue;
    }
    const does = VERBS.find(([verb]) => verb.test(cluster.verb))?.[1];
    const why = moves || given ? 'its input or its folder is only known when it runs' : notTriable(call, cluster, does);
    if (why !== undefined || does === undefined) untried ??= why ?? 'it has no dry run';
    else parts.push({ line: dryLine(call), does });
  }
  return { parts, ...(untried === undefined ? {} : { untried }) };
}

const PRINTS = /^(cat|echo|printf|grep|sed|awk|jq|yq|head|tail|sort|sleep|date|test|true|)$/;

function notTriable(call: ShellCall, cluster: ClusterCall, does: string | undefined): string | undefined {
  const called = `${cluster.program} ${cluster.verb}`;
  if (cluster.tool !== 'kubectl' || does === undefined || cluster.flags.has('--force'))
    return `"${called}" has no server-side dry run`;
  if (cluster.elsewhere.length > 0 || cluster.contexts.length > 0 || call.assignments.length > 0)
    return `"${called}" may lead to another cluster`;
  if (
    call.open_ended ||
    cluster.filenames.includes('-') ||
    call.args.some((arg) => arg.value === undefined || arg.glob)
  )
    return `what "${called}" is given is only known when it runs`;
  return undefined;
}

/** The last of an option counts, so ours stand behind its own; what follows `--` is no option. */
function dryLine(call: ShellCall): string {
  const args = call.args.flatMap((arg) => arg.value ?? []);
  const end = args.indexOf('--');
  const at = end < 0 ? args.length : end;
  const words = [
    call.program ?? 'kubectl',
    ...args.slice(0, at),
    '--dry-run=server',
    '--output=name',
    ...args.slice(at),
  ];
  return words.map(quoted).join(' ');
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
