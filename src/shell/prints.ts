import { KUBECTL_VALUE_FLAGS } from './cluster/flags.ts';
import { hasAny, lastOf, readFlags, textOf } from './flags.ts';
import { kindOf } from './kinds.ts';
import { fileText, type Io, type Scope } from './scope.ts';
import { baseName, isKnown, UNKNOWN } from './text.ts';

/** What a command prints, where it is only a copy of its words, its files or its input; else undefined. */
export function printed(argv: readonly string[], io: Io, scope: Scope): string | undefined {
  const [name = '', ...args] = argv;
  switch (baseName(name)) {
    case 'echo':
      return echoed(args);
    case 'printf':
      return formatted(args);
    case 'tee':
      return io.stdin;
    case 'cat':
      return args.every((arg) => arg === '-') ? io.stdin : contents(args, scope);
    case 'base64':
      return args.some((arg) => /^(-d|-D|--decode)$/.test(arg)) ? decoded(io.stdin) : undefined;
    case 'find':
      return listed(args);
    case 'kubectl':
    case 'oc':
      return dryRun(args);
    default:
      return undefined;
  }
}

/** `find DIR …`: something below each folder, by whatever name. */
function listed(args: readonly string[]): string | undefined {
  const end = args.findIndex((arg) => /^[-(!]/.test(arg));
  const folders = (end === -1 ? args : args.slice(0, end)).filter(isKnown);
  return folders.length === 0 ? undefined : folders.map((one) => `${one.replace(/\/$/, '')}/${UNKNOWN}`).join('\n');
}

function echoed(args: readonly string[]): string {
  const said = args.filter((arg, i) => i > 0 || !/^-[neE]+$/.test(arg)).join(' ');
  return said.replaceAll('\\n', '\n');
}

function formatted(args: readonly string[]): string {
  const [format = '', ...values] = args;
  const rest = [...values];
  const text = format.replaceAll('\\n', '\n').replace(/%[sqb]/g, () => rest.shift() ?? '');
  return `${text}${rest.join('\n')}`;
}

function contents(args: readonly string[], scope: Scope): string | undefined {
  const texts = args.filter((arg) => !arg.startsWith('-')).map((path) => fileText(path, scope));
  return texts.includes(undefined) ? undefined : texts.join('');
}

function decoded(text: string | undefined): string | undefined {
  if (!isKnown(text) || !/^[\w+/=\s]+$/.test(text)) return undefined;
  return Buffer.from(text, 'base64').toString('utf8');
}

/** `kubectl create … --dry-run=client -o yaml`: the object it would make, as far as a reader of names needs it. */
function dryRun(args: readonly string[]): string | undefined {
  const { flags, words } = readFlags(args, KUBECTL_VALUE_FLAGS);
  const dry = lastOf(flags, '--dry-run');
  if (words[0] !== 'create' || (dry !== 'client' && dry !== true) || !hasAny(flags, '-o', '--output')) return undefined;
  const [, kind = UNKNOWN, ...names] = words;
  const name = /^(secret|service|svc)$/.test(kind) ? names[1] : names[0];
  const namespace = textOf(flags, '-n', '--namespace');
  if (!isKnown(kind) || !isKnown(name)) return undefined;
  return `kind: ${kindOf(kind)}\nmetadata:\n  name: ${name}\n${namespace === undefined ? '' : `  namespace: ${namespace}\n`}`;
}
