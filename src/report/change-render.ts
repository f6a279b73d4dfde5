import { visible, visibleLines } from '../workflow/visible.ts';
import type { ChangeReport, Section } from './change-report.ts';
import { oneLine, table } from './markdown.ts';

/** The same report as Markdown and as one HTML page that loads nothing. Text of others is text in both. */

export function changeMarkdown({ title, facts, sections }: ChangeReport): string {
  return [
    `# ${oneLine(title)}`,
    '',
    ...facts.map(([name, value]) => `- ${name}: ${oneLine(value)}`),
    ...sections.flatMap(sectionMarkdown),
    '',
  ].join('\n');
}

const sectionMarkdown = ({ title, head, rows, none, texts }: Section): string[] => [
  '',
  `## ${title}`,
  '',
  ...(rows.length > 0 ? [table(head, rows)] : none === '' ? [] : [none]),
  ...texts.flatMap((one) => ['', `### ${oneLine(one.title)}`, '', ...fenced(one.text)]),
];

/** A fence longer than any in the text: nothing in it can end it. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = '`'.repeat(longest + 1);
  return [`${mark}text`, visibleLines(text), mark];
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (mark) => ESCAPES[mark] ?? mark);
const inline = (text: string): string => escaped(visible(text));

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{border:1px solid #8886;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#8882}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:.75rem;border-radius:4px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
summary{cursor:pointer}@media print{details:not([open])>*{display:block}}`;

/** No script, nothing from elsewhere: the policy in it says so to the browser, too. */
export function changeHtml({ title, facts, sections }: ChangeReport): string {
  const dl = facts.map(([name, value]) => `<dt>${inline(name)}</dt><dd>${inline(value)}</dd>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${inline(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${inline(title)}</h1>
<dl>${dl}</dl>
${sections.map(sectionHtml).join('\n')}
</main>
</body>
</html>
`;
}

function sectionHtml({ title, head, rows, none, texts }: Section): string {
  const cells = (row: readonly string[], tag: 'td' | 'th') =>
    `<tr>${row.map((cell) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${inline(cell)}</${tag}>`).join('')}</tr>`;
  const body =
    rows.length > 0
      ? `<table><thead>${cells(head, 'th')}</thead><tbody>\n${rows.map((row) => cells(row, 'td')).join('\n')}\n</tbody></table>`
      : none === ''
        ? ''
        : `<p>${inline(none)}</p>`;
  const below = texts.map(
    (one) => `<details><summary>${inline(one.title)}</summary><pre>${escaped(visibleLines(one.text))}</pre></details>`,
  );
  return `<section>\n<h2>${inline(title)}</h2>\n${[body, ...below].filter((one) => one !== '').join('\n')}\n</section>`;
}
