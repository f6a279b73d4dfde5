/** One line of a file of cases: a command line, what is expected of it, and what came out when it was written down. */
export type CommandCase = {
  readonly line: string;
  readonly expected: string;
  readonly judge: 'hook' | 'plan-validation' | 'plan-rollback';
  /** What is open: `in phase, deployment/web`, `nothing open`; '' is a deployment before Gate P. */
  readonly state: string;
  readonly outcomes: readonly Outcome[];
};

/** `stop (person)`: because it is a person's command. `note` and `refuse` are the plan's, `accept` allows notes. */
export type Outcome = 'pass' | 'stop' | 'stop (person)' | 'accept' | 'note' | 'refuse';

/** Tab-separated: line, expected, got; in a line `\n` is a newline and `\\` a backslash. */
export function readCases(text: string): readonly CommandCase[] {
  return text
    .split(/\r?\n/)
    .filter((row) => row.trim() !== '' && !row.startsWith('line\texpected'))
    .map((row) => {
      const [line = '', expected = ''] = row.split('\t');
      return { line: unescaped(line), expected, ...expectation(expected) };
    });
}

const unescaped = (text: string): string => text.replace(/\\(\\|n|t)/g, (_all, one: string) => ESCAPES[one] ?? one);
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', t: '\t' };

/** `hook(in phase, deployment/web):pass(soft)`, `plan-validation:note or refuse`. */
function expectation(text: string): Pick<CommandCase, 'judge' | 'state' | 'outcomes'> {
  const match = /^(hook|plan-validation|plan-rollback)(?:\(([^)]*)\))?:(.*)$/.exec(text);
  const judge = JUDGES.find((one) => one === match?.[1]);
  const [state = '', wanted = ''] = match?.slice(2) ?? [];
  if (judge === undefined) throw new Error(`"${text}" is not an expectation`);
  const outcomes = wanted
    .replace('(soft)', '')
    .split(' or ')
    .map((one) => outcomeOf(one.trim()));
  return { judge, state, outcomes };
}

const JUDGES = ['hook', 'plan-validation', 'plan-rollback'] as const;

function outcomeOf(text: string): Outcome {
  const known: readonly Outcome[] = ['pass', 'stop', 'stop (person)', 'accept', 'note', 'refuse'];
  const found = known.find((one) => one === text);
  if (found === undefined) throw new Error(`"${text}" is not an outcome`);
  return found;
}
