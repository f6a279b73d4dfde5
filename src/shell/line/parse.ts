import { type Command, forEachChild, type ParsedScript, parse, type SyntaxNode, type Word as SyntaxWord } from 'unbash';
import type { Words } from '../text.ts';
import { hidesStatus, neverFails } from './status.ts';
import { unwrap } from './unwrap.ts';
import { saysLittle } from './weak.ts';
import type { Word } from './word.ts';

/** One program started by the line, wrappers (env, sudo, timeout, xargs …) taken off. */
export type Call = {
  /** undefined: only known when it runs. */
  readonly program: string | undefined;
  readonly builtin: boolean;
  readonly args: readonly Word[];
  readonly assignments: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Folders that a `cd` before it may have changed to. */
  readonly from: readonly string[];
  /** xargs, find -exec: more arguments come when it runs. */
  readonly open_ended: boolean;
};

export type Finding = { readonly reason: string; readonly message: string; readonly column: number };

export type ParsedCommand = {
  readonly text: string;
  /** Programs that must be there; not the shell's own words. */
  readonly programs: readonly string[];
  readonly calls: readonly Call[];
  readonly words: readonly string[];
  readonly redirects: readonly { readonly operator: string; readonly target: string | undefined }[];
  /** Words that may name something on disk (those that do are part of the plan's digest). */
  readonly files: readonly string[];
  readonly globs: readonly string[];
  /** Variables that a loop or a builtin sets (`for NAME in`, `read NAME`, `export NAME=…`); assignments are in the calls. */
  readonly sets: readonly string[];
  /** Why its exit status is always 0. */
  readonly never_fails?: string;
  /** Its exit status is that of a program that doesn't judge (`… | cat`). */
  readonly hides_status?: string;
  /** Why it can end with 0 though what it asks about is not there, and the form that would fail. */
  readonly says_little?: string;
  readonly problems: readonly Finding[];
};

export const BUILTINS: Words = new Set(
  (
    ': . [ alias bg break builtin caller cd command compgen complete continue declare dirs disown echo enable eval exec ' +
    'exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read ' +
    'readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias ' +
    'unset wait'
  ).split(' '),
);

const EXPANSIONS: Words = new Set([
  'SimpleExpansion',
  'ParameterExpansion',
  'CommandExpansion',
  'ArithmeticExpansion',
  'ProcessSubstitution',
  'BraceExpansion',
]);

/** Nested `sh -c '…'` deeper than this is nobody's honest command. */
const DEEPEST = 5;
/** Where it may have gone doubles nothing, but each change adds a folder to each word. */
const MAX_FOLDERS = 16;
/** A longer line is a program, which belongs into a file; the parser's time grows faster than what it reads. */
const MAX_CHARACTERS = 16_384;

