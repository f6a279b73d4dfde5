import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { judge, names, refusalOfFiles, type Standing } from './judge.ts';
import { baseOfTool, kubernetesToolWrite } from './mcp-tools.ts';
import { allows, refusalOfWrite } from './verdict.ts';

/** A tool of an agent, about to be used: what every client's hook says of it. */
export type ToolUse = {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly cwd: string;
};

export type Protected = {
  readonly home: string;
  readonly hooks: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Tools that write files, and the fields that say which. */
const FILE_TOOLS =
  /^(edit|multiedit|write|notebookedit|create|str_replace\w*|write_file|replace|edit_file|create_file|apply_patch|patch|delete_file|search_replace|move_file|rename_file|remove_file)$/i;
const PATH_FIELDS = [
  'file_path',
  'path',
  'notebook_path',
  'filePath',
  'absolute_path',
  'target_file',
  'file',
  'destination',
] as const;
const SHELL_TOOLS =
  /^(bash|monitor|shell|local_shell|run_shell_command|run_terminal_cmd|exec_command|execute_command|terminal|unified_exec|run_in_terminal|bashoutput)$/i;
const POWERSHELL_TOOLS = /^(powershell|pwsh)$/i;

/** Why a tool may not be used now; undefined: it may. */
export function refusalOfTool(use: ToolUse, standing: Standing, guarded: Protected): string | undefined {
  const tool = baseOfTool(use.tool);
  if (POWERSHELL_TOOLS.test(use.tool))
    return judge(commandOf(use), { ...standing, cwd: folderOf(use), language: 'powershell' });
  if (SHELL_TOOLS.test(use.tool)) return judge(commandOf(use), { ...standing, cwd: folderOf(use) });
  if (FILE_TOOLS.test(use.tool)) return refusalOfPaths(pathsOf(use), standing, guarded);
  const write = kubernetesToolWrite(use.tool, use.input);
  if (write === undefined) return FILE_TOOLS.test(tool) ? refusalOfPaths(pathsOf(use), standing, guarded) : undefined;
  if ('command' in write) return judge(write.command, { ...standing, cwd: use.cwd });
  return allows(standing.permits, write) ? undefined : refusalOfWrite(standing.permits, write);
}

/** The text of a command; Codex and others give the list of its words. */
function commandOf({ tool, input }: ToolUse): string {
  const given = input.command ?? input.cmd ?? input.script ?? input.code;
  if (typeof given === 'string') return given;
  if (Array.isArray(given) && given.every((word) => typeof word === 'string'))
    return given.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  throw new Error(`the call of ${tool} has no command`);
}

function folderOf({ input, cwd }: ToolUse): string {
  const given = input.workdir ?? input.directory ?? input.dir_path ?? input.cwd;
  return typeof given === 'string' && given !== '' ? resolve(cwd, given) : cwd;
}

function pathsOf({ input, cwd }: ToolUse): readonly string[] {
  const named = PATH_FIELDS.flatMap((field) => (typeof input[field] === 'string' ? [input[field]] : []));
  const patch = [input.patch, input.input, input.command, input.patchText]
    .filter((one) => typeof one === 'string')
    .join('\n');
  const patched = [
    ...patch.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$|^\*\*\* Move to: (.+)$|^\+\+\+ (?:b\/)?(\S+)/gm),
  ].flatMap(([, a, b, c]) => a ?? b ?? c ?? []);
  return [...named, ...patched].map((path) =>
    resolve(cwd, path.startsWith('~/') ? join(homedir(), path.slice(2)) : path),
  );
}

/** What a file tool may not write while a deployment is open: the record, the kubeconfig, the hooks themselves. */
function refusalOfPaths(
  paths: readonly string[],
  { permits }: Standing,
  { home, hooks, env }: Protected,
): string | undefined {
  if (permits.length === 0) return undefined;
  for (const path of paths) {
    if (isWithin(path, home)) return refusalOfFiles(home, permits);
    const kubeconfig = kubeconfigs(env).find((one) => path === one);
    if (kubeconfig !== undefined)
      return `${kubeconfig} says which cluster commands go to; it is not for an agent to change while a deployment is open (${names(permits)}).`;
    const hook = [...hooks, ...settingsOf(env)].find((one) => isWithin(path, one));
    if (hook !== undefined)
      return `${hook} holds the hooks that guard an open deployment (${names(permits)}); a person changes it, or it waits until the deployment is closed.`;
  }
  return undefined;
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);

const kubeconfigs = (env: Protected['env']): readonly string[] =>
  [...(env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== ''), join(homedir(), '.kube', 'config')].map(
    (path) => resolve(path),
  );

/** Where the clients keep the settings that switch hooks on. */
function settingsOf(env: Protected['env']): readonly string[] {
  const home = homedir();
  const projects = env.CLAUDE_PROJECT_DIR === undefined ? [] : [env.CLAUDE_PROJECT_DIR];
  return [
    join(env.CLAUDE_CONFIG_DIR ?? join(home, '.claude'), 'settings.json'),
    ...projects.flatMap((folder) => [
      join(folder, '.claude', 'settings.json'),
      join(folder, '.claude', 'settings.local.json'),
    ]),
    join(home, '.codex', 'hooks.json'),
    join(home, '.codex', 'config.toml'),
    join(home, '.gemini', 'settings.json'),
    join(home, '.cursor', 'hooks.json'),
    join(home, '.config', 'opencode'),
  ];
}

/** The folder that this very hook runs from. */
export const ownFolder = (script: string | undefined): readonly string[] =>
  script === undefined ? [] : [dirname(resolve(script))];
