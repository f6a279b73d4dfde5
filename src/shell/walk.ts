import {
  type Command,
  type For,
  forEachChild,
  type If,
  type Pipeline,
  parse,
  type Select,
  type SyntaxNode,
} from 'unbash';
import { builtin } from './builtins.ts';
import { assignedValue, expand, redirections } from './expand.ts';
import { printed } from './prints.ts';
import { absolute, below, type Io, isWritten, MAX_DEPTH, noIo, type Scope, TooDeep, Unreadable } from './scope.ts';
import { isKnown, quote, UNKNOWN } from './text.ts';

export type OnCommand = (argv: readonly string[], io: Io, scope: Scope) => void;

/** A `for` over more words than this is read once, with a word that isn't known. */
const MAX_TURNS = 32;
/** Longer text isn't read: no person and no agent writes such a line. */
const MAX_CHARACTERS = 256 * 1024;

/**
 * Shell text → every simple command in it, with its words as far as they are known before it runs. Loops over known words
 * are unrolled, functions entered when they are called, substitutions and here-documents read. Branches are all taken.
 */
export function walkText(text: string, scope: Scope, onCommand: OnCommand, input: Io = noIo): void {
  if (scope.depth > MAX_DEPTH) throw new TooDeep('commands within commands, too many of them to follow');
  if (text.length > MAX_CHARACTERS) throw new TooDeep('it is longer than 256 KB');
  try {
    const script = parse(text);
    const [first] = script.errors ?? [];
    if (first !== undefined) throw new Unreadable(`this is no shell text (${first.message})`);
    reader(onCommand).walk(script, scope, input);
  } catch (error) {
    // The parser and this reader are recursive: text nested by the hundred ends the stack.
    if (error instanceof RangeError) throw new TooDeep('it is nested too deeply to read');
    throw error;
  }
}

/** One command whose words are known: the shell's own are followed, the rest is handed on. */
export const runWords = (argv: readonly string[], io: Io, scope: Scope, onCommand: OnCommand): string | undefined =>
  reader(onCommand).run(argv, io, scope);

type Reader = {
  walk(node: SyntaxNode, scope: Scope, input: Io): string | undefined;
  run(argv: readonly string[], io: Io, scope: Scope): string | undefined;
};

