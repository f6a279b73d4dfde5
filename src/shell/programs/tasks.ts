import { optionsEnd, readFlags, textOf } from '../flags.ts';
import { fileText, type Scope } from '../scope.ts';
import { UNKNOWN, words } from '../text.ts';
import type { Runs } from './runs.ts';

/** Names of tasks that put something into a cluster, or take it out: a task of such a name that can't be read stops. */
const DEPLOYS =
  /(^|[-_:./])(un|re)?(deploy(ment)?|ship|rollout|rollback|apply|cluster-(up|down)|promote|release-(to|prod)\w*)($|[-_:./])/i;
/** Names of what does so: `helm-prod` may, `test.helm` and `lint-k8s` don't. */
const DEPLOYER = /(^|[-_:./])(helm|k8s|kube(ctl|rnetes)?|argocd|flux)($|[-_:./])/i;
const ONLY_BUILDS =
  /(^|[-_:./])(tests?|unit-?tests?|lint|check|verify|validate|docs?|readme|template|package|build|fmt|format|gen(erate)?|schema|diff|plan|status|logs?|version|download|tools?|bin|clean-bin|values)($|[-_:./])/i;

const mayDeploy = (name: string): boolean => DEPLOYS.test(name) || (DEPLOYER.test(name) && !ONLY_BUILDS.test(name));

/** A script of such a name that isn't there: the same, and what installs. */
export const namesDeployment = (name: string): boolean => mayDeploy(name) || /(^|[-_.])(un)?install/i.test(name);

export const unresolved = (runner: string, targets: readonly string[]): readonly Runs[] =>
  targets
    .filter(mayDeploy)
    .slice(0, 1)
    .map((target) => ({ kind: 'opaque', because: `what ${runner} ${target} runs can't be read` }));

type Task = { readonly needs: readonly string[]; readonly lines: readonly string[] };
type Tasks = ReadonlyMap<string, Task>;

const MAX_TASKS = 100;

/** Just and Task: the recipes of the tasks asked for, and of what these need, as shell text. */
export function taskRunner(args: readonly string[], _io: unknown, scope: Scope, program: string): readonly Runs[] {
  const takes = words('-f --justfile -d --working-directory --taskfile -t --dir --set --shell --chooser');
  const { flags } = readFlags(args, takes);
  if (
    args.some((arg) =>
      /^(-n|--dry(-run)?|-l|--list(-all)?|--summary|--show|-s|--evaluate|--help|-h|--version|--dump)$/.test(arg),
    )
  )
    return [];
  const given = args.slice(optionsEnd(args, takes)).filter((arg) => !/^\w+=/.test(arg) && !arg.startsWith('-'));
  const isJust = program === 'just';
  const named = textOf(flags, '-f', '--justfile', '--taskfile', '-t');
  const files =
    named !== undefined
      ? [named]
      : isJust
        ? ['justfile', 'Justfile', '.justfile']
        : ['Taskfile.yml', 'Taskfile.yaml', 'taskfile.yml', 'Taskfile.dist.yml'];
  const text = files.map((file) => fileText(file, scope)).find((one) => one !== undefined);
  const tasks = text === undefined ? new Map<string, Task>() : isJust ? readJustfile(text) : readTaskfile(text);
  const goals = isJust ? given.slice(0, 1) : given;
  const wanted = goals.length > 0 ? goals : [isJust ? ([...tasks.keys()][0] ?? 'default') : 'default'];
  const shell = textFor(tasks, wanted);
  const missing = wanted.filter((goal) => !tasks.has(goal));
  return [
    ...(shell === '' ? [] : [{ kind: 'text' as const, text: shell, script: files[0] ?? program }]),
    ...unresolved(program, missing),
  ];
}

function textFor(tasks: Tasks, goals: readonly string[]): string {
  const lines: string[] = [];
  const seen = new Set<string>();
  const build = (name: string): void => {
    const task = tasks.get(name);
    if (task === undefined || seen.has(name) || seen.size > MAX_TASKS) return;
    seen.add(name);
    for (const need of task.needs) build(need);
    lines.push(...task.lines);
  };
  for (const goal of goals) build(goal);
  return lines.map((line) => line.replace(/\{\{[^{}]*\}\}/g, UNKNOWN)).join('\n');
}

/** `name param: need1 need2`, and an indented body. */
function readJustfile(text: string): Tasks {
  const tasks = new Map<string, Task & { lines: string[] }>();
  let current: { lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const body = /^[ \t]+(\S.*)$/.exec(line)?.[1];
    if (body !== undefined) {
      if (!body.startsWith('#!')) current?.lines.push(body.replace(/^[@-]+/, ''));
      continue;
    }
    const [, name, needs = ''] = /^@?([\w-]+)(?:[ \t][^:=]*)?:(?!=)(.*)/.exec(line) ?? [];
    if (name === undefined) continue;
    const task = { needs: needs.split(/[\s()&]+/).filter((one) => /^[\w-]+$/.test(one)), lines: [] };
    tasks.set(name, task);
    current = task;
  }
  return tasks;
}

/** Task's YAML, read by indentation: under `tasks:`, a name with `cmds`, `cmd`, `deps`, or its command itself. */
function readTaskfile(text: string): Tasks {
  const tasks = new Map<string, Task & { needs: string[]; lines: string[] }>();
  const block = /^tasks:[ \t]*\n((?:(?:[ \t][^\n]*)?\n)*)/m.exec(`${text}\n`)?.[1] ?? '';
  const indent = /^([ \t]+)\S/m.exec(block)?.[1] ?? '  ';
  let current: { needs: string[]; lines: string[] } | undefined;
  let inDeps = false;
  for (const line of block.split('\n')) {
    const own = line.startsWith(indent) && !/^[ \t]/.test(line.slice(indent.length));
    const [, name, value] = own ? (/^["']?([\w:.-]+)["']?:(?:[ \t]+(\S.*)|$)/.exec(line.trim()) ?? []) : [];
    if (name !== undefined) {
      current = { needs: [], lines: value === undefined || value === '' ? [] : [unquoted(value)] };
      tasks.set(name, current);
      inDeps = false;
    } else if (current !== undefined) {
      inDeps = /^deps:/.test(line.trim()) || (inDeps && /^-/.test(line.trim()));
      taskLine(line.trim(), inDeps, current);
    }
  }
  return tasks;
}

function taskLine(line: string, inDeps: boolean, into: { needs: string[]; lines: string[] }): void {
  const called = /^(?:-[ \t]*)?task:[ \t]*["']?([\w:.-]+)/.exec(line)?.[1];
  if (called !== undefined) into.needs.push(called);
  else if (inDeps)
    into.needs.push(
      ...line
        .replace(/^deps:/, '')
        .split(/[\s,[\]"'-]+/)
        .filter((one) => one !== ''),
    );
  else {
    const command = /^(?:-[ \t]*)?cmd:[ \t]*(.*)/.exec(line)?.[1] ?? /^-[ \t]+(.*)/.exec(line)?.[1];
    if (command !== undefined && command !== '|') into.lines.push(unquoted(command));
    else if (command === undefined && !/^[\w-]+:/.test(line)) into.lines.push(line);
  }
}

const unquoted = (text: string): string => text.replace(/^(["'])(.*)\1$/, '$2');
