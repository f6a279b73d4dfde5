import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dataFolder } from '../../state/index.ts';

/** What an installation found, so that it can be undone: whether file and table were there, and the entry it replaced. */
const schema = z.object({ file: z.string(), created: z.boolean(), alone: z.boolean(), before: z.unknown().optional() });
export type Installed = z.infer<typeof schema>;

const path = (client: string) => join(dataFolder(), 'installed', `${client}.json`);

export function readInstalled(client: string): Installed | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(path(client), 'utf8')));
  } catch {
    return undefined;
  }
}

export function writeInstalled(client: string, installed: Installed): void {
  mkdirSync(join(dataFolder(), 'installed'), { recursive: true, mode: 0o700 });
  writeFileSync(path(client), `${JSON.stringify(installed)}\n`, { mode: 0o600 });
}

export const forgetInstalled = (client: string): void => rmSync(path(client), { force: true });
