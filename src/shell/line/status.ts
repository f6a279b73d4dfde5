import {
  type Command,
  type CompoundList,
  forEachChild,
  type ParsedScript,
  type Statement,
  type SyntaxNode,
  type While,
} from 'unbash';
import type { Words } from '../text.ts';
import { innerWords } from './unwrap.ts';

/** Builtins and programs that end with 0 whatever the cluster is like. */
const ALWAYS: Words = new Set([
  'true',
  ':',
  'echo',
  'printf',
  'pwd',
  'date',
  'sleep',
  'export',
  'unset',
  'set',
  'trap',
  'hostname',
  'whoami',
  'id',
  'uname',
  'hash',
  'alias',
  'umask',
  'wait',
  'yes',
  'clear',
]);

/** Filters that end with 0 whatever they read. */
const FILTERS: Words = new Set([
  'cat',
  'tee',
  'head',
  'tail',
  'sort',
  'uniq',
  'wc',
  'sed',
  'tr',
  'cut',
  'column',
  'less',
  'more',
  'nl',
  'base64',
  'sha256sum',
  'md5sum',
  'rev',
  'tac',
  'fold',
  'xxd',
  'od',
]);

/** The text of a nested shell → why it never fails. */
type Nested = (line: string) => string | undefined;

/** Why the line's exit status is always 0, whatever happens; undefined when it can fail. Errs to "can fail". */
export function neverFails(script: ParsedScript, nested: Nested): string | undefined {
  return sequence(script.commands, nested);
}

function sequence(statements: readonly Statement[], nested: Nested): string | undefined {
  const last = statements.at(-1);
  if (last === undefined) return undefined;
  const early = statements.findIndex((one, index) => index < statements.length - 1 && endsWell(one));
  if (early >= 0 && !statements.slice(0, early).some((s) => mayExit(s, nested)))
    return '"exit 0" ends it before the rest is run';
  const why = statement(last, nested);
  if (why === undefined) return undefined;
  if (statements.slice(0, -1).some((s) => mayExit(s, nested))) return undefined;
  return why;
}

/** `exit 0` by itself. */
const endsWell = ({ command: node, background }: Statement): boolean =>
  background !== true &&
  node.type === 'Command' &&
  /^(exit|return)$/.test(node.name?.value ?? '') &&
  node.args[0]?.type === 'Word' &&
  node.args[0].value === '0';

const statement = (node: Statement, nested: Nested): string | undefined =>
  node.background === true
    ? 'it runs in the background, so that nobody waits for its exit status'
    : of(node.command, nested);

const list = (node: CompoundList | undefined, nested: Nested) =>
  node === undefined ? undefined : sequence(node.commands, nested);

function of(node: SyntaxNode, nested: Nested): string | undefined {
  switch (node.type) {
    case 'Command':
      return command(node, nested);
    case 'Statement':
      return statement(node, nested);
    case 'Pipeline': {
      const last = node.commands.at(-1);
      if (last === undefined) return undefined;
      const turned = node.prefixes.filter((p) => p.type === 'Negation').length % 2 === 1;
      if (!turned) return of(last, nested);
      return last.type === 'Command' && last.name?.value === 'false' ? '"! false" is always true' : undefined;
    }
    case 'AndOr': {
      let why = of(node.commands[0] ?? node, nested);
      node.operators.forEach((operator, index) => {
        const right = node.commands[index + 1];
        const then = right === undefined ? undefined : of(right, nested);
        if (operator === '||') why = why ?? (then === undefined ? undefined : `after "||" ${then}`);
        else why = why === undefined ? undefined : then;
      });
      return why;
    }
    case 'Subshell':
    case 'BraceGroup':
      return list(node.body, nested);
    case 'Redirected':
      return of(node.command, nested);
    case 'For':
      return list(node.body, nested);
    case 'While':
      return loop(node, nested);
    case 'TestCommand':
      return isConstant(node) ? `"${TEST_NAME}" looks at a constant` : undefined;
    case 'If': {
      const branches = [node.then, ...node.elif.map((e) => e.then), ...(node.else === undefined ? [] : [node.else])];
      const reasons = branches.map((branch) => list(branch, nested));
      const exits = branches.some((branch) => branch.commands.some((s) => mayExit(s, nested)));
      return exits || reasons.includes(undefined) ? undefined : `every way through "if" ends well: ${reasons[0]}`;
    }
    default:
      return undefined;
  }
}

/**
 * A loop that waits (`until …; do sleep 5; done`) ends when its condition holds, or at the time limit, which fails it. One
 * that goes through what it reads ends with its last turn's status.
 */
function loop(node: While, nested: Nested): string | undefined {
  const [only, ...more] = node.clause.commands;
  const reads = only?.command.type === 'Command' && only.command.name?.value === 'read';
  if (reads && more.length === 0) return list(node.body, nested);
  return node.kind === 'until' ? list(node.clause, nested) : undefined;
}

const TEST_NAME = '[[ … ]]';

/** Nothing in it can change: no expansion, no pattern, no file that is asked for. */
function isConstant(node: SyntaxNode): boolean {
  let constant = true;
  const look = (inner: SyntaxNode): void => {
    if (/Expansion|Glob|ProcessSubstitution/.test(inner.type)) constant = false;
    if (inner.type === 'TestUnary' && !/^-[nz]$/.test(inner.operator)) constant = false;
    if (inner.type === 'TestBinary' && /^-(nt|ot|ef)$/.test(inner.operator)) constant = false;
    forEachChild(inner, look);
  };
  look(node);
  return constant;
}

