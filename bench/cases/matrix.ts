/** How often each expectation (a row) was answered by what (a column), as text. */
export function matrixOf(pairs: readonly (readonly [expected: string, found: string])[]): string[] {
  const sorted = (values: readonly string[]) => [...new Set(values)].sort();
  const rows = sorted(pairs.map(([expected]) => expected));
  const columns = sorted(pairs.map(([, found]) => found));
  const first = Math.max('expected'.length, ...rows.map((row) => row.length));
  const width = Math.max(8, ...columns.map((column) => column.length));
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(first), ...cells.map((cell) => cell.padStart(width))].join('  ').trimEnd();
  return [
    line('expected', columns),
    ...rows.map((row) =>
      line(
        row,
        columns.map((column) => String(pairs.filter(([e, f]) => e === row && f === column).length)),
      ),
    ),
  ];
}
