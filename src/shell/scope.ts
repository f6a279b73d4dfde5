import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Function as FunctionNode } from 'unbash';
import { readText } from './files.ts';
import { isKnown, UNKNOWN } from './text.ts';

/** Work that one command line may cause: it is read before a person's every command, and must end. */
export type Budget = {
  commands: number;
  characters: number;
  /** So many may be read before a time limit is needed; undefined: there is one, or none is wanted. */
  untimed?: number | undefined;
};

export const newBudget = (): Budget => ({ commands: 5000, characters: 4_000_000 });

/** Commands within commands deeper than this are not followed. */
export const MAX_DEPTH = 12;

/** What a shell knows while it runs a line: the reader keeps the same, as far as it can be known. */
export type Scope = {
  /** undefined: only known when it runs. */
  cwd: string | undefined;
  params: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files that the line itself writes; undefined: written, but with what isn't known. */
  readonly files: Map<string, string | undefined>;
  readonly depth: number;
  readonly budget: Budget;
  /** Inside a script that names no tool that writes to a cluster: what can't be known in it may pass. */
  readonly harmless: boolean;
  /** It runs on this machine; elsewhere (a container, another host) the files of this one say nothing. */
  readonly here: boolean;
  readonly vars: Map<string, string>;
  readonly arrays: Map<string, readonly string[]>;
  readonly functions: Map<string, FunctionNode['body']>;
  aliases: Map<string, string>;
};

/** What a command is given and writes. */
export type Io = {
  /** undefined: nothing, or not known before it runs. */
  readonly stdin: string | undefined;
  readonly piped: boolean;
  readonly writes: readonly string[];
};

export const noIo: Io = { stdin: undefined, piped: false, writes: [] };

export class TooDeep extends Error {}
export class Unreadable extends Error {}
/** It is more than may be read without a time limit: read it again within one. */
export class NeedsTimeLimit extends Error {}

export const newScope = (given: Partial<Scope> & { readonly cwd: string | undefined }): Scope => ({
  params: [],
  env: process.env,
  files: new Map(),
  depth: 0,
  budget: newBudget(),
  harmless: false,
  here: true,
  vars: new Map(),
  arrays: new Map(),
  functions: new Map(),
  aliases: new Map(),
  ...given,
});

/** A scope for text that a command of `scope` runs: it sees the files and variables there are so far. */
export const below = (
  scope: Scope,
  given: {
    readonly params?: readonly string[];
    readonly cwd?: string | undefined;
    readonly harmless?: boolean;
    readonly here?: boolean;
  } = {},
): Scope =>
  newScope({
    cwd: scope.cwd,
    params: [],
    env: scope.env,
    files: scope.files,
    depth: scope.depth + 1,
    budget: scope.budget,
    harmless: scope.harmless,
    here: scope.here,
    vars: new Map(scope.vars),
    arrays: scope.arrays,
    ...given,
  });

/** Counts text that was made up on the way; a line that makes more than its budget is not read any further. */
export function spend(scope: Scope, characters: number): void {
  scope.budget.characters -= characters;
  if (scope.budget.characters < 0) throw new TooDeep('too much text to read');
  if (scope.budget.untimed === undefined) return;
  scope.budget.untimed -= characters;
  if (scope.budget.untimed < 0) throw new NeedsTimeLimit('it is long');
}

export function absolute(path: string, cwd: string | undefined): string {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return path.startsWith('/') ? join(path) : join(cwd ?? `/${UNKNOWN}`, path);
}

/** A file's text, as it is or as this very command line writes it; undefined when it can't be read. */
export function fileText(path: string, scope: Scope): string | undefined {
  if (!isKnown(path)) return undefined;
  const where = absolute(path, scope.cwd);
  if (scope.files.has(where)) return scope.files.get(where);
  if (!scope.here) return undefined;
  const text = readText(where);
  if (text !== undefined) spend(scope, text.length);
  return text;
}

/** A file that this line writes, or that is there. */
export const isWritten = (path: string, scope: Scope): boolean => scope.files.has(absolute(path, scope.cwd));
