import type { AssumptionsFile } from './file.ts';
import type { Row } from './rows.ts';

/** Pure: what does not hold and is accepted, by name, until a day. One that accepts nothing is said, so that it goes. */
export function withWaivers(rows: readonly Row[], file: AssumptionsFile, today: string): Row[] {
  const waivers = file.assumptions.waivers ?? [];
  const used = new Set<string>();
  const waived = rows.map((row): Row => {
    const waiver = waivers.find((one) => one.name.trim() === row.name);
    if (waiver === undefined || row.status === 'PASS' || row.status === 'NONE') return row;
    used.add(waiver.name);
    if (waiver.until !== undefined && waiver.until < today)
      return { ...row, message: `${row.message}; the waiver for it ended ${waiver.until}` };
    const until = waiver.until === undefined ? '' : ` (until ${waiver.until})`;
    return { ...row, accepted: `waived: ${waiver.because}${until}` };
  });
  const idle = waivers.flatMap((waiver, index): Row[] =>
    used.has(waiver.name)
      ? []
      : [
          {
            category: 'configuration',
            name: `waiver for ${waiver.name}`,
            status: 'LOW',
            reason: 'WaiverUnused',
            message: 'nothing of that name fails; take the waiver out, or write the name as the answer has it',
            place: file.place('waivers', index),
          },
        ],
  );
  return [...waived, ...idle];
}
