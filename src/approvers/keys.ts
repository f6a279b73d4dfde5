import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Approver, type ApproverKey, approverKey, type PinnedBy } from './key.ts';

/** Where a machine's administrator names the passkeys that count: which an account that can write the data folder can't change. */
export const PINNED_APPROVERS = '/etc/infragate/approvers';

const FILE = 'approvers';

/** What `infragate approver list --json` prints. */
const listed = z.object({ approvers: z.array(z.unknown()) });

/** One passkey a line, as JSON, or that answer as a line; `#` begins a remark. A line of one file can be copied to the other. */
async function readKeys(file: string): Promise<ApproverKey[]> {
  const lines = ((await readIfThere(file)) ?? '').split('\n').map((line) => line.trim());
  return lines.flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return [];
    const read = jsonOf(line);
    const parsed = z.array(approverKey).safeParse(listed.safeParse(read).data?.approvers ?? [read]);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new Error(
      `${file}, line ${index + 1} is not an approver's key: ${issue?.path.slice(1).join('.') || 'the line'}: ${issue?.message}`,
    );
  });
}

/** The passkeys that count: the administrator's where there are any, else those of the data folder. */
export async function readApprovers(home: string, pinned: string = PINNED_APPROVERS): Promise<readonly Approver[]> {
  const named = (pinned_by: PinnedBy) => (key: ApproverKey) => ({ ...key, pinned_by });
  const above = await readKeys(pinned);
  if (above.length > 0) return above.map(named('administrator'));
  return (await ownKeys(home)).map(named('data-folder'));
}

export const ownKeys = (home: string): Promise<ApproverKey[]> => readKeys(join(home, FILE));

/** Adds a passkey to those of the data folder. */
export async function addKey(home: string, key: ApproverKey): Promise<void> {
  const keys = await ownKeys(home);
  if (keys.some((known) => known.id === key.id)) throw new Error('this passkey is enrolled already');
  await writeKeys(home, [...keys, key]);
}

/** Takes all passkeys of a name, or the one with this id, out of use from now on; what they decided stays decided. */
export async function removeKeys(home: string, nameOrId: string, at: string): Promise<number> {
  const keys = await ownKeys(home);
  const gone = keys.filter((k) => k.removed_at === undefined && (k.name === nameOrId || k.id === nameOrId));
  if (gone.length > 0)
    await writeKeys(
      home,
      keys.map((k) => (gone.includes(k) ? { ...k, removed_at: at } : k)),
    );
  return gone.length;
}

export const keyLine = (key: ApproverKey): string => JSON.stringify(key);

async function writeKeys(home: string, keys: readonly ApproverKey[]): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeAside(join(home, FILE), keys.map((key) => `${keyLine(key)}\n`).join(''));
}

/** Readers see the file before or after, never half of it. */
export async function writeAside(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}`;
  await writeFile(aside, text, { mode: 0o600 });
  await rename(aside, file);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
