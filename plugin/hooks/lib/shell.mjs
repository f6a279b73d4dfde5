import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { forEachChild, parse } from 'unbash';
import { baseName, isKnown, UNKNOWN } from './text.mjs';

/**
 * Shell text → every simple command in it, with its words as far as they are known before it runs. Loops over known words
 * are unrolled, functions entered when they are called, substitutions and here-documents read. Branches are all taken.
 *
 * `onCommand(argv, io, scope)` gets each; io: { stdin: text | undefined, piped: boolean, writes: [path] }.
 */
const DEEPEST = 12;
const MOST_COMMANDS = 5000;

export function newScope({
  cwd,
  params = [],
  files = new Map(),
  depth = 0,
  budget = { left: MOST_COMMANDS },
  harmless = false,
}) {
  return {
    cwd,
    params,
    files,
    depth,
    budget,
    harmless,
    vars: new Map(),
    arrays: new Map(),
    functions: new Map(),
    aliases: new Map(),
  };
}

/**
 * A scope for text that a command of `scope` runs: it sees the files and variables there are so far. `harmless` is said of
 * a script that names no tool which writes to a cluster: what can't be known in it may pass.
 */
export const below = (scope, { params = [], cwd = scope.cwd, harmless = scope.harmless } = {}) => ({
  ...newScope({ cwd, params, files: scope.files, depth: scope.depth + 1, budget: scope.budget, harmless }),
  vars: new Map(scope.vars),
  arrays: scope.arrays,
});

export class TooDeep extends Error {}
export class Unreadable extends Error {}

export function walkText(text, scope, onCommand) {
  if (scope.depth > DEEPEST) throw new TooDeep('commands within commands, too many of them to follow');
  const script = parse(text);
  if (script.errors !== undefined && script.errors.length > 0) {
    const [first] = script.errors;
    throw new Unreadable(`this is no shell text (${first.message})`);
  }
  walk(script, scope, onCommand, noInput());
}

const noInput = () => ({ stdin: undefined, piped: false });

function walk(node, scope, onCommand, input) {
  const into = (child, fed = input) => walk(child, scope, onCommand, fed);
  switch (node.type) {
    case 'Command':
      return command(node, scope, onCommand, input);
    case 'Pipeline':
      return pipeline(node, scope, onCommand, input);
    case 'For':
    case 'Select':
      return loop(node, scope, onCommand, input);
    case 'Function': {
      scope.functions.set(node.name.value, node.body);
      return undefined;
    }
    case 'Subshell': {
      const inner = { ...scope, vars: new Map(scope.vars) };
      walk(node.body, inner, onCommand, input);
      return undefined;
    }
    case 'If':
      for (const test of [node, ...node.elif]) walk(test.clause, scope, onCommand, input);
      return branches([node.then, ...node.elif.map((one) => one.then), node.else], scope, onCommand, input);
    case 'Case':
      into(node.word);
      return branches(node.items, scope, onCommand, input);
    case 'While':
      into(node.clause);
      return branches([node.body], scope, onCommand, input);
    case 'Redirected': {
      const io = redirections(node.redirects, scope, onCommand);
      return into(node.command, io.stdin === undefined ? input : { stdin: io.stdin, piped: true });
    }
    case 'Word':
      expand(node, scope, onCommand);
      return undefined;
    default:
      // Everything else holds commands or words: read them all, whichever branch is taken.
      forEachChild(node, (child) => into(child));
      return undefined;
  }
}

/** Each branch begins as it was before; what only some of them change isn't known afterwards. */
function branches(nodes, scope, onCommand, input) {
  const before = new Map(scope.vars);
  for (const node of nodes) {
    if (node === undefined) continue;
    const inner = { ...scope, vars: new Map(before) };
    walk(node, inner, onCommand, input);
    for (const [name, value] of inner.vars) if (before.get(name) !== value) scope.vars.set(name, UNKNOWN);
    if (inner.cwd !== scope.cwd) scope.cwd = undefined;
  }
  return undefined;
}