function reader(onCommand: OnCommand): Reader {
  function walk(node: SyntaxNode, scope: Scope, input: Io): string | undefined {
    switch (node.type) {
      case 'Script':
      case 'CompoundList':
        return lastPrinted(node.commands, scope, input);
      case 'Statement':
        return walk(node.command, scope, input);
      case 'Command':
        return command(node, scope, input);
      case 'Pipeline':
        return pipeline(node, scope, input);
      case 'For':
      case 'Select':
        return loop(node, scope, input);
      case 'Function':
        scope.functions.set(node.name.value, node.body);
        return undefined;
      case 'Subshell':
        return walk(node.body, { ...scope, vars: new Map(scope.vars) }, input);
      case 'If':
        return conditional(node, scope, input);
      case 'Case':
        walk(node.word, scope, input);
        return branches(node.items, scope, input);
      case 'While':
        walk(node.clause, scope, input);
        return branches([node.body], scope, input);
      case 'Redirected': {
        const io = redirections(node.redirects, scope, walk);
        if (io.writes.length > 0) onCommand([':'], { ...noIo, writes: io.writes }, scope);
        return walk(node.command, scope, io.fed ? { ...io, piped: true } : input);
      }
      case 'Word':
        expand(node, scope, walk);
        return undefined;
      default:
        // Everything else holds commands or words: read them all, whichever branch is taken.
        forEachChild(node, (child) => void walk(child, scope, input));
        return undefined;
    }
  }

  /** What a list prints is known when it is one command. */
  function lastPrinted(nodes: readonly SyntaxNode[], scope: Scope, input: Io): string | undefined {
    const texts = nodes.map((node) => walk(node, scope, input));
    return texts.length === 1 ? texts[0] : undefined;
  }

  function conditional(node: If, scope: Scope, input: Io): undefined {
    for (const test of [node, ...node.elif]) walk(test.clause, scope, input);
    return branches([node.then, ...node.elif.map((one) => one.then), node.else], scope, input);
  }

  /** Each branch begins as it was before; what only some of them change isn't known afterwards. */
  function branches(nodes: readonly (SyntaxNode | undefined)[], scope: Scope, input: Io): undefined {
    const before = new Map(scope.vars);
    for (const node of nodes) {
      if (node === undefined) continue;
      const inner = { ...scope, vars: new Map(before) };
      walk(node, inner, input);
      for (const [name, value] of inner.vars) if (before.get(name) !== value) scope.vars.set(name, UNKNOWN);
      if (inner.cwd !== scope.cwd) scope.cwd = undefined;
    }
    return undefined;
  }

  function pipeline(node: Pipeline, scope: Scope, input: Io): string | undefined {
    let fed = input;
    for (const stage of node.commands) {
      const inner = { ...scope, vars: new Map(scope.vars) };
      fed = { stdin: walk(stage, inner, fed), piped: true, writes: [] };
    }
    return fed.stdin;
  }

  function loop(node: For | Select, scope: Scope, input: Io): undefined {
    const values = (node.wordlist ?? []).flatMap((word) => expand(word, scope, walk));
    const turns = node.wordlist === undefined || values.length > MAX_TURNS ? [UNKNOWN] : values;
    for (const value of turns) {
      scope.vars.set(node.name.value, /[*?[]/.test(value) ? UNKNOWN : value);
      walk(node.body, scope, input);
    }
    return undefined;
  }

  function command(node: Command, scope: Scope, input: Io): string | undefined {
    scope.budget.commands -= 1;
    if (scope.budget.commands < 0) throw new TooDeep('too many commands to read');
    const io = redirections(node.redirects, scope, walk);
    const argv = [
      ...(node.name === undefined ? [] : programWords(node.name, scope)),
      ...node.args.flatMap((arg) =>
        arg.type === 'Assignment' ? [`${arg.name}=${assignedValue(arg, scope, walk)}`] : expand(arg, scope, walk),
      ),
    ];
    assignments(node, argv.length === 0, scope);
    if (argv.length === 0) {
      if (io.writes.length > 0) onCommand([':'], { ...input, writes: io.writes }, scope);
      return undefined;
    }
    const fed = io.fed ? { stdin: io.stdin, piped: true } : input;
    return run(argv, { ...fed, writes: io.writes }, scope);
  }

  /** A program behind a variable is named by what it holds, or else by the variable (`$KUBECTL`, `"$NPM"`). */
  function programWords(word: NonNullable<Command['name']>, scope: Scope): readonly string[] {
    const found = expand(word, scope, walk);
    const variable = /^"?\$\{?(\w+)\}?"?$/.exec(word.text)?.[1];
    if (found.length !== 1 || found[0] !== UNKNOWN || variable === undefined) return found;
    return [`${UNKNOWN}$${variable}`];
  }

  function assignments(node: Command, alone: boolean, scope: Scope): void {
    for (const one of node.prefix) {
      if (one.type !== 'Assignment') continue;
      if (one.value.type === 'ArrayValue') {
        const elements = one.value.elements.flatMap((word) => expand(word, scope, walk));
        scope.arrays.set(
          one.name,
          one.append === true ? [...(scope.arrays.get(one.name) ?? []), ...elements] : elements,
        );
        continue;
      }
      const value = assignedValue(one, scope, walk);
      const before = one.append === true ? (scope.vars.get(one.name) ?? UNKNOWN) : '';
      if (alone) scope.vars.set(one.name, `${before}${value}`);
    }
  }

  function run(argv: readonly string[], io: Io, scope: Scope): string | undefined {
    const [name = '', ...args] = argv;
    const body = scope.functions.get(name);
    if (body !== undefined) {
      if (scope.depth > MAX_DEPTH) throw new TooDeep('a function that calls itself');
      return walk(body, { ...scope, params: args, depth: scope.depth + 1 }, io);
    }
    const alias = scope.aliases.get(name);
    if (alias !== undefined) {
      const inner = below(scope);
      inner.aliases = new Map([...scope.aliases].filter(([other]) => other !== name));
      for (const [known, functionBody] of scope.functions) inner.functions.set(known, functionBody);
      walkText([alias, ...args.map(quote)].join(' '), inner, onCommand);
      return undefined;
    }
    if (name === 'trap') {
      if (isKnown(args[0]) && args[0] !== '-' && args[0] !== '') walkText(args[0], below(scope), onCommand);
      return undefined;
    }
    if (builtin(name, args, scope)) return undefined;
    onCommand(argv, io, scope);
    return written(argv, io, scope);
  }

  /** Remembers what the command writes to files, so that a script made in this line can be read. */
  function written(argv: readonly string[], io: Io, scope: Scope): string | undefined {
    const text = printed(argv, io, scope);
    for (const path of io.writes) {
      if (!isKnown(path) || (path.startsWith('/dev/') && !isWritten(path, scope))) continue;
      scope.files.set(absolute(path, scope.cwd), text);
    }
    if (argv[0] === 'tee') {
      for (const path of argv.slice(1).filter((arg) => !arg.startsWith('-')))
        scope.files.set(absolute(path, scope.cwd), io.stdin);
    }
    return text;
  }

  return { walk, run };
}
