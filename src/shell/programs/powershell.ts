import { hasAny, readFlags } from '../flags.ts';
import { fileText, type Io, type Scope } from '../scope.ts';
import { isKnown, UNKNOWN } from '../text.ts';
import type { Runs } from './runs.ts';

const MAX_PIECES = 2000;

/** `pwsh -Command TEXT`, `-File F`, `-EncodedCommand BASE64`; without any, the input. */
export function powershellProgram(args: readonly string[], io: Io, scope: Scope): Runs | undefined {
  const option = (pattern: RegExp) => args.findIndex((arg) => pattern.test(arg));
  const encoded = option(/^-(e|ec|enc\w*)$/i);
  if (encoded !== -1)
    return { kind: 'powershell', text: Buffer.from(args[encoded + 1] ?? '', 'base64').toString('utf16le') };
  const command = option(/^-(c|command)$/i);
  if (command !== -1) return { kind: 'powershell', text: args.slice(command + 1).join(' ') };
  const named = option(/^-(f|file)$/i);
  const file = named === -1 ? args.find((arg) => /\.ps1$/i.test(arg)) : args[named + 1];
  if (file !== undefined) {
    const text = fileText(file, scope);
    return text === undefined
      ? { kind: 'opaque', because: `the script ${file} can't be read` }
      : { kind: 'powershell', text };
  }
  if (!io.piped)
    return args.length > 0 && !args[0]?.startsWith('-') ? { kind: 'powershell', text: args.join(' ') } : undefined;
  return isKnown(io.stdin)
    ? { kind: 'powershell', text: io.stdin }
    : { kind: 'opaque', because: "what PowerShell is fed can't be read" };
}

/**
 * PowerShell text → command lines, as far as a reader of words needs it: pipelines, quotes, `$env:NAME`, `&`, variables set
 * to a string, blocks. Branches and loops are all taken; what a variable holds otherwise isn't known.
 */
export function powershellCommands(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly (readonly string[])[] {
  const vars = new Map<string, string>();
  const lines: string[][] = [];
  for (const argv of pieces(text, vars, env).slice(0, MAX_PIECES)) {
    const [first = '', operator = '', ...value] = argv;
    if (/^\$\w+$/.test(first) && operator === '=') {
      vars.set(first.slice(1).toLowerCase(), value.length === 1 ? (value[0] ?? UNKNOWN) : UNKNOWN);
      lines.push([...value]);
    } else
      lines.push(
        argv.map((word) => (/^\$\w+$/.test(word) ? (vars.get(word.slice(1).toLowerCase()) ?? UNKNOWN) : word)),
      );
  }
  return lines.filter((argv) => argv.length > 0);
}

/** Splits at `;`, newlines, `|`, `&&`, `||` and braces; quotes and back-ticks as PowerShell has them. */
function pieces(
  text: string,
  vars: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
): string[][] {
  const token =
    /"((?:[^"`]|`[\s\S]|"")*)"|'((?:[^']|'')*)'|(`\r?\n)|(#[^\n]*)|([;\n|{}()]|&&|\|\||&)|(,)|((?:[^\s"'`;|{}(),&#]|`.)+)|([ \t\r]+)/g;
  const lines: string[][] = [[]];
  let open = false;
  for (const match of text.matchAll(token)) {
    const [, double, single, , , separator, comma, bare, blank] = match;
    const line = lines.at(-1) ?? [];
    if (separator !== undefined) {
      if (separator !== '&' || line.length > 0) lines.push([]);
      open = false;
    } else if (blank !== undefined || comma !== undefined) open = false;
    else {
      const raw = double ?? single ?? bare;
      if (raw === undefined) continue;
      const value =
        single !== undefined ? single.replaceAll("''", "'") : expanded(raw, double !== undefined, vars, env);
      if (open) line.push(`${line.pop() ?? ''}${value}`);
      else line.push(value);
      open = true;
    }
  }
  return lines;
}

function expanded(
  raw: string,
  quoted: boolean,
  vars: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const plain = raw.replace(/`(.)/gs, '$1').replaceAll('""', '"');
  const known = plain.replace(
    /\$(?:\{env:(\w+)\}|env:(\w+))/gi,
    (_all, a?: string, b?: string) => env[a ?? b ?? ''] ?? UNKNOWN,
  );
  if (!quoted) return known.replace(/^~(?=[\\/])/, env.HOME ?? env.USERPROFILE ?? UNKNOWN);
  return known.replace(/\$\{?(\w+)\}?/g, (_all, name: string) => vars.get(name.toLowerCase()) ?? UNKNOWN);
}

/** PowerShell's own ways to run, delete, write and ask, as the argument lists that a shell's reader knows. */
export function translated(argv: readonly string[]): readonly string[] {
  const [name = '', ...args] = argv;
  const { flags, words } = readFlags(
    args.map((arg) => (/^-[A-Za-z]{2,}/.test(arg) ? `-${arg.toLowerCase()}` : arg)),
    new Set([
      '--filepath',
      '--argumentlist',
      '--path',
      '--literalpath',
      '--value',
      '--uri',
      '--method',
      '--body',
      '--destination',
      '--scriptblock',
      '--command',
    ]),
  );
  const given = (...names: string[]) =>
    names.flatMap((one) => flags.get(one) ?? []).filter((one) => typeof one === 'string');
  switch (name.toLowerCase()) {
    case 'start-process':
    case 'saps':
      return [...given('--filepath'), ...words, ...given('--argumentlist')].flatMap((word) => word.split(/\s+/));
    case 'invoke-expression':
    case 'iex':
      return ['eval', ...given('--command'), ...words];
    case 'invoke-command':
    case 'icm':
      return words;
    case 'remove-item':
    case 'ri':
    case 'del':
    case 'erase':
    case 'rd':
      return hasAny(flags, '--whatif') ? [':'] : ['rm', ...given('--path', '--literalpath'), ...words];
    case 'set-content':
    case 'sc':
    case 'add-content':
    case 'ac':
    case 'out-file':
    case 'clear-content':
    case 'new-item':
    case 'ni':
      return ['tee', ...given('--path', '--literalpath', '--filepath'), ...words.slice(0, 1)];
    case 'get-content':
    case 'gc':
    case 'get-childitem':
    case 'gci':
    case 'test-path':
    case 'select-string':
    case 'get-item':
      return ['cat', ...given('--path', '--literalpath'), ...words];
    case 'move-item':
    case 'mi':
    case 'rename-item':
      return ['mv', ...given('--path', '--literalpath', '--destination'), ...words];
    case 'copy-item':
    case 'cpi':
      return ['cp', ...given('--path', '--literalpath', '--destination'), ...words];
    case 'invoke-restmethod':
    case 'irm':
    case 'invoke-webrequest':
    case 'iwr':
      return [
        'curl',
        ...given('--method').flatMap((one) => ['-X', one]),
        ...(flags.has('--body') ? ['-d', UNKNOWN] : []),
        ...given('--uri'),
        ...words,
      ];
    default:
      return argv;
  }
}
