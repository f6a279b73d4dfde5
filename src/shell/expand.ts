import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  type Assignment,
  forEachChild,
  type HereDocBody,
  type ParameterExpansionPart,
  type ParsedScript,
  type Redirection,
  type SyntaxNode,
  type Word,
  type WordPart,
} from 'unbash';
import { below, fileText, type Io, noIo, type Scope, spend } from './scope.ts';
import { printsSetup } from './setup.ts';
import { baseName, isKnown, UNKNOWN } from './text.ts';

/** Goes through the commands inside a word: those of `$(…)`, `<(…)` and arithmetic. Answers what they print, where known. */
export type Walk = (node: SyntaxNode, scope: Scope, input: Io) => string | undefined;

/** A word → the arguments it becomes. */
export function expand(word: Word, scope: Scope, walk: Walk): readonly string[] {
  const { parts } = word;
  if (parts === undefined || parts.length === 0) return [tilde(word.value)];
  const [only] = parts;
  const several = parts.length === 1 && only !== undefined ? expandAlone(only, scope, walk) : undefined;
  return several ?? [joined(parts, scope, walk)];
}

const joined = (parts: readonly WordPart[], scope: Scope, walk: Walk): string => {
  const text = parts.map((part) => valueOfPart(part, scope, walk)).join('');
  spend(scope, text.length);
  return text.startsWith('~/') && parts[0]?.type === 'Literal' ? tilde(text) : text;
};

/** A word of one part may become several arguments, or none. */
function expandAlone(only: WordPart, scope: Scope, walk: Walk): readonly string[] | undefined {
  const inside = only.type === 'DoubleQuoted' && only.parts.length === 1 ? only.parts[0] : only;
  const text = inside?.text ?? '';
  if (/^\$(@|\{@\})$/.test(text) || (text === '$*' && only.type !== 'DoubleQuoted')) return [...scope.params];
  const array = /^"?\$\{(\w+)\[[@*]\]\}"?$/.exec(only.text)?.[1];
  if (array !== undefined) return scope.arrays.get(array) ?? [UNKNOWN];
  if (only.type === 'BraceExpansion') return braces(only.text);
  if (only.type !== 'SimpleExpansion' && only.type !== 'ParameterExpansion') return undefined;
  // Unquoted: split where there are blanks, gone where there is nothing.
  const value = valueOfPart(only, scope, walk);
  return isKnown(value) ? value.split(/\s+/).filter((one) => one !== '') : [value];
}

const tilde = (text: string): string => (text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : text);

const braces = (text: string): readonly string[] =>
  /^\{[^{},]*,[^{}]*\}$/.test(text) ? text.slice(1, -1).split(',') : [UNKNOWN];

export function assignedValue(one: Assignment, scope: Scope, walk: Walk): string {
  if (one.value.type === 'ArrayValue') return UNKNOWN;
  const { parts } = one.value;
  return parts === undefined ? tilde(one.value.value) : joined(parts, scope, walk);
}

function valueOfPart(part: WordPart, scope: Scope, walk: Walk): string {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
    case 'Glob':
      return part.value;
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.map((inner) => valueOfPart(inner, scope, walk)).join('');
    case 'SimpleExpansion':
      return variable(part.text.slice(1), scope);
    case 'ParameterExpansion':
      return parameter(part, scope, walk);
    case 'CommandExpansion':
      return substituted(part.script, scope, walk);
    case 'ProcessSubstitution':
      if (part.script === undefined) return UNKNOWN;
      walk(part.script, below(scope), noIo);
      return printsSetup(literals(part.script)) ? '/dev/null' : UNKNOWN;
    default:
      forEachChild(part, (child) => void walk(child, scope, noIo));
      return UNKNOWN;
  }
}

/** Variables that say where something of the system or of infragate lies: what the reader's own process has. */
const FROM_ENVIRONMENT =
  /^(HOME|TMPDIR|XDG_\w+|INFRAGATE_HOME|KUBECONFIG|CLAUDE_PROJECT_DIR|APPDATA|LOCALAPPDATA|USERPROFILE)$/;

