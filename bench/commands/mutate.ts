const BITS = [
  '"',
  "'",
  '$(',
  ')',
  '`',
  '<<EOF\n',
  '|',
  '&&',
  ';',
  '{',
  '}',
  '${x:-',
  '\\',
  '\n',
  '((',
  '[[',
  'for i in ',
  'done',
  '*',
  '{a,b}',
  '<(',
  '$',
  '\uFFFC',
  '\0',
  'if ',
  'case x in ',
] as const;
const JOINTS = [' ', ';', '|', '\n', '&&'] as const;

/** Lines with pieces of shell put in, cut out, repeated, joined and nested; the same for the same seed. */
export function* mutated(lines: readonly string[], count: number, seed: number): Generator<string> {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const pick = <T>(list: readonly T[], fallback: T): T => list[Math.floor(random() * list.length)] ?? fallback;
  for (let i = 0; i < count; i += 1) {
    let line = pick(lines, '');
    for (let turns = 1 + random() * 4; turns > 0; turns -= 1) line = changed(line, random, pick, lines);
    yield line;
  }
}

function changed(
  line: string,
  random: () => number,
  pick: <T>(list: readonly T[], fallback: T) => T,
  lines: readonly string[],
): string {
  const at = Math.floor(random() * line.length);
  const [before, after] = [line.slice(0, at), line.slice(at)];
  const kind = random();
  if (kind < 0.3) return `${before}${pick(BITS, '')}${after}`;
  if (kind < 0.5) return `${before}${after.slice(1 + Math.floor(random() * 5))}`;
  if (kind < 0.7) return `${line}${pick(JOINTS, ' ')}${pick(lines, '')}`;
  if (kind < 0.8) return `${after}${line}`;
  if (kind < 0.85) return `${before}${pick(BITS, '').repeat(50 + random() * 500)}${after}`;
  return `bash -c ${JSON.stringify(line)}`;
}
