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

/** Programs whose arguments are another command; `values` are their options that take the next word. */
const WRAPPERS: Readonly<Record<string, { readonly values: readonly string[]; readonly skip?: number }>> = {
  env: { values: ['-u', '--unset', '-C', '--chdir'] },
  sudo: { values: ['-u', '--user', '-g', '--group', '-h', '-p', '-C', '-D', '-r', '-t'] },
  doas: { values: ['-u', '-C'] },
  timeout: { values: ['-s', '--signal', '-k', '--kill-after'], skip: 1 },
  nice: { values: ['-n', '--adjustment'] },
  ionice: { values: ['-c', '-n', '-p'] },
  nohup: { values: [] },
  setsid: { values: [] },
  stdbuf: { values: ['-i', '-o', '-e'] },
  command: { values: [] },
  builtin: { values: [] },
  exec: { values: ['-a'] },
  time: { values: ['-f', '-o'] },
  busybox: { values: [] },
  unbuffer: { values: [] },
  watch: { values: ['-n', '--interval'] },
  xargs: { values: ['-I', '-n', '-L', '-P', '-d', '-E', '-s', '-a', '--max-args', '--max-procs', '--delimiter'] },
};

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']);

const nameOf = (word: Word | undefined): string => word?.value?.split('/').at(-1) ?? '';

/** Takes `env A=b timeout 5 …` off a command. */
export function unwrap(given: readonly Word[], before: readonly Assignment[]): Unwrapped {
  let words = given;
  let assignments = before;
  let open = false;
  for (;;) {
    const name = nameOf(words[0]);
    const wrapper = WRAPPERS[name];
    if (name === 'command' && /^-[vV]$/.test(words[1]?.value ?? '')) break;
    if (wrapper === undefined) break;
    const rest = afterOptions(words.slice(1), wrapper.values);
    const set = name === 'env' || name === 'sudo' ? leading(rest) : [];
    assignments = [...assignments, ...set];
    const inner = rest.slice(set.length + (wrapper.skip ?? 0));
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
    const flag = words.findIndex((w, i) => i > 0 && /^-[a-zA-Z]*c[a-zA-Z]*$/.test(w.value ?? ''));
    const line = flag > 0 ? words[flag + 1] : undefined;
    if (line?.value !== undefined) return { ...base, line: line.value };
    if (line !== undefined) return { ...base, opaque: `what ${name} -c runs is only known when it runs` };
    if (words.length === 1) return { ...base, opaque: `${name} reads its commands from elsewhere` };
  }
  if (name === 'eval') {
    const parts = words.slice(1).map((w) => w.value);
    if (parts.includes(undefined)) return { ...base, opaque: 'what eval runs is only known when it runs' };
    return { ...base, line: parts.join(' ') };
  }
  return base;
}

function afterOptions(words: readonly Word[], values: readonly string[]): readonly Word[] {
  let at = 0;
  while (at < words.length) {
    const text = words[at]?.value ?? '';
    if (text === '--') return words.slice(at + 1);
    if (!text.startsWith('-') || text === '-') break;
    at += values.includes(text) ? 2 : 1;
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
