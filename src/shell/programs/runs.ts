import type { Io, Scope } from '../scope.ts';
import { UNKNOWN } from '../text.ts';

/** What a program runs in its turn. */
export type Runs =
  /** Another command line (sudo, timeout, xargs, npx …). */
  | { readonly kind: 'argv'; readonly argv: readonly string[]; readonly io?: Io }
  /** Shell text (bash -c, ssh, npm run, make …); `script`: the file that holds it. */
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly params?: readonly string[];
      readonly cwd?: string | undefined;
      readonly script?: string;
      readonly io?: Io;
    }
  /** PowerShell. */
  | { readonly kind: 'powershell'; readonly text: string }
  /** Text in another language, in which commands can only be looked for. */
  | { readonly kind: 'foreign'; readonly text: string }
  /** Something that will be run and can't be read: why. */
  | { readonly kind: 'opaque'; readonly because: string };

/** A program's arguments → what it runs; undefined: nothing of its own, an empty list: nothing at all. */
export type Runner = (
  args: readonly string[],
  io: Io,
  scope: Scope,
  program: string,
) => Runs | readonly Runs[] | undefined;

export const runsArgv = (argv: readonly string[], io?: Io): Runs | undefined =>
  argv.length > 0 ? { kind: 'argv', argv, ...(io === undefined ? {} : { io }) } : undefined;

/** Text of which a part is unknown: the known part is read; text of which nothing is known is said to be opaque. */
export const runsText = (text: string): Runs =>
  new RegExp(`^["'\\s]*${UNKNOWN}(\\$\\w+)?["'\\s]*$`).test(text)
    ? { kind: 'opaque', because: "the text of the command isn't known before it runs" }
    : { kind: 'text', text };

export const shown = (path: string): string => path.replaceAll(UNKNOWN, '…');
