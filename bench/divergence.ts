import { fixtures, scored } from '../src/documents/fixture.ts';

/**
 * Precision and recall of divergence-check over the test documents (src/documents/fixtures), by severity. Exits 1 when a
 * HIGH divergence is missed, or more than one HIGH in ten is false.
 */
type Count = { found: number; missed: number; surplus: number };

const counts = new Map<string, Count>();
const count = (severity: string): Count => {
  const existing = counts.get(severity) ?? { found: 0, missed: 0, surplus: 0 };
  counts.set(severity, existing);
  return existing;
};

for (const fixture of await fixtures()) {
  const { found, missed, surplus } = scored(fixture);
  for (const e of found) count(e.divergence).found++;
  for (const e of missed) count(e.divergence).missed++;
  for (const d of surplus) count(d.divergence).surplus++;
  console.log(`${fixture.name}: ${found.length} as expected, ${missed.length} missed, ${surplus.length} not expected`);
  for (const e of missed)
    console.log(`  missed        ${e.divergence.padEnd(8)} ${e.rule} ${e.subject ?? e.feature ?? ''}`);
  for (const d of surplus) console.log(`  not expected  ${d.divergence.padEnd(8)} ${d.id}`);
}

const share = (part: number, whole: number) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
console.log('\nseverity  expected  found  precision  recall');
for (const severity of ['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW', 'NONE']) {
  const { found, missed, surplus } = count(severity);
  console.log(
    `${severity.padEnd(8)}  ${String(found + missed).padStart(8)}  ${String(found).padStart(5)}  ${share(found, found + surplus).padStart(9)}  ${share(found, found + missed).padStart(6)}`,
  );
}

const high = count('HIGH');
if (high.missed > 0 || high.surplus > (high.found + high.surplus) / 10) process.exitCode = 1;
