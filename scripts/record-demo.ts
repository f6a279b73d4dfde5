import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partsOf } from './demo-svg.ts';

/** `npm run record-demo`: runs the demo and keeps what it prints, for the picture of the README (`npm run docs` draws it). */
const root = join(import.meta.dirname, '..');
const data = mkdtempSync(join(tmpdir(), 'infragate-record-'));
try {
  const env = { ...process.env, XDG_DATA_HOME: data, NO_COLOR: '1', INFRAGATE_HOME: '' };
  const ran = spawnSync(process.execPath, [join(root, 'scripts', 'dev.mjs'), 'demo'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  if (ran.status !== 0) {
    console.error(`the demo ended with ${ran.status}:\n${ran.stdout.slice(-2000)}${ran.stderr.slice(-2000)}`);
    process.exit(1);
  }
  const text = ran.stdout.replaceAll(data, '~/.local/share');
  partsOf(text);
  mkdirSync(join(root, 'docs', 'assets'), { recursive: true });
  writeFileSync(join(root, 'docs', 'assets', 'demo.txt'), text);
  console.log('wrote docs/assets/demo.txt; now npm run docs');
} finally {
  rmSync(data, { recursive: true, force: true });
}
