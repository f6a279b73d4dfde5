/**
 * The sentences in which a case says what is expected, read into a test of what `infragate check` answered. A sentence of
 * any other form is an error: a case that nobody understands must never hold.
 *
 *   sentence   := part (";" part)*
 *   part       := "exit code" N [":" WORDS] | "accepted" [":" …] | alternative (", or" alternative)*
 *   alternative:= [NAME "is"] STATUS (("/" | "or") STATUS)* [", never" STATUS] tail* | tail
 *   tail       := "without a suggestion" | ("that" | "whose message" | "the message" | "the suggestion") says …
 */
export type Answer = {
  readonly exit: number | null;
  readonly output: string;
  readonly rows: readonly Row[];
};
export type Row = {
  readonly category: string;
  readonly name: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly suggestion?: string;
};

/** undefined: it holds; else why it does not. */
type Test = (answer: Answer) => string | undefined;

export type Expectation = {
  readonly text: string;
  readonly tests: readonly Test[];
  /** A namespace that the case says is not there. */
  readonly absentNamespace?: string;
};

export type Parsed = { ok: true; value: Expectation } | { ok: false; because: string };

export function parseExpectation(text: string): Parsed {
  const tests: Test[] = [];
  for (const part of split(text, ';')) {
    const test = parsePart(part);
    if (test === undefined) return { ok: false, because: `no known form of expectation: "${part}"` };
    tests.push(test);
  }
  if (tests.length === 0) return { ok: false, because: 'the expectation is empty' };
  const absent = /\bno namespace (?<name>[\w-]+|\.+)/.exec(text)?.groups?.name;
  return { ok: true, value: { text, tests, ...(absent === undefined ? {} : { absentNamespace: absent }) } };
}

/** Why a case does not hold; empty when it does. */
export const failures = (expectation: Expectation, answer: Answer): string[] =>
  expectation.tests.flatMap((test) => test(answer) ?? []);

