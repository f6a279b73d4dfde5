// infragate install --client NAME

import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { print, printError } from '../print/index.ts';
import { answer, fail } from './answers.ts';
import { EXIT, type Exit } from './exit.ts';
import { workspaceHere } from './here.ts';
import { CLIENTS, type Client, type ClientName, environmentField, places, spelled } from './install/clients.ts';
import { wantedEntry } from './install/entry.ts';
import type { Edited } from './install/json.ts';
import { forgetInstalled, readInstalled, writeInstalled } from './install/record.ts';
import { ask, isTerminal } from './terminal.ts';

type Flags = {
  client: ClientName;
  scope: 'user' | 'project';
  env: Record<string, string>;
  kubeconfig?: string;
  workspace?: string;
  hooks: boolean;
  dryRun: boolean;
  undo: boolean;
  yes: boolean;
  json: boolean;
  file?: string;
};

const pair = (text: string, before: Record<string, string>): Record<string, string> => {
  const [, name = '', value = ''] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('it takes NAME=VALUE');
  return { ...before, [name]: value };
};

export function installCommand(): Command {
  return new Command('install')
    .description("write this server into a client's configuration, or take it out again")
    .addOption(new Option('--client <name>', 'whose configuration').choices(Object.keys(CLIENTS)).makeOptionMandatory())
    .option('--file <path>', 'another file than the one the client usually reads')
    .addOption(
      new Option(
        '--scope <scope>',
        "user: the client's own file; project: the one in this folder, for all who work in it",
      )
        .choices(['user', 'project'])
        .default('user'),
    )
    .option('--env <name=value>', "a variable of the server's environment; may be given several times", pair, {})
    .option('--kubeconfig <path>', "the server's own kubeconfig (INFRAGATE_KUBECONFIG)")
    .option('--workspace <folder>', 'the folder that deployments belong to')
    .option('--hooks', "the guard before the client's tools, instead of the server", false)
    .option('--dry-run', 'show the change, write nothing', false)
    .option('--undo', 'put back what was there before', false)
    .option('--yes', "don't ask; needed where nobody can be asked", false)
    .option('--json', 'print one line of JSON, last', false)
    .action(install);
}

async function install(flags: Flags): Promise<void> {
  if (flags.hooks) return installHooks(flags);
  const { client: name, scope, dryRun, undo, yes, json, file: asked } = flags;
  const client: Client = CLIENTS[name];
  const own = scope === 'project' ? client.project?.(places(workspaceHere())) : client.file(places(workspaceHere()));
  const wanted = asked === undefined ? own : resolve(workspaceHere(), asked);
  if (wanted === undefined) {
    process.exitCode = fail(
      json,
      EXIT.wrongUse,
      'NoProjectScope',
      `${client.title} has no file for a project; leave --scope out`,
    );
    return;
  }
  const file = followed(wanted);
  const whole = contentOf(file);
  const mark = whole?.startsWith(BOM) ? BOM : '';
  const before = whole?.slice(mark.length);
  const there = await entryIn(client, before ?? '');
  if (!there.ok) {
    process.exitCode = fail(json, EXIT.no, 'BadFile', `${file} can't be edited: ${there.because}`);
    return;
  }
  const record = scope === 'project' ? `${name}-project` : name;
  const installed = readInstalled(record);
  const known = installed?.file === file ? installed : undefined;
  const entry = undo ? known?.before : merged(there.value, client, flags);
  const status = (what: string, exit: Exit = EXIT.done) => {
    process.exitCode = exit;
    if (json) answer('install', exit, { client: name, file, status: what, ...(undo ? {} : { entry }) });
    else print(`${what}: ${file}`);
  };
  if (isSame(there.value, entry)) return status('unchanged');

  const emptied = undo && known?.created === true;
  // Where we made the table that servers lie in, and nothing else came to lie there, it goes with the entry.
  const path =
    undo && entry === undefined && known?.alone === true && there.siblings === 0 ? client.at.slice(0, 1) : client.at;
  const edited = await edit({ ...client, at: path }, before ?? '', entry);
  if (!edited.ok) {
    process.exitCode = fail(json, EXIT.no, 'BadFile', `${file} can't be edited: ${edited.because}`);
    return;
  }
  const after = emptied && (await isEmpty(client, edited.text)) ? undefined : edited.text;
  const { createTwoFilesPatch } = await import('diff');
  (json ? printError : print)(createTwoFilesPatch(file, file, before ?? '', after ?? '').trimEnd());
  if (dryRun) return status('would be written');
  if (!yes && (json || !isTerminal())) {
    process.exitCode = fail(json, EXIT.wrongUse, 'NotAsked', `nobody can be asked here: --yes writes ${file}`);
    return;
  }
  if (!yes && !/^y(es)?$/i.test(await ask('Write it? [y/N] '))) return status('left as it was', EXIT.no);
  if (after === undefined) rmSync(file, { force: true });
  else write(file, `${mark}${after}`);
  if (undo) forgetInstalled(record);
  // What was there before the first installation is what undo goes back to.
  else if (known === undefined)
    writeInstalled(record, {
      file,
      created: before === undefined,
      alone: there.siblings === undefined,
      ...(there.value === undefined ? {} : { before: there.value }),
    });
  status(undo ? 'undone' : 'written');
  if (!undo && !json) print(client.afterwards);
}