function command(node: Command, nested: Nested): string | undefined {
  const written = node.name?.value;
  if (written === undefined) return node.prefix.length > 0 ? 'it only sets variables' : undefined;
  const words = innerWords([written, ...node.args.map((a) => (a.type === 'Word' ? a.value : a.text))]);
  const name = words[0]?.split('/').at(-1) ?? '';
  const args = words.slice(1);
  if (ALWAYS.has(name)) {
    if (name === 'set' && args.some((a) => /^-[a-z]*e/.test(a))) return undefined;
    return `"${name}" always ends with 0`;
  }
  if (name === 'exit' || name === 'return')
    return args[0] === '0' ? `"${name} 0" is 0 whatever came before` : undefined;
  if (name === 'test' || name === '[' || name === '[[') return constantTest(node);
  if (/^(ba|da|a|z|k)?sh$/.test(name) || name === 'eval') {
    const at = args.findIndex((a) => /^-[abd-zA-Z]*c[a-zA-Z]*$/.test(a));
    const line = name === 'eval' ? args.join(' ') : at < 0 ? undefined : args[at + 1];
    return line === undefined ? undefined : nested(line);
  }
  return undefined;
}

/** `test 1 -eq 1`: nothing in it can change, and it names no file. */
function constantTest(node: Command): string | undefined {
  const words = node.args.map((a) => a.text).filter((w) => w !== ']' && w !== ']]');
  const [first = '', second = ''] = words;
  if (words.length === 2 && /^-[nz]$/.test(first) && !/[$`*?[]/.test(second))
    return `"${node.name?.text} ${words.join(' ')}" looks at a constant`;
  if (words.length === 0 || words.some((w) => /[$`]/.test(w) || /^-[a-zA-Z]$/.test(w))) return undefined;
  const [left, operator, right] = words;
  const same = ['=', '==', '-eq'].includes(operator ?? '') && left === right;
  return words.length === 1 || same ? `"${node.name?.text} ${words.join(' ')}" compares constants` : undefined;
}

/** Can it end the whole line with something other than 0? */
function mayExit(node: SyntaxNode, nested: Nested): boolean {
  if (node.type === 'Command') {
    const name = node.name?.value;
    const args = node.args.map((a) => (a.type === 'Word' ? a.value : a.text));
    if (name === 'set') return args.some((a) => /^-[a-z]*e/.test(a) || a === 'errexit');
    return (name === 'exit' || name === 'return') && args[0] !== '0';
  }
  if (node.type === 'AndOr') {
    return node.commands.some((part, index) => {
      if (!mayExit(part, nested)) return false;
      const left = node.commands[index - 1];
      return index === 0 || node.operators[index - 1] !== '||' || left === undefined || of(left, nested) === undefined;
    });
  }
  if (node.type === 'Statement') return node.background !== true && mayExit(node.command, nested);
  if (node.type === 'Subshell') return false;
  if (node.type === 'BraceGroup' || node.type === 'For' || node.type === 'While')
    return node.body.commands.some((s) => mayExit(s, nested));
  if (node.type === 'If')
    return [node.then, ...node.elif.map((e) => e.then), ...(node.else === undefined ? [] : [node.else])].some((b) =>
      b.commands.some((s) => mayExit(s, nested)),
    );
  return false;
}

/** `set -o pipefail` somewhere before: a pipe fails with any of its parts. */
export const hasPipefail = (script: ParsedScript): boolean =>
  script.commands.some(({ command: node }) => {
    const first = node.type === 'AndOr' ? node.commands[0] : node;
    return (
      first?.type === 'Command' &&
      /^(set|shopt)$/.test(first.name?.value ?? '') &&
      first.args.some((arg) => arg.type === 'Word' && arg.value === 'pipefail')
    );
  });

/** Programs that judge what they read only when they are asked to: jq and yq with -e, awk with an exit of its own. */
function judges(name: string, args: readonly string[]): boolean | undefined {
  if (name === 'jq' || name === 'yq' || name === 'gojq' || name === 'jaq')
    return args.some((arg) => /^(--exit-status|-[a-df-zA-Z]*e[a-zA-Z]*)$/.test(arg));
  if (/^[gm]?awk$/.test(name)) return args.some((arg) => /\bexit\b/.test(arg));
  return FILTERS.has(name) ? false : undefined;
}

/** The filter that a line's last pipe ends in: the exit status of what it reads is lost. */
export function hidesStatus(script: ParsedScript): string | undefined {
  if (hasPipefail(script)) return undefined;
  const last = script.commands.at(-1)?.command;
  const pipe = last?.type === 'AndOr' ? last.commands.at(-1) : last;
  if (pipe?.type !== 'Pipeline' || pipe.commands.length < 2) return undefined;
  const end = pipe.commands.at(-1);
  const name = end?.type === 'Command' ? end.name?.value?.split('/').at(-1) : undefined;
  if (name === undefined || end?.type !== 'Command') return undefined;
  return judges(
    name,
    end.args.map((arg) => (arg.type === 'Word' ? arg.value : arg.text)),
  ) === false
    ? name
    : undefined;
}
