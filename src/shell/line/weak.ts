import type { Command, ParsedScript, Statement, SyntaxNode } from 'unbash';
import { clusterTool, readClusterCall } from '../cluster/call.ts';
import { words } from '../text.ts';
import { hasPipefail } from './status.ts';
import { innerWords } from './unwrap.ts';

/**
 * Why a line can end with 0 though nothing of what it asks about is there: an empty list is an answer, a page with an error
 * is a page, and of several commands only the last one counts. Each with the form that fails.
 */
export function saysLittle(script: ParsedScript): string | undefined {
  const deciding = decidersOf(script.commands);
  const weak = deciding.map(weakness);
  const first = weak.find((one) => one !== undefined);
  if (first !== undefined && !weak.includes(undefined)) return first;
  return neverEnds(script) ?? onlyLastCounts(script) ?? onlyLastTurn(script) ?? afterOr(script);
}

/** The commands whose exit status becomes the line's. */
function decidersOf(statements: readonly Statement[]): readonly Command[] {
  const last = statements.at(-1);
  return last === undefined ? [] : deciders(last.command);
}

function deciders(node: SyntaxNode): readonly Command[] {
  switch (node.type) {
    case 'Command':
      return [node];
    case 'Pipeline':
      return node.commands.slice(-1).flatMap(deciders);
    case 'AndOr':
      return node.commands.flatMap(deciders);
    case 'Subshell':
    case 'BraceGroup':
      return decidersOf(node.body.commands);
    case 'Redirected':
      return deciders(node.command);
    default:
      return [];
  }
}

const argvOf = (node: Command): readonly string[] =>
  innerWords([node.name?.value ?? '', ...node.args.map((arg) => (arg.type === 'Word' ? arg.value : arg.text))]);

function weakness(node: Command): string | undefined {
  const [name = '', ...args] = argvOf(node);
  const program = name.split('/').at(-1) ?? '';
  const tool = clusterTool(program);
  if (tool !== undefined) return clusterWeakness(tool, args);
  switch (program) {
    case 'curl':
      return args.some((arg) => /^(--fail(-with-body)?|-[a-eg-zA-Z]*f[a-zA-Z]*)$/.test(arg))
        ? undefined
        : 'curl ends with 0 for an answer of 404 or 500, too; with -f (--fail) it fails';
    case 'dig':
      return 'dig ends with 0 for a name that is not there, too; `test -n "$(dig +short NAME)"` fails';
    case 'grep':
    case 'egrep':
      return grepWeakness(args);
    default:
      return undefined;
  }
}

const LISTS = words('get describe logs events top');

function clusterWeakness(tool: 'kubectl' | 'oc' | 'helm', args: readonly string[]): string | undefined {
  const call = readClusterCall(tool, args);
  if (tool === 'helm')
    return /^(list|ls)$/.test(call.verb)
      ? '"helm list" ends with 0 where no release is there, too; "helm status RELEASE" fails'
      : undefined;
  const named = call.operands.length > 1 || call.operands.some((one) => one.includes('/')) || call.filenames.length > 0;
  const isOne = call.verb === 'logs' ? call.operands.length > 0 : named;
  if (!LISTS.has(call.verb) || (isOne && call.selectors.length === 0) || call.flags.has('--raw')) return undefined;
  return `"${tool} ${call.verb}" without a name ends with 0 where nothing is there, too; name the object, use "${tool} wait", or end in "| grep -q ."`;
}

/** A pattern that every line holds, or the lines without one. */
function grepWeakness(args: readonly string[]): string | undefined {
  const pattern = args.find((arg) => !arg.startsWith('-'));
  if (pattern === '' || pattern === '.*' || pattern === '^')
    return `grep '${pattern}' holds for every line; name what must be there`;
  return args.some((arg) => /^-[a-zA-Z]*v/.test(arg) || arg === '--invert-match')
    ? 'grep -v holds as soon as one other line is there; look for what must be there'
    : undefined;
}