/** Outside of quotes and parentheses. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let [depth, quoted, from] = [0, false, 0];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') quoted = !quoted;
    if (!quoted && letter === '(') depth += 1;
    if (!quoted && letter === ')') depth -= 1;
    if (quoted || depth > 0 || !text.startsWith(separator, at)) continue;
    parts.push(text.slice(from, at));
    from = at + separator.length;
  }
  return [...parts, text.slice(from)].map((part) => part.trim()).filter((part) => part !== '');
}

function parsePart(part: string): Test | undefined {
  const exit = /^exit code (?<code>\d)(?:: (?<words>.+))?$/.exec(part);
  if (exit?.groups !== undefined) return exitCode(Number(exit.groups.code), exit.groups.words);
  if (/^accepted(:|$)/.test(part)) return ({ exit: code }) => (code === 2 ? 'the file was refused' : undefined);
  const alternatives = split(part, ', or ').flatMap((one) => parseAlternative(one) ?? []);
  // "the suggestion: do this, or do that" is one sentence about one thing.
  if (alternatives.length !== split(part, ', or ').length) return parseAlternative(part);
  return (answer) => {
    const said = alternatives.map((test) => test(answer));
    return said.includes(undefined) ? undefined : said.join('; nor: ');
  };
}

const exitCode =
  (code: number, words: string | undefined): Test =>
  ({ exit, output }) => {
    if (exit !== code) return `the exit code is ${exit}, not ${code}`;
    const missing = words === undefined ? [] : missingWords(words, output);
    return missing.length === 0 ? undefined : `the output does not say ${missing.join(', ')}`;
  };

const STATUS = '(?:PASS|FAIL|UNKNOWN|DIVERGE|HIGH|MEDIUM|LOW|NONE)';
const STATUSES = new RegExp(
  `^(?:(?<name>[\\w./:-]+(?: \\w+)?) is )?(?<statuses>${STATUS}(?:(?:/|, | or )${STATUS})*)(?:, never (?<never>${STATUS}))?(?<tail>.*)$`,
);

type Says = (row: Row) => string | undefined;

function parseAlternative(text: string): Test | undefined {
  const match = STATUSES.exec(text);
  if (match?.groups === undefined) {
    const says = parseTail(text);
    if (says === undefined) return undefined;
    return /every form/.test(text) ? everyRow(says) : someRow(() => true, says);
  }
  const { name, statuses = '', never, tail = '' } = match.groups;
  const wanted = statuses.split(/\/|, | or /);
  const says = tail.trim() === '' ? () => undefined : parseTail(tail.replace(/^[,: ]+/, '').replace(/^and /, ''));
  if (says === undefined) return undefined;
  const named = name === undefined || name === 'status' ? () => true : (row: Row) => row.name === name;
  return (answer) => {
    const rows = answer.rows.filter(named);
    const forbidden = rows.find((row) => row.status === never && row.category !== 'namespaces');
    if (forbidden !== undefined) return `${forbidden.name} is ${never}: ${forbidden.message}`;
    const fitting = rows.filter((row) => wanted.includes(row.status));
    if (fitting.length === 0) return `nothing is ${wanted.join('/')}: ${shown(rows, answer.output)}`;
    return someRow(named, (row) => (wanted.includes(row.status) ? says(row) : `${row.name} is ${row.status}`))(answer);
  };
}

const someRow =
  (named: (row: Row) => boolean, says: Says): Test =>
  ({ rows, output }) => {
    const said = rows.filter(named).map(says);
    if (said.includes(undefined)) return undefined;
    return said.length === 0 ? `there is no such row: ${output.slice(0, 200)}` : said.join('; ');
  };

const shown = (rows: readonly Row[], output: string) =>
  rows.map((row) => `${row.status} ${row.name}: ${row.message}`).join('; ') ||
  `no rows: ${output.trim().slice(0, 300)}`;

const everyRow =
  (says: Says): Test =>
  ({ rows, output }) => {
    if (rows.length === 0) return `there are no rows: ${output.slice(0, 200)}`;
    const said = rows.flatMap((row) => says(row) ?? []);
    return said.length === 0 ? undefined : said.join('; ');
  };

/** Who says it, and in what way. */
const TAILS: readonly [RegExp, (match: RegExpExecArray) => Says][] = [
  [/^without a suggestion$/, () => (row) => (row.suggestion === undefined ? undefined : `suggests ${row.suggestion}`)],
  [
    /^the suggestion lists every form\b/,
    // A sentence that was understood needs no other form.
    () => (row) =>
      row.reason !== 'NotRecognised' || /docs\/\S+\.md\b/.test(row.suggestion ?? '')
        ? undefined
        : `names no page of forms: ${row.suggestion ?? 'nothing'}`,
  ],
  [/^(?:and )?the suggestion(?: names|:| says) (?<what>.+)$/, (match) => saying(match, (row) => row.suggestion ?? '')],
  [
    /^(?:and )?(?:that |whose message |the message |with a note )(?:names|says|about|that)(?: that)? (?:both )?(?<what>.+)$/,
    (match) => saying(match, told),
  ],
  [/^"(?<what>[^"]+)"$/, (match) => saying(match, told)],
  [/^there is no (?<what>.+)$/, (match) => saying(match, told)],
];

const told = (row: Row) => `${row.reason} ${row.message} ${row.suggestion ?? ''}`;

function parseTail(text: string): Says | undefined {
  for (const [pattern, make] of TAILS) {
    const match = pattern.exec(text.trim());
    if (match !== null) return make(match);
  }
  return undefined;
}

const saying =
  (match: RegExpExecArray, where: (row: Row) => string): Says =>
  (row) => {
    const missing = missingWords(match.groups?.what ?? '', where(row));
    return missing.length === 0 ? undefined : `${row.name} does not say ${missing.join(', ')}: ${where(row).trim()}`;
  };

const STOP = new Set(
  'a an and are about as be both by cannot for in is it its of on only or our says that the their them there they this to with which who'.split(
    ' ',
  ),
);
/** What people write short. */
const LONG: Readonly<Record<string, string>> = {
  icsp: 'imagecontentsourcepolicy',
  idms: 'imagedigestmirrorset',
  itms: 'imagetagmirrorset',
  csv: 'clusterserviceversion',
};

/** A name in parentheses is what has to be said; else every word that carries meaning, by its stem. */
function missingWords(what: string, where: string): string[] {
  const names = /\((?<names>[^)]+)\)/.exec(what)?.groups?.names;
  const lower = where.toLowerCase();
  return (names ?? what)
    .split(/[\s,;:"'()]+/)
    .map((word) => word.replace(/[.!?]+$/, '').toLowerCase())
    .filter((word) => word !== '' && !STOP.has(word))
    .filter((word) => ![word, LONG[word] ?? word].some((one) => lower.includes(stem(one))));
}

/** `mirrors`, `mirrored` → `mirror`; identifiers stay as they are. */
const stem = (word: string) => (/^[a-z]{4,}$/.test(word) ? word.replace(/(ies|ing|es|ed|s)$/, '') : word);
