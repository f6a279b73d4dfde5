import { SHELLS } from '../programs/shells.ts';
import { WATCH_TAKES, WRAPPERS, XARGS_TAKES } from '../programs/wrappers.ts';
import type { Words } from '../text.ts';
import type { Word } from './word.ts';

type Assignment = { readonly name: string; readonly value: string | undefined };

type Unwrapped = {
  readonly words: readonly Word[];
  readonly assignments: readonly Assignment[];
  /** The text of a nested `sh -c`. */
  readonly line?: string;
  /** More arguments come from elsewhere. */
  readonly open_ended: boolean;
  /** Why what it runs can't be known beforehand. */
  readonly opaque?: string;
};

/** Programs that run the rest of their words, with the options of theirs that take a value. */
function wrapperNamed(name: string): { readonly values: Words; readonly skip: number } | undefined {
  if (name === 'xargs') return { values: XARGS_TAKES, skip: 0 };
  if (name === 'watch') return { values: WATCH_TAKES, skip: 0 };
  if (name === 'busybox') return { values: new Set(), skip: 0 };
  const wrapper = WRAPPERS.get(name);
  return wrapper === undefined || wrapper.after !== undefined
    ? undefined
    : { values: wrapper.takes ?? new Set(), skip: wrapper.words ?? 0 };
}

const nameOf = (word: Word | undefined): string => word?.value?.split('/').at(-1) ?? '';

/** The words without the wrappers in front of them (`env true` → `true`), where these are plain words. */
export function innerWords(words: readonly string[]): readonly string[] {
  const bare = unwrap(
    words.map((text) => ({ text, value: text, glob: false })),
    [],
  );
  return bare.words.length > 0 ? bare.words.map((word) => word.text) : words;
}

/** Takes `env A=b timeout 5 …` off a command. */
export function unwrap(given: readonly Word[], before: readonly Assignment[]): Unwrapped {
  let words = given;
  let assignments = before;
  let open = false;
  for (;;) {
    const name = nameOf(words[0]);
    const wrapper = wrapperNamed(name);
    if (name === 'command' && /^-[vV]$/.test(words[1]?.value ?? '')) break;
    if (wrapper === undefined) break;
    const rest = afterOptions(words.slice(1), wrapper.values);
    const set = name === 'env' || name === 'sudo' ? leading(rest) : [];
    assignments = [...assignments, ...set];
    const inner = rest.slice(set.length + wrapper.skip);
    if (inner.length === 0) break;
    open ||= name === 'xargs';
    words = inner;
  }
  const base = { words, assignments, open_ended: open };
  const name = nameOf(words[0]);
  if (name === 'find') {
    const at = words.findIndex((w) => /^-(exec|execdir|ok|okdir)$/.test(w.value ?? ''));
    if (at > 0) return { ...base, words: words.slice(at + 1), open_ended: true };
  }
  if (SHELLS.has(name)) {
    const flag = words.findIndex((w, i) => i > 0 && /^-[abd-zA-Z]*c[a-zA-Z]*$/.test(w.value ?? ''));
    const line = flag > 0 ? words[flag + 1] : undefined;
    if (line?.value !== undefined) return { ...base, line: line.value };
    if (line !== undefined) return { ...base, opaque: `what ${name} -c runs is only known when it runs` };
    const script = afterOptions(words.slice(1), new Set(['-o', '+o', '-O', '--rcfile', '--init-file']));
    const fed =
      script.length === 0 ||
      script[0]?.value === '-' ||
      words.slice(1).some((w) => /^-[a-rt-z]*s[a-z]*$/.test(w.value ?? ''));
    const asks = words.some((w) => /^(--help|--version|-[a-mo-z]*n[a-z]*)$/.test(w.value ?? ''));
    if (fed && !asks) return { ...base, opaque: `${name} reads its commands from elsewhere` };
  }
  if (name === 'eval') {
    const parts = words.slice(1).map((w) => w.value);
    if (parts.includes(undefined)) return { ...base, opaque: 'what eval runs is only known when it runs' };
    return { ...base, line: parts.join(' ') };
  }
  return base;
}

function afterOptions(words: readonly Word[], values: Words): readonly Word[] {
  let at = 0;
  while (at < words.length) {
    const text = words[at]?.value ?? '';
    if (text === '--') return words.slice(at + 1);
    if (!text.startsWith('-') || text === '-') break;
    at += values.has(text) ? 2 : 1;
  }
  return words.slice(at);
}

function leading(words: readonly Word[]): Assignment[] {
  const end = words.findIndex((w) => !/^[A-Za-z_]\w*=/.test(w.text));
  return words.slice(0, end < 0 ? words.length : end).map((w) => {
    const at = w.text.indexOf('=');
    return {
      name: w.text.slice(0, at),
      value: w.value === undefined ? undefined : w.value.slice(w.value.indexOf('=') + 1),
    };
  });
}