const QUIET = words('echo printf sleep cd export set local declare true : trap wait kill unset shopt source . read');

/** `a; b`: that a failed is lost. */
function onlyLastCounts({ commands, ...script }: ParsedScript): string | undefined {
  if (commands.length < 2 || setsErrexit(commands) || hasPipefail({ commands, ...script })) return undefined;
  const last = commands.at(-1)?.command;
  if (last?.type === 'Command' && /^(exit|return)$/.test(last.name?.value ?? '')) return undefined;
  const lost = commands.slice(0, -1).find(({ command, background }) => background !== true && canFail(command));
  return lost === undefined
    ? undefined
    : 'only the last of its commands decides; join them with && (or begin with "set -e")';
}

const setsErrexit = (statements: readonly Statement[]): boolean =>
  statements.some(
    ({ command: node }) =>
      node.type === 'Command' &&
      node.name?.value === 'set' &&
      node.args.some((arg) => arg.type === 'Word' && /^-[a-z]*e|^errexit$/.test(arg.value)),
  );

function canFail(node: SyntaxNode): boolean {
  if (node.type === 'Command') return node.name !== undefined && !QUIET.has(node.name.value);
  if (node.type === 'Pipeline') return node.commands.slice(-1).some(canFail);
  return node.type === 'For';
}

/** `while true; do …; done` that nothing leaves. */
function neverEnds({ commands }: ParsedScript): string | undefined {
  const loop = commands.at(-1)?.command;
  const [test] = loop?.type === 'While' ? loop.clause.commands : [];
  if (loop?.type !== 'While' || test?.command.type !== 'Command') return undefined;
  const forever = loop.kind === 'while' ? /^(true|:|sleep|echo)$/ : /^false$/;
  if (!forever.test(test.command.name?.value ?? '')) return undefined;
  return /\b(exit|return|break)\b/.test(textsOf(loop.body.commands))
    ? undefined
    : 'its loop never ends, so the time limit always fails it; loop until what must hold does';
}

/** A `for` ends with the status of its last turn. */
function onlyLastTurn({ commands }: ParsedScript): string | undefined {
  const last = commands.at(-1)?.command;
  const loop = last?.type === 'AndOr' ? last.commands.at(-1) : last;
  if (loop?.type !== 'For' || setsErrexit(commands) || setsErrexit(loop.body.commands)) return undefined;
  const leaves = /\b(exit|return|break)\b|\|\|\s*(false|exit)/.test(textsOf(loop.body.commands));
  const turns = loop.wordlist?.length ?? 2;
  return leaves || turns < 2
    ? undefined
    : 'of a "for" only the last turn decides; write "|| exit 1" after what must hold in each';
}

const textsOf = (statements: readonly Statement[]): string =>
  statements.flatMap(({ command }) => leavesOf(command)).join(' ');

const leavesOf = (node: SyntaxNode): readonly string[] => {
  if (node.type === 'Command') return [argvOf(node).join(' ')];
  if (node.type === 'AndOr') return node.commands.flatMap((one) => leavesOf(one));
  if (node.type === 'BraceGroup' || node.type === 'Subshell') return [textsOf(node.body.commands)];
  if (node.type === 'If') return [textsOf(node.then.commands)];
  return [];
};

/** `check || kubectl describe …`: what was to help decides. */
function afterOr({ commands }: ParsedScript): string | undefined {
  const last = commands.at(-1)?.command;
  if (last?.type !== 'AndOr' || last.operators.at(-1) !== '||') return undefined;
  const right = last.commands.at(-1);
  const argv = right?.type === 'Command' ? argvOf(right) : [];
  const tool = clusterTool(argv[0] ?? '');
  const looks = tool !== undefined && LISTS.has(readClusterCall(tool, argv.slice(1)).verb);
  return looks || /^(cat|ls|journalctl|docker|env|ps)$/.test(argv[0] ?? '')
    ? `after "||" the exit status is that of "${argv.slice(0, 2).join(' ')}"; write "|| { …; exit 1; }"`
    : undefined;
}
