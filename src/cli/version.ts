import { readFileSync } from 'node:fs';

/** The version in package.json, which lies one folder above dist/ and two above src/cli. */
export function version(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(up, import.meta.url), 'utf8');
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
    } catch {
      // the other one, then
    }
  }
  return 'unknown';
}