function pipeline(node, scope, onCommand, input) {
  let fed = input;
  for (const stage of node.commands) {
    const inner = { ...scope, vars: new Map(scope.vars) };
    const printed = walk(stage, inner, onCommand, fed);
    fed = { stdin: printed, piped: true };
  }
  return fed.stdin;
}

function loop(node, scope, onCommand, input) {
  const values = (node.wordlist ?? []).flatMap((word) => expand(word, scope, onCommand));
  const turns = node.wordlist === undefined || values.length > 32 ? [UNKNOWN] : values;
  for (const value of turns) {
    scope.vars.set(node.name.value, /[*?[]/.test(value) ? UNKNOWN : value);
    walk(node.body, scope, onCommand, input);
  }
  return undefined;
}

/** Answers what the command prints, where that is plain. */
function command(node, scope, onCommand, input) {
  scope.budget.left -= 1;
  if (scope.budget.left < 0) throw new TooDeep('too many commands to read');
  const io = redirections(node.redirects, scope, onCommand);
  const assigned = node.prefix.filter((one) => one.type === 'Assignment');
  const argv = [
    ...(node.name === undefined ? [] : expand(node.name, scope, onCommand)),
    ...node.args.flatMap((arg) =>
      arg.type === 'Assignment'
        ? [`${arg.name}=${assignedValue(arg, scope, onCommand)}`]
        : expand(arg, scope, onCommand),
    ),
  ];
  for (const one of assigned) {
    if (one.value?.type === 'ArrayValue') {
      const elements = one.value.elements.flatMap((word) => expand(word, scope, onCommand));
      scope.arrays.set(one.name, one.append ? [...(scope.arrays.get(one.name) ?? []), ...elements] : elements);
      continue;
    }
    const value = assignedValue(one, scope, onCommand);
    if (argv.length === 0)
      scope.vars.set(one.name, one.append ? `${scope.vars.get(one.name) ?? UNKNOWN}${value}` : value);
  }
  if (argv.length === 0) {
    if (io.writes.length > 0) onCommand([':'], { ...input, writes: io.writes }, scope);
    return undefined;
  }
  const fed = io.stdin === undefined ? input : { stdin: io.stdin, piped: true };
  return run(argv, { ...fed, writes: io.writes }, scope, onCommand);
}

/** One command whose words are known: the shell's own are followed, the rest is handed on. */
export function run(argv, io, scope, onCommand) {
  const [name, ...args] = argv;
  const body = scope.functions.get(name);
  if (body !== undefined) {
    if (scope.depth > DEEPEST) throw new TooDeep('a function that calls itself');
    walk(body, { ...scope, params: args, depth: scope.depth + 1 }, onCommand, io);
    return undefined;
  }
  const alias = scope.aliases.get(name);
  if (alias !== undefined) {
    const inner = below(scope);
    inner.aliases = new Map([...scope.aliases].filter(([other]) => other !== name));
    inner.functions = scope.functions;
    walkText([alias, ...args.map(quote)].join(' '), inner, onCommand);
    return undefined;
  }
  switch (name) {
    case 'export':
    case 'declare':
    case 'local':
    case 'readonly':
    case 'typeset':
      for (const arg of args) assign(arg, scope.vars);
      return undefined;
    case 'alias':
      for (const arg of args) assign(arg, scope.aliases);
      return undefined;
    case 'read':
    case 'mapfile':
    case 'readarray':
      for (const arg of args) if (/^\w+$/.test(arg)) scope.vars.set(arg, UNKNOWN);
      return undefined;
    case 'unset':
      for (const arg of args) scope.vars.set(arg, '');
      return undefined;
    case 'cd':
    case 'pushd':
      scope.cwd = changed(
        scope.cwd,
        args.find((arg) => !arg.startsWith('-')),
      );
      return undefined;
    case 'set':
    case 'shift':
      // The parameters are no longer what they were.
      if (name === 'shift') scope.params = scope.params.slice(Number(args[0] ?? 1) || 1);
      else if (args.includes('--')) scope.params = args.slice(args.indexOf('--') + 1);
      return undefined;
    case 'trap':
      if (args[0] !== undefined && isKnown(args[0]) && args[0] !== '-') walkText(args[0], below(scope), onCommand);
      return undefined;
  }
  onCommand(argv, io, scope);
  const text = printed(argv, io);
  for (const path of io.writes) if (isKnown(path)) scope.files.set(absolute(path, scope.cwd), text);
  if (name === 'tee')
    for (const path of args.filter((arg) => !arg.startsWith('-'))) scope.files.set(absolute(path, scope.cwd), io.stdin);
  return text;
}

function assign(text, into) {
  const [, name, value] = /^(\w[\w-]*)=([\s\S]*)$/.exec(text) ?? [];
  if (name !== undefined) into.set(name, value);
}

export const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function changed(cwd, to) {
  if (cwd === undefined || to === undefined || !isKnown(to)) return to === undefined ? homedir() : undefined;
  return absolute(to, cwd);
}

export function absolute(path, cwd) {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return path.startsWith('/') ? path : join(cwd ?? `/${UNKNOWN}`, path);
}

/** What a command prints, where it is only a copy of its words or its input. */
function printed(argv, io) {
  const [name, ...args] = argv;
  if (name === 'echo')
    return args
      .filter((arg, i) => i > 0 || !/^-[neE]+$/.test(arg))
      .join(' ')
      .replaceAll('\\n', '\n');
  if (name === 'printf') {
    const [format = '', ...values] = args;
    let at = 0;
    return `${format.replaceAll('\\n', '\n').replace(/%[sqb]/g, () => values[at++] ?? '')}${values.slice(at).join('\n')}`;
  }
  if ((name === 'cat' && args.every((arg) => arg === '-')) || name === 'tee') return io.stdin;
  return undefined;
}

function redirections(redirects, scope, onCommand) {
  const found = { stdin: undefined, writes: [] };
  for (const one of redirects) {
    if (one.type === 'HereDoc') {
      found.stdin = one.delimiter?.quoted ? one.body.text : hereText(one.body, scope, onCommand);
    } else if (one.type === 'HereString') {
      found.stdin = one.target === undefined ? '' : expand(one.target, scope, onCommand).join(' ');
    } else if (one.target !== undefined) {
      const [path = UNKNOWN] = expand(one.target, scope, onCommand);
      if (one.operator === '<') found.stdin = fileText(path, scope);
      else if (/^(>|>>|>\||&>|&>>|<>)$/.test(one.operator)) found.writes.push(path);
    }
  }
  return found;
}

const hereText = (body, scope, onCommand) =>
  body.parts === undefined ? body.text : body.parts.map((part) => valueIn(part, scope, onCommand)).join('');

const LARGEST = 512 * 1024;

/** A file's text, as it is or as this very command line writes it; undefined when it can't be read. */
export function fileText(path, scope) {
  if (!isKnown(path)) return undefined;
  const where = absolute(path, scope.cwd);
  if (scope.files.has(where)) return scope.files.get(where);
  if (!existsSync(where)) return undefined;
  try {
    const bytes = readFileSync(where);
    return bytes.length > LARGEST ? undefined : bytes.toString('utf8');
  } catch {
    return undefined;
  }
}

/** A word → the arguments it becomes. */
function expand(word, scope, onCommand) {
  const { parts } = word;
  if (parts === undefined || parts.length === 0) return [tilde(word.value)];
  if (parts.length === 1) {
    const [only] = parts;
    const text = only.type === 'DoubleQuoted' && only.parts.length === 1 ? only.parts[0].text : only.text;
    if (/^\$(@|\{@\})$/.test(text) || (text === '$*' && only.type !== 'DoubleQuoted')) return [...scope.params];
    const array = /^"?\$\{(\w+)\[[@*]\]\}"?$/.exec(only.text)?.[1];
    if (array !== undefined) return scope.arrays.get(array) ?? [UNKNOWN];
    if (only.type === 'BraceExpansion') return braces(only.text);
    if (only.type === 'SimpleExpansion' || only.type === 'ParameterExpansion') {
      // Unquoted: split where there are blanks, gone where there is nothing.
      const value = valueIn(only, scope, onCommand);
      return isKnown(value) ? value.split(/\s+/).filter((one) => one !== '') : [value];
    }
  }
  return [parts.map((part) => valueIn(part, scope, onCommand)).join('')];
}

const tilde = (text) => (text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : text);

const braces = (text) => (/^\{[^{}]*,[^{}]*\}$/.test(text) ? text.slice(1, -1).split(',') : [UNKNOWN]);

function assignedValue(one, scope, onCommand) {
  if (one.value === undefined || one.value.type === 'ArrayValue') return UNKNOWN;
  const { parts } = one.value;
  return parts === undefined ? one.value.value : parts.map((part) => valueIn(part, scope, onCommand)).join('');
}

function valueIn(part, scope, onCommand) {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
    case 'Glob':
      return part.value;
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.map((inner) => valueIn(inner, scope, onCommand)).join('');
    case 'SimpleExpansion':
      return variable(part.text.slice(1), scope);
    case 'ParameterExpansion':
      return parameter(part, scope, onCommand);
    case 'CommandExpansion':
      return substituted(part, scope, onCommand);
    case 'ProcessSubstitution':
      if (part.script !== undefined) walk(part.script, below(scope), onCommand, noInput());
      return setsUpShell(literals(part.script)) ? '/dev/null' : UNKNOWN;
    default:
      forEachChild(part, (child) => walk(child, scope, onCommand, noInput()));
      return UNKNOWN;
  }
}

