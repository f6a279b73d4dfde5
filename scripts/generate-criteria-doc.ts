import {
  CLAUSES,
  COMPARISONS,
  KUBECTL_FLAGS,
  MEANT,
  OTHER_FORMS,
  REPORTS,
  STATES,
  SUBJECT_FORMS,
  TRAILING_FORMS,
  UNITS,
} from '../src/criteria/reference.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${cell(text)}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** A form as it is written about something: `{object}` is a Deployment there. */
const written = (form: string, clause: string): string =>
  form
    .replace('{object}', clause === 'keys' ? 'Secret db' : clause === 'address' ? 'Ingress web' : 'Deployment web')
    .replace('{service}', 'Service web');

/** docs/reference/success-criteria.md from the grammar's own tables. */
export function criteriaReference(): string {
  const clauses = CLAUSES.filter(({ forms }) => forms.length > 0);
  const flags = KUBECTL_FLAGS.map(({ names, of, means, why }) => [
    names.map(code).join(', '),
    of === 'both' ? 'wait, rollout status' : of === 'wait' ? 'wait' : 'rollout status',
    means === 'refused' ? `refused: ${why}` : why,
  ]);
  return `# Success criteria

What may be written in \`success_criteria\` of tracer-bullet and of a plan's phases. A criterion names its subject, says what
must be so of it, and, if need be, when and where. Several are written as a list, on lines, with semicolons or with "and". Small
words (a, the, must, should) and letters' case of keywords do not matter; names and quoted texts are taken as they are.

What is left over after reading is an error that quotes it and offers forms that are taken. Nothing is guessed.

## Subjects

${table(
  ['form', 'means'],
  SUBJECT_FORMS.map(({ form, means }) => [code(form), cell(means)]),
)}

Before a colon, a subject is what the rest is about: \`Deployment/web: 3/3 ready; no restarts\`. Without a subject a criterion is about
the only object there is; what is said of logs, restarts, images and events is about all of them.

## What may be said

${table(
  ['forms', 'holds when'],
  clauses.map(({ name, forms, means }) => [forms.map((form) => code(written(form, name))).join(', '), cell(means)]),
)}

In any of these the object must have been acted on: no status yet, or the status of an older spec, is not yet.

## States

${[...STATES.keys()].map(code).join(', ')}

Another word that begins with a capital, or is in quotes, is a condition or a phase of the object's own.

## Comparisons of fields

${table(
  ['comparison', 'written', 'with'],
  COMPARISONS.map(({ operator, words, takes }) => [
    code(operator),
    words
      .split('|')
      .filter((word) => word !== ':')
      .slice(0, 8)
      .map(code)
      .join(', '),
    {
      value: 'a text, a number, a quantity, or another field',
      number: 'a number or a quantity',
      list: 'values with commas or "or"',
      nothing: '',
    }[takes],
  ]),
)}

## When and where

${table(
  ['form', 'means'],
  TRAILING_FORMS.map(({ form, means }) => [form.split(', ').map(code).join(', '), cell(means)]),
)}

Units: ${UNITS.map(({ words }) => words.split('|').map(code).join(', ')).join('; ')}.

## What logs are searched for

A text in quotes is looked for as it is. For what must not be there, some words stand for all that programs write:

${table(
  ['word', 'found as'],
  REPORTS.map(({ words, means }) => [words.map(code).join(', '), cell(means)]),
)}

## Other forms

${table(
  ['form', 'means'],
  OTHER_FORMS.map(({ form, means }) => [code(form), cell(means)]),
)}

Flags of \`kubectl wait\` and \`kubectl rollout status\`; any other is refused:

${table(['flag', 'of', ''], flags)}

## What is refused, and what to write instead

${MEANT.map(({ why }) => `- ${why}`).join('\n')}
- a count of none, and "at most": they hold before anything has begun

## What a bullet takes for proof

A criterion that holds of the object as the API server stores it anyway (\`metadata.resourceVersion\`, defaults, what the document
itself says) is refused. So is, of an image, one that holds as soon as a node was chosen (\`condition=PodScheduled\`). On top of the
criteria a pass needs, for each item that the bullet is about, a started container of an image, and a status that its controller
wrote on a custom resource, where its kind has one. How much the criteria show (stored, scheduled, started, reported) is recorded:
after a failed bullet, what is proven in its place must show the same items, by criteria that show as much.
`;
}
