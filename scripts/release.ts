import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Made, PUBLISHING, STEPS } from './release/steps.ts';

/**
 * `npm run release -- --dry-run [--only NAME]`: makes everything that a release publishes and looks into it, and says in
 * which order it would be published. The workflow does the same before it publishes anything: whatever can fail has
 * failed by then, and what can't be taken back (npm) comes after what can (an image without a tag, a draft release).
 */
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean' }, only: { type: 'string', multiple: true } } });
if (values['dry-run'] !== true) {
  console.error(
    'Releases are published by .github/workflows/release.yml, from a tag. Here: npm run release -- --dry-run',
  );
  process.exit(2);
}
const unknown = (values.only ?? []).filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`--only ${unknown.join(', ')}: the steps are ${STEPS.map((step) => step.name).join(', ')}`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'infragate-release-'));
const made: Made = { folder };
let failed = 0;
try {
  for (const step of STEPS.filter((one) => values.only === undefined || values.only.includes(one.name))) {
    const began = Date.now();
    try {
      const found = await step.run(made);
      console.log(`ok      ${step.name}: ${found} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${step.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log('\nWould be published, in this order:');
for (const [index, { what, how, undo }] of PUBLISHING.entries())
  console.log(`${index + 1}. ${what}: ${how}\n   if a later one fails: ${undo}`);
console.log(failed === 0 ? '\nready' : `\n${failed} of the steps failed; nothing would be published`);
process.exitCode = failed === 0 ? 0 : 1;
