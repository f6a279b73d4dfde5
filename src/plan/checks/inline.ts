import type { ShellCall, ShellLine } from '../world.ts';

/** What an interpreter is given on the line itself: programs in other languages, which no reader of shell lines reads. */

const INTERPRETERS: Readonly<Record<string, RegExp>> = {
  python: /^-c$/,
  node: /^(?:-e|-p|-pe|--eval|--print)$/,
  perl: /^-\w*[eE]$/,
  ruby: /^-\w*e$/,
  php: /^-r$/,
  deno: /^eval$/,
  bun: /^-e$/,
  lua: /^-e$/,
};

const nameOf = (program: string | undefined): string =>
  (program?.split('/').at(-1) ?? '')
    .replace(/^(python|node|perl|ruby|php|lua)[\d.]*$/, '$1')
    .replace(/^nodejs$/, 'node');

/** The program text of an interpreter's call; awk's is its first operand. Undefined: none, or only known when it runs. */
function inlineCode({ program, args }: ShellCall): string | undefined {
  const name = nameOf(program);
  if (/^[gmn]?awk$/.test(name)) return args.find(({ text }) => !text.startsWith('-'))?.value;
  const flag = INTERPRETERS[name];
  const at = flag === undefined ? -1 : args.findIndex(({ text }) => flag.test(text));
  return at < 0 ? undefined : args[at + 1]?.value;
}

const STARTS_AWK = /\bsystem\s*\(|\|\s*(?:getline|"|&)|"\s*\|\s*getline/;
const STARTS =
  /\b(?:system|popen|subprocess|child_process|spawn\w*|execSync|execFile\w*|execv\w*|execl\w*|qx|backtick)\b|`/;

/** It starts programs of its own, which the plan's other checks can't read. */
export function startsPrograms(call: ShellCall): boolean {
  const code = inlineCode(call);
  if (code === undefined) return false;
  return (/^[gmn]?awk$/.test(nameOf(call.program)) ? STARTS_AWK : STARTS).test(code);
}

/** Of a program whose spaces are one each. */
const ONLY_EXITS = /^(?:import sys ?; ?)?(?:process\.|sys\.|os\._)?exit(?: ?\( ?\d* ?\)| \d+)? ?;?$/;

/** Only its version or its help is asked, or its program calls, reads and judges nothing. */
export function asksNothing(call: ShellCall): string | undefined {
  const name = nameOf(call.program);
  const words = call.args.map(({ text }) => text);
  const [only] = words;
  if (words.length === 1 && /^(--version|-V|--help)$/.test(only ?? ''))
    return `"${name} ${only}" asks nothing of what is deployed`;
  if (words.length === 1 && only === '-v' && name in INTERPRETERS)
    return `"${name} -v" asks nothing of what is deployed`;
  if (/^(which|whereis|type|hash)$/.test(name)) return `"${name}" asks nothing of what is deployed`;
  const code = /awk$/.test(name) ? undefined : inlineCode(call);
  if (code !== undefined && ONLY_EXITS.test(code.replace(/\s+/g, ' ').trim()))
    return `"${name}" runs a program that only exits`;
  if (code === undefined || /[(`]|\b(?:import|require|open|exit|raise|assert|die|throw|print)\b/.test(code))
    return undefined;
  return `"${name}" runs a program that looks at nothing`;
}

/** Every call of the line asks nothing. */
export function lineAsksNothing(line: ShellLine, known: (call: ShellCall) => string | undefined): string | undefined {
  const why = line.calls.map((call) => known(call) ?? asksNothing(call));
  return why.includes(undefined) ? undefined : why[0];
}
