/** A run of the demo as text → the picture of the README: the parts that tell its story, as an SVG of a terminal. Pure. */

type Part = {
  /** What the reader is looking at, above the lines. */
  readonly caption: string;
  /** The first line, as the run has it; each is looked for after the part before it. */
  readonly from: RegExp;
  readonly lines: number;
};

export const PARTS: readonly Part[] = [
  {
    caption: 'The agent is in a hurry. Nothing is known yet, so the server refuses.',
    from: /^⛔ tracer-bullet/,
    lines: 3,
  },
  {
    caption: 'The smallest real Pod shows what no document says.',
    from: /^✗ tracer-bullet: The application/,
    lines: 4,
  },
  {
    caption: 'The cause is removed; what was proven before does not count for another image.',
    from: /^✓ record-research: the images are replaced/,
    lines: 1,
  },
  { caption: '', from: /^✓ tracer-bullet: The application image runs here/, lines: 1 },
  {
    caption: 'A plan is no permission. A person reads it and decides about exactly this digest.',
    from: /^⛔ apply-phase/,
    lines: 3,
  },
  { caption: '', from: /^ {2}Digest [0-9a-f]+, revision/, lines: 1 },
  { caption: '', from: /^✓ request-approval/, lines: 1 },
  {
    caption: 'Each phase is proven before the next one. This one is not, and the agent stops.',
    from: /^✗ phase-gate/,
    lines: 3,
  },
  { caption: '', from: /^✓ phase-gate: again/, lines: 1 },
  { caption: '', from: /^demo: complete/, lines: 1 },
];

export type Shown = { readonly caption: string; readonly lines: readonly string[] };

/** The run's own lines for each part; throws where the run has no such part. */
export function partsOf(run: string): Shown[] {
  const all = run.split('\n');
  let at = 0;
  return PARTS.map(({ caption, from, lines }) => {
    const start = all.findIndex((line, i) => i >= at && from.test(line));
    if (start < 0) throw new Error(`the run of the demo has no line ${from} after line ${at}: record it again`);
    at = start + lines;
    return { caption, lines: all.slice(start, at) };
  });
}

const [LETTER, LINE, PAD, BAR] = [8.2, 20, 20, 36] as const;
const COLUMNS = 102;
const COLOURS = { back: '#0d1117', text: '#c9d1d9', dim: '#8b949e', ok: '#3fb950', no: '#f85149', refused: '#d29922' };

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const colourOf = (line: string): string =>
  line.startsWith('✓') || line.startsWith('demo: complete')
    ? COLOURS.ok
    : line.startsWith('✗')
      ? COLOURS.no
      : line.startsWith('⛔')
        ? COLOURS.refused
        : COLOURS.text;

/** A machine without emoji shows an empty box for ⛔; the sign in its place is in every monospaced font. */
export const drawn = (text: string): string => text.replace('⛔', '⊘');

export function demoSvg(run: string): string {
  const rows = partsOf(run).flatMap(({ caption, lines }) => [
    ...(caption === ''
      ? []
      : [
          { text: '', fill: '' },
          { text: `# ${caption}`, fill: COLOURS.dim },
        ]),
    ...lines.map((text) => ({ text: drawn(text), fill: colourOf(text) })),
  ]);
  const [width, height] = [Math.round(COLUMNS * LETTER + 2 * PAD), BAR + rows.length * LINE + PAD];
  const texts = rows.flatMap(({ text, fill }, i) =>
    text === '' ? [] : [`  <text x="${PAD}" y="${BAR + (i + 1) * LINE}" fill="${fill}">${escaped(text)}</text>`],
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
  <title id="title">A run of npm run demo, shortened: a refusal, a tracer bullet that fails, the approval, and a phase gate that fails and then passes</title>
  <style>text { font: 13.6px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }</style>
  <rect width="${width}" height="${height}" rx="10" fill="${COLOURS.back}"/>
  <circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>
  <text x="84" y="25" fill="${COLOURS.dim}">npm run demo</text>
${texts.join('\n')}
</svg>
`;
}

/** What came of each call, without times and with the calls that run at once in a fixed order. */
export const outcomesOf = (run: string): string[] => {
  const lines = run.split('\n').flatMap((line) => /^([✓✗⛔] .*?) \d+\.\d s(?: {2}.*)?$/u.exec(line)?.[1] ?? []);
  return lines.sort();
};