const BOM = '\uFEFF';

/** What the user had set on the entry stays: the environment above all. What starts the server is ours. */
function merged(there: unknown, client: Client, { env, kubeconfig, workspace }: Flags): Record<string, unknown> {
  const folder = workspace === undefined ? {} : { workspace: resolve(workspaceHere(), workspace) };
  const file = kubeconfig === undefined ? {} : { INFRAGATE_KUBECONFIG: resolve(workspaceHere(), kubeconfig) };
  const ours = spelled(client, wantedEntry({ env: { ...env, ...file }, ...folder }));
  const before: Record<string, unknown> = typeof there === 'object' && there !== null ? { ...there } : {};
  const field = environmentField(client);
  const variables = { ...Object(before[field]), ...Object(ours[field]) };
  return { ...before, ...ours, ...(Object.keys(variables).length === 0 ? {} : { [field]: variables }) };
}

/** Two readings of one entry; a TOML table and a JSON object differ in their prototype only. */
const isSame = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(
    one === undefined ? one : structuredClone(one),
    other === undefined ? other : structuredClone(other),
  );

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A configuration that is a link into somebody's dotfiles stays one. */
function followed(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    // One that leads nowhere yet leads there still.
    const stat = lstatSync(file, { throwIfNoEntry: false });
    return stat?.isSymbolicLink() ? resolve(dirname(file), readlinkSync(file)) : file;
  }
}

/** Whole or not at all: a client may be reading it. */
function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, text, { mode: modeOf(file) });
  renameSync(fresh, file);
}

function modeOf(file: string): number {
  try {
    return statSync(file).mode & 0o777;
  } catch {
    return 0o600;
  }
}

async function entryIn(client: Client, text: string) {
  const read =
    client.format === 'toml'
      ? (await import('./install/toml.ts')).readToml(text)
      : (await import('./install/json.ts')).readJson(text);
  if (!read.ok) return read;
  const [outer = '', name = ''] = client.at;
  const value = client.at.reduce(memberOf, read.value);
  const table = memberOf(read.value, outer);
  /** Other servers beside ours; undefined where there is no table of servers. */
  const siblings =
    typeof table === 'object' && table !== null ? Object.keys(table).filter((key) => key !== name).length : undefined;
  return { ok: true as const, value, siblings };
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([k]) => k === key)?.[1] : undefined;

const edit = async (client: Client, text: string, entry: unknown): Promise<Edited> =>
  client.format === 'toml'
    ? (await import('./install/toml.ts')).editToml(text, client.at, entry)
    : (await import('./install/json.ts')).editJson(text, client.at, entry);

/** Nothing left but the empty shell of what we wrote. */
async function isEmpty(client: Client, text: string): Promise<boolean> {
  const [outer = ''] = client.at;
  const shell = await entryIn({ ...client, at: [] }, text);
  return shell.ok && (isSame(shell.value, {}) || isSame(shell.value, { [outer]: {} }));
}

/** `--hooks`: the guard is added to the client's own hooks, and taken out of them again; others' stay as they are. */
async function installHooks({ client: name, undo, dryRun, yes, json, file: asked }: Flags): Promise<void> {
  const { hookClient, hookEdit, writeHooks } = await import('./install/install-hooks.ts');
  const client = hookClient(name);
  if (client === undefined) {
    process.exitCode = fail(json, EXIT.wrongUse, 'NoHooks', `${CLIENTS[name].title} has no hooks before its tools`);
    return;
  }
  const edit = hookEdit(
    client,
    places(workspaceHere()),
    undo,
    asked === undefined ? undefined : resolve(workspaceHere(), asked),
  );
  if (edit.status === 'error') {
    process.exitCode = fail(json, EXIT.no, 'BadFile', `${edit.file} can't be edited: ${edit.message}`);
    return;
  }
  const status = (what: string, exit: Exit = EXIT.done) => {
    process.exitCode = exit;
    if (json) answer('install', exit, { client: name, file: edit.file, status: what, hooks: true });
    else print(`${what}: ${edit.file}`);
  };
  if (edit.status === 'unchanged') return status('unchanged');
  const { createTwoFilesPatch } = await import('diff');
  (json ? printError : print)(createTwoFilesPatch(edit.file, edit.file, edit.before ?? '', edit.after ?? '').trimEnd());
  if (dryRun) return status('would be written');
  if (!yes && (json || !isTerminal())) {
    process.exitCode = fail(json, EXIT.wrongUse, 'NotAsked', `nobody can be asked here: --yes writes ${edit.file}`);
    return;
  }
  if (!yes && !/^y(es)?$/i.test(await ask('Write it? [y/N] '))) return status('left as it was', EXIT.no);
  writeHooks(edit.file, edit.after);
  status(undo ? 'undone' : 'written');
}