/** Reads a shell line (bash's grammar) without running anything: what it would start, name and hide. Pure. */
export function parseCommand(text: string, depth = 0): ParsedCommand {
  const problems: Finding[] = [];
  const problem = (reason: string, message: string, offset = 0) =>
    problems.push({ reason, message, column: offset + 1 });
  if (text.length > MAX_CHARACTERS) {
    problem('TooLong', `a command of more than ${MAX_CHARACTERS} characters: put it into a file and name that`);
    return { text, calls: [], programs: [], words: [], redirects: [], files: [], globs: [], sets: [], problems };
  }
  if (text.trim() === '') problem('Empty', 'the command is empty');
  if (text.includes('\0')) problem('Syntax', 'the command contains a NUL');
  const script: ParsedScript = parse(text);
  for (const error of script.errors ?? []) problem('Syntax', error.message, error.pos);
  if (script.commands.length === 0 && problems.length === 0) problem('Empty', 'the command is only a comment');

  const calls: Call[] = [];
  const redirects: { operator: string; target: string | undefined }[] = [];
  const words: Word[] = [];
  const folders: string[] = [];
  const inner: ParsedCommand[] = [];
  const loops: string[] = [];

  function command(node: Command): void {
    const assignments = node.prefix.flatMap((p) =>
      p.type === 'Assignment'
        ? [{ name: p.name, value: p.value.type === 'Word' ? wordOf(p.value).value : undefined }]
        : [],
    );
    const name = node.name === undefined ? [] : [wordOf(node.name)];
    const args = node.args.map((a) => (a.type === 'Word' ? wordOf(a) : { text: a.text, value: a.text, glob: false }));
    words.push(...name.filter((w) => w.text.includes('/')), ...args);
    const bare = unwrap([...name, ...args], assignments);
    if (bare.line !== undefined) {
      if (depth >= DEEPEST) problem('TooDeep', 'shells within shells', node.pos);
      else inner.push(parseCommand(bare.line, depth + 1));
    }
    if (bare.opaque !== undefined) problem('Opaque', bare.opaque, node.pos);
    const [program, ...rest] = bare.words;
    if (program === undefined) {
      calls.push({
        program: '',
        builtin: true,
        args: [],
        assignments: bare.assignments,
        from: [...folders],
        open_ended: false,
      });
      return;
    }
    if (program.value === undefined || program.glob) {
      problem('DynamicProgram', `which program "${program.text}" is, is only known when it runs`, node.pos);
    }
    calls.push({
      program: program.glob ? undefined : program.value,
      builtin: program.value !== undefined && BUILTINS.has(program.value),
      args: rest,
      assignments: bare.assignments,
      from: [...folders],
      open_ended: bare.open_ended,
    });
    if (program.value === 'cd' || program.value === 'pushd') {
      const to = rest.find((w) => !w.text.startsWith('-'));
      if (to?.value !== undefined && folders.length < MAX_FOLDERS) folders.push(to.value);
      else if (to?.value !== undefined && folders.length === MAX_FOLDERS)
        problem('TooDeep', `it changes its folder more than ${MAX_FOLDERS} times`, node.pos);
      else if (to !== undefined)
        problem('DynamicFolder', `which folder "${to.text}" is, is only known when it runs`, node.pos);
    }
  }

  function visit(node: SyntaxNode): void {
    if (node.type === 'Command') command(node);
    if (node.type === 'For' || node.type === 'Select') loops.push(node.name.text);
    if (node.type === 'Function') {
      problem(
        'DefinesFunction',
        `it defines a function "${node.name.text}", which may stand in for a program`,
        node.pos,
      );
    }
    if (node.type === 'Redirect') {
      const target = node.target === undefined ? undefined : wordOf(node.target);
      redirects.push({ operator: node.operator, target: target?.value });
      if (target !== undefined && !node.operator.includes('&')) words.push(target);
    }
    forEachChild(node, visit);
  }
  visit(script);

  const never = neverFails(script, (line) => parseCommand(line, depth + 1).never_fails);
  const hides = hidesStatus(script);
  const little = saysLittle(script);
  const literal = words.filter((w) => w.value !== undefined && !w.glob).map((w) => w.value ?? '');
  return {
    text,
    calls: [...calls, ...inner.flatMap((i) => i.calls)],
    programs: unique([
      ...calls.flatMap((c) => (c.program === undefined || c.program === '' || c.builtin ? [] : [c.program])),
      ...inner.flatMap((i) => i.programs),
    ]),
    words: unique([...literal, ...inner.flatMap((i) => i.words)]),
    redirects: [...redirects, ...inner.flatMap((i) => i.redirects)],
    files: unique([...literal.flatMap((value) => paths(value, folders)), ...inner.flatMap((i) => i.files)]),
    globs: unique([
      ...words.filter((w) => w.glob).flatMap((w) => paths(w.text, folders)),
      ...inner.flatMap((i) => i.globs),
    ]),
    sets: unique([...loops, ...calls.flatMap(namesSet), ...inner.flatMap((i) => i.sets)]),
    problems: [...problems, ...inner.flatMap((i) => i.problems.map((p) => ({ ...p, column: 1 })))],
    ...(never === undefined ? {} : { never_fails: never }),
    ...(hides === undefined ? {} : { hides_status: hides }),
    ...(little === undefined ? {} : { says_little: little }),
  };
}

/** Options of `read` and `mapfile` whose value is the next word. */
const TAKES_VALUE = /^-[a-zA-Z]*[dinNptuOscCa]$/;

/** The variables that a builtin sets. */
function namesSet({ program, args }: Call): string[] {
  const words = args.map(({ text }) => text);
  switch (program) {
    case 'export':
    case 'declare':
    case 'typeset':
    case 'local':
    case 'readonly':
    case 'unset':
      return words.map((word) => word.split('=')[0] ?? '');
    case 'read':
    case 'mapfile':
    case 'readarray':
      return words.filter(
        (word, i) => !word.startsWith('-') && (!TAKES_VALUE.test(words[i - 1] ?? '') || words[i - 1] === '-a'),
      );
    case 'printf':
      return words[0] === '-v' ? words.slice(1, 2) : [];
    case 'getopts':
      return words.slice(1, 2);
    default:
      return [];
  }
}

function wordOf(word: SyntaxWord): Word {
  let dynamic = false;
  let glob = false;
  const look = (node: SyntaxNode): void => {
    if (EXPANSIONS.has(node.type)) dynamic = true;
    if (node.type === 'Glob' || node.type === 'ExtendedGlob') glob = true;
    forEachChild(node, look);
  };
  forEachChild(word, look);
  return { text: word.text, value: dynamic ? undefined : word.value, glob };
}

/** `--values=a.yaml`, `-fa.yaml`, `@body.json` (curl), `key=file` name files as well as a bare word does. */
function paths(value: string, folders: readonly string[]): string[] {
  if (value === '' || value.length > 1024 || value.includes('\n')) return [];
  const afterEquals = /^[^=]*=(.+)$/.exec(value)?.[1];
  const attached = /^-[a-zA-Z](.+)$/.exec(value)?.[1];
  const written = [value, afterEquals, attached].filter((p) => p !== undefined && p !== '' && !p.startsWith('-'));
  const all = written.flatMap((p) => (p === undefined ? [] : p.split(',').length > 1 ? [p, ...p.split(',')] : [p]));
  return all
    .map((p) => p.replace(/^@/, ''))
    .filter((p) => p !== '')
    .flatMap((p) =>
      p.startsWith('/') ? [p] : [p, ...folders.map((_, i) => [...folders.slice(0, i + 1), p].join('/'))],
    );
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];
