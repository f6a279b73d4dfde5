/** Pure: the answer's words: a line a category, then what did not pass, each with what to do. */

/** About 2,000 tokens. */
const CHARACTERS = 7000;
const LISTS = ['apis', 'images', 'operators', 'configuration', 'manifests'] as const;

export function realityText(answer: Readonly<Record<string, unknown>>): string {
  const open = LISTS.flatMap((list) => records(answer[list])).filter((one) => one.status !== 'PASS');
  const forms = Array.isArray(answer.forms) ? [`Sentences that can be checked: ${answer.forms.join('; ')}`] : [];
  return cut([...text(answer.summary).split('\n'), ...open.map(line), ...forms]);
}

function line(one: Readonly<Record<string, unknown>>): string {
  const next = text(one.suggestion) === '' ? '' : ` → ${text(one.suggestion)}`;
  return `- ${text(one.status)} ${text(one.name)}: ${text(one.reason)}: ${text(one.error)}${next}`;
}

function cut(words: readonly string[]): string {
  let length = 0;
  const kept: string[] = [];
  for (const one of words) {
    length += one.length + 1;
    if (length > CHARACTERS) {
      kept.push(
        `… and ${words.length - kept.length} more lines: all of them are in the structured answer and on record`,
      );
      break;
    }
    kept.push(one);
  }
  return kept.join('\n');
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const records = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null)
    : [];
