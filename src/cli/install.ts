// infragate install --client NAME

import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Command, Option } from 'commander';
import { print, printError, printJson } from '../print/index.ts';
import { EXIT } from './exit.ts';
import { workspaceHere } from './here.ts';
import { CLIENTS, type Client, type ClientName, places } from './install/clients.ts';
import { serverEntry } from './install/entry.ts';
import type { Edited } from './install/json.ts';
import { forgetInstalled, readInstalled, writeInstalled } from './install/record.ts';
import { ask, isTerminal } from './terminal.ts';
import { fail } from './with-ledger.ts';

type Flags = { client: ClientName; dryRun: boolean; undo: boolean; yes: boolean; json: boolean; file?: string };

export function installCommand(): Command {
  return new Command('install')
    .description("write this server into a client's configuration, or take it out again")
    .addOption(new Option('--client <name>', 'whose configuration').choices(Object.keys(CLIENTS)).makeOptionMandatory())
    .option('--file <path>', 'another file than the one the client usually reads')
    .option('--dry-run', 'show the change, write nothing', false)
    .option('--undo', 'put back what was there before', false)
    .option('--yes', "don't ask on a terminal", false)
    .option('--json', 'print one line of JSON, last', false)
    .action(install);
}

async function install({ client: name, dryRun, undo, yes, json, file: asked }: Flags): Promise<void> {
  const client: Client = CLIENTS[name];
  const file = followed(asked === undefined ? client.file(places(workspaceHere())) : resolve(workspaceHere(), asked));
  const before = contentOf(file);
  const there = await entryIn(client, before ?? '');
  if (!there.ok) {
    process.exitCode = fail(json, EXIT.no, 'BadFile', `${file} can't be edited: ${there.because}`);
    return;
  }
  const installed = readInstalled(name);
  const known = installed?.file === file ? installed : undefined;
  const entry = undo ? known?.before : { ...serverEntry(), ...client.fields };
  const status = (what: string) => {
    if (json) printJson({ client: name, file, status: what, ...(undo ? {} : { entry }) });
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
  if (isTerminal() && !yes && !json && !/^y(es)?$/i.test(await ask('Write it? [y/N] '))) {
    process.exitCode = EXIT.no;
    return status('left as it was');
  }
  if (after === undefined) rmSync(file, { force: true });
  else write(file, after);
  if (undo) forgetInstalled(name);
  // What was there before the first installation is what undo goes back to.
  else if (known === undefined)
    writeInstalled(name, {
      file,
      created: before === undefined,
      alone: there.siblings === undefined,
      ...(there.value === undefined ? {} : { before: there.value }),
    });
  status(undo ? 'undone' : 'written');
  if (!undo && !json) print(client.afterwards);
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
    return file;
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