function variable(name: string, scope: Scope): string {
  if (/^\d+$/.test(name)) return name === '0' ? UNKNOWN : (scope.params[Number(name) - 1] ?? '');
  if (name === '@' || name === '*') return scope.params.join(' ');
  const value = scope.vars.get(name);
  if (value !== undefined) return value;
  if (name === 'PWD') return scope.cwd ?? UNKNOWN;
  const given = FROM_ENVIRONMENT.test(name) ? scope.env[name] : undefined;
  if (given !== undefined && given !== '') return given;
  return name === 'HOME' ? homedir() : UNKNOWN;
}

function parameter(part: ParameterExpansionPart, scope: Scope, walk: Walk): string {
  const plain = part.prefix === undefined && part.index === undefined;
  const value = plain ? variable(part.parameter, scope) : UNKNOWN;
  const { operation } = part;
  if (operation === undefined) return value;
  if (operation.type === 'Default' && /^:?[-=]$/.test(operation.operator)) {
    if (isKnown(value) && value !== '') return value;
    const exported = scope.env[part.parameter];
    if (!isKnown(value) && exported !== undefined && exported !== '') return exported;
    return expand(operation.operand, scope, walk).join(' ');
  }
  if (operation.type === 'Default' && /^:?\?$/.test(operation.operator)) return value;
  return UNKNOWN;
}

/** `$(…)`: its commands are read; its value is known for the ways one asks for a program's path. */
function substituted(script: ParsedScript | undefined, scope: Scope, walk: Walk): string {
  if (script === undefined) return UNKNOWN;
  const inner = below(scope);
  for (const [name, body] of scope.functions) inner.functions.set(name, body);
  const printed = walk(script, inner, noIo);
  const [name = '', ...args] = literals(script);
  const last = args.at(-1);
  if (/^(which|type)$/.test(baseName(name)) || (name === 'command' && /^-[vV]$/.test(args[0] ?? ''))) {
    return last ?? UNKNOWN;
  }
  if (printsSetup([name, ...args])) return '';
  return printed === undefined ? UNKNOWN : printed.replace(/(?<!\n)\n+$/, '');
}

/** The words of a script that is one plain command. */
function literals(script: ParsedScript): readonly string[] {
  const only = script.commands.length === 1 ? script.commands[0]?.command : undefined;
  if (only?.type !== 'Command' || only.name === undefined) return [];
  return [only.name, ...only.args].map((one) => (one.type === 'Word' ? one.value : UNKNOWN));
}

export type Redirected = {
  readonly stdin: string | undefined;
  readonly fed: boolean;
  readonly writes: readonly string[];
};

/** What a command's redirections feed it with, and the files that they write. */
export function redirections(redirects: readonly Redirection[], scope: Scope, walk: Walk): Redirected {
  let stdin: string | undefined;
  let fed = false;
  const writes: string[] = [];
  for (const one of redirects) {
    if (one.type === 'HereDoc') {
      stdin = one.delimiter?.quoted === true ? one.body.text : hereText(one.body, scope, walk);
      fed = true;
    } else if (one.type === 'HereString') {
      stdin = one.target === undefined ? '' : expand(one.target, scope, walk).join(' ');
      fed = true;
    } else if (one.target !== undefined) {
      const [path = UNKNOWN] = expand(one.target, scope, walk);
      if (one.operator === '<') {
        stdin = path === '/dev/null' ? '' : fileText(path, scope);
        fed = path !== '/dev/null';
      } else if (/^(>|>>|>\||&>|&>>|<>)$/.test(one.operator)) writes.push(path);
    }
  }
  return { stdin, fed, writes };
}

const hereText = (body: HereDocBody, scope: Scope, walk: Walk): string =>
  body.parts === undefined ? body.text : body.parts.map((part) => valueOfPart(part, scope, walk)).join('');