function variable(name, scope) {
  if (/^\d+$/.test(name)) return name === '0' ? UNKNOWN : (scope.params[Number(name) - 1] ?? '');
  if (name === '@' || name === '*') return scope.params.join(' ');
  if (scope.vars.has(name)) return scope.vars.get(name);
  if (name === 'HOME') return homedir();
  if (name === 'PWD') return scope.cwd ?? UNKNOWN;
  return UNKNOWN;
}

function parameter(part, scope, onCommand) {
  const value = part.prefix === undefined && part.index === undefined ? variable(part.parameter, scope) : UNKNOWN;
  const { operation } = part;
  if (operation === undefined) return value;
  if (operation.type === 'Default' && /^:?[-=]$/.test(operation.operator)) {
    if (isKnown(value) && value !== '') return value;
    const exported = process.env[part.parameter];
    if (!isKnown(value) && exported !== undefined && exported !== '') return exported;
    return expand(operation.operand, scope, onCommand).join(' ');
  }
  return UNKNOWN;
}

/** `$(…)`: its commands are read; its value is known for the ways one asks for a program's path. */
function substituted(part, scope, onCommand) {
  const { script } = part;
  if (script === undefined) return UNKNOWN;
  walk(script, { ...below(scope), functions: scope.functions }, onCommand, noInput());
  const [name = '', ...args] = literals(script);
  const last = args.at(-1);
  if (/^(which|type)$/.test(baseName(name)) || (name === 'command' && /^-[vV]$/.test(args[0] ?? ''))) {
    return typeof last === 'string' ? last : UNKNOWN;
  }
  if (setsUpShell([name, ...args])) return '';
  return name === 'echo' ? args.join(' ') : UNKNOWN;
}

/** The words of a script that is one plain command. */
function literals(script) {
  const only = script?.commands.length === 1 ? script.commands[0].command : undefined;
  if (only?.type !== 'Command' || only.name === undefined) return [];
  return [only.name, ...only.args].map((one) =>
    'value' in one && typeof one.value === 'string' ? one.value : UNKNOWN,
  );
}

const SETS_UP =
  /^(ssh-agent|direnv|brew|pyenv|rbenv|nodenv|goenv|fnm|mise|starship|zoxide|conda|dircolors|lesspipe|opam|keychain)$/;

/** Programs that print variables and completions for a shell to take up (`eval "$(ssh-agent -s)"`). */
const setsUpShell = ([name = '', first = '']) =>
  SETS_UP.test(baseName(name)) || first === 'completion' || /^(docker|podman)-env$/.test(first);
