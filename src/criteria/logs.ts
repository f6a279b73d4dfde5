import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';
import { type Asked, podsIn } from './observed.ts';
import { inView, type Predicate, type View } from './predicate.ts';

/** What is looked for in logs: this text, or, in words, lines that report something of a kind. */
export type Wanted = { readonly said: string; readonly in: (log: string) => boolean };

/** Words that stand for what programs write in many ways; any case. */
export const REPORTS: readonly { readonly words: readonly string[]; readonly form: RegExp; readonly means: string }[] =
  [
    {
      words: ['error', 'errors', 'failure', 'failures', 'problems'],
      form: /error|exception|traceback|\bpanic|\bfatal\b|\bcritical\b|\bfail(?:ed|ure|ures|s)?\b|\bE\d{4} /i,
      means: "error, exception, traceback, panic, fatal, critical, failed, whatever their case, and klog's E lines",
    },
    { words: ['warning', 'warnings', 'warns'], form: /\bwarn/i, means: 'warn, warning, whatever their case' },
    {
      words: ['exception', 'exceptions', 'traceback', 'tracebacks', 'stacktraces'],
      form: /exception|traceback/i,
      means: 'exception, traceback',
    },
    { words: ['panic', 'panics'], form: /\bpanic/i, means: 'panic' },
  ];

/** A text in quotes, as it is. */
export const literal = (text: string): Wanted => ({
  said: JSON.stringify(text.slice(0, 80)),
  in: (log) => log.includes(text),
});

/** That something is not in a log is only believed whatever its case. */
const absentLiteral = (text: string): Wanted => {
  const low = text.toLowerCase();
  return { said: JSON.stringify(text.slice(0, 80)), in: (log) => log.toLowerCase().includes(low) };
};

/** What must not be in a log: lines that report it, where the word stands for more than itself. */
export function unwanted(text: string): Wanted {
  const word = text.toLowerCase();
  const report = REPORTS.find(({ words }) => words.includes(word));
  if (report === undefined) return absentLiteral(text);
  return { said: `${word} (${report.means})`, in: (log) => report.form.test(log.replace(NONE_OF_IT, '')) };
}

/** A line that says there is none of it: `0 errors`, `without warnings`, `"error":null`, `failed=0`. */
const NONE_OF_IT =
  /\b(?:no|0|zero|without|without any) (?:errors?|failures?|exceptions?|warnings?|problems?|panics?)\b|\b(?:errors?|failures?|failed|exceptions?|warnings?)["']?[:=] ?["']?(?:0\b|none\b|null\b|nil\b|<nil>|false\b|""|'')/gi;

/** Logs contain any of these, or none of them. */
export function logs(
  { text, target, subjects, each, container }: Asked,
  wanted: readonly Wanted[],
  present: boolean,
): Predicate {
  return {
    text,
    target,
    needs: [{ kind: 'logs', of: target }],
    holds(view) {
      if (view.dryRun === true) return unknown('NoLogs', 'a dry run has no logs');
      const pods = podsIn(target, subjects, view);
      const all = Object.entries(view.logs ?? {});
      const read = all.filter(([key]) => {
        const [pod = '', of = ''] = key.split('/');
        return (pods === undefined || pods.has(pod)) && (container === undefined || of === container);
      });
      if (read.length === 0) return unknown('NoLogs', `no logs of ${target.label} have been read yet`);
      if (each === true && present) return inEach(pods ?? podNames(view), read, wanted);
      for (const [where, log] of read) {
        const hit = wanted.find((w) => w.in(log));
        if (hit === undefined) continue;
        const words = `${hit.said} is in the log of ${where}`;
        return present ? pass('InLogs', words) : fail('InLogs', words);
      }
      const words = `${wanted.map((w) => w.said).join(', ')} is not in the logs of ${read.map(([key]) => key).join(', ')}`;
      return present ? fail('NotInLogs', words) : pass('NotInLogs', words);
    },
  };
}

/** Every Pod has written it, in one of its containers. */
function inEach(pods: ReadonlySet<string>, read: readonly [string, string][], wanted: readonly Wanted[]): Verdict {
  const silent = [...pods].find(
    (pod) => !read.some(([key, log]) => key.split('/')[0] === pod && wanted.some((w) => w.in(log))),
  );
  const said = wanted.map((w) => w.said).join(', ');
  return silent === undefined
    ? pass('InLogs', `${said} is in the logs of ${pods.size} Pods`)
    : fail('NotInLogs', `${said} is not in the log of ${silent}`);
}

const podNames = (view: View): Set<string> =>
  new Set(inView(view).flatMap(({ kind, metadata: { name = '' } }) => (kind === 'Pod' ? [name] : [])));
