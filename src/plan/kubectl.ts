import { type ClusterCall, clusterTool, readClusterCall, TAKES_WORDS, UNKNOWN } from '../shell/index.ts';
import type { ShellCall, ShellLine } from './world.ts';

export type { ClusterCall };

/** A word as the reader of calls knows it: what is only known when it runs carries its mark, an option keeps its name. */
function textOf({ value, text }: ShellCall['args'][number]): string {
  if (value !== undefined) return value;
  const option = /^(--[\w-]+=|-[a-zA-Z](?=[$"'`]))/.exec(text)?.[0] ?? '';
  const operand = /^([\w.-]+\/)[^=]*$/.exec(text)?.[1] ?? '';
  return `${option === '' ? operand : option}${UNKNOWN}`;
}

const nameOf = (word: string | undefined): string => word?.split('/').at(-1) ?? '';

/** The tool and its words; also behind a program that runs its arguments (`ssh host kubectl …`, `flock f kubectl …`). */
export function clusterCall(call: ShellCall): ClusterCall | undefined {
  const program = nameOf(call.program);
  const own = clusterTool(program);
  if (own !== undefined) return readClusterCall(own, call.args.map(textOf));
  if (TAKES_WORDS.has(program)) return undefined;
  const at = call.args.findIndex((word) => word.value !== 'k' && clusterTool(nameOf(word.value)) !== undefined);
  const tool = at < 0 || at === call.args.length - 1 ? undefined : clusterTool(nameOf(call.args[at]?.value));
  return tool === undefined ? undefined : readClusterCall(tool, call.args.slice(at + 1).map(textOf));
}

export const clusterCalls = (line: ShellLine): ClusterCall[] => line.calls.flatMap((call) => clusterCall(call) ?? []);
