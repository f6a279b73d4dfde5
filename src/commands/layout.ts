import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type Owner, self } from './owner.ts';

/**
 * Where the commands of a run run: a folder of the server's own with a copy of the files that were approved, each with
 * the content that its digest says, and of no others. What a command writes stays there until the run has ended.
 */
export type ApprovedFile = { readonly path: string; readonly sha256: string };

export type RunFolder = {
  readonly path: string;
  /** The commands' working folder. */
  readonly workspace: string;
  /** Their HOME: no credentials of the account that the server runs as. */
  readonly home: string;
  /** Marks the processes of this run in their environment. */
  readonly mark: string;
  write(name: string, text: string): Promise<string>;
  /** Why the files are no longer as they were approved, in the workspace or in the copy; undefined: they are. */
  changed(): Promise<string | undefined>;
  /** What commands wrote beside the approved files, put into the workspace where nothing of that name is; answers the paths. */
  keepWritten(): Promise<readonly string[]>;
  remove(): Promise<void>;
};

export type RunRecord = { readonly owner: Owner; readonly mark: string };

export const RUN_RECORD = 'run.json';
export const runsFolder = (dataFolder: string): string => join(dataFolder, 'run');

export async function layOut(
  dataFolder: string,
  workspace: string,
  files: readonly ApprovedFile[],
): Promise<RunFolder> {
  const mark = randomBytes(12).toString('hex');
  const path = join(runsFolder(dataFolder), mark);
  const copy = join(path, 'workspace');
  const home = join(path, 'home');
  await mkdir(path, { recursive: true, mode: 0o700 });
  const record: RunRecord = { owner: self(), mark };
  await writeFile(join(path, RUN_RECORD), JSON.stringify(record), { mode: 0o600 });
  await mkdir(copy, { mode: 0o700 });
  await mkdir(home, { mode: 0o700 });
  for (const { path: name, sha256 } of files) {
    const to = resolve(copy, name);
    if (to !== copy && !to.startsWith(copy + sep)) continue;
    const bytes = await readFile(resolve(workspace, name)).catch(() => undefined);
    // What isn't as it was approved is not laid out, and `changed` says so before anything runs.
    if (bytes === undefined || digestOf(bytes) !== sha256) continue;
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await writeFile(to, bytes);
    await chmod(to, 0o500);
  }

  return {
    path,
    workspace: copy,
    home,
    mark,
    async write(name, text) {
      const file = join(path, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
    async changed() {
      for (const { path: name, sha256 } of files) {
        for (const [root, where] of [
          [workspace, 'in the workspace'],
          [copy, 'in the copy that runs'],
        ] as const) {
          const at = resolve(root, name);
          if (root === copy && !at.startsWith(copy + sep)) continue;
          const bytes = await readFile(at).catch(() => undefined);
          if (bytes === undefined) return `${name} is no longer there ${where}`;
          if (digestOf(bytes) !== sha256) return `${name} is not what was approved ${where}`;
        }
      }
      return undefined;
    },
    async keepWritten() {
      const approved = new Set(files.map(({ path: name }) => resolve(copy, name)));
      const kept: string[] = [];
      for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
        const from = join(entry.parentPath, entry.name);
        if (!entry.isFile() || approved.has(from)) continue;
        const to = join(workspace, relative(copy, from));
        await mkdir(dirname(to), { recursive: true });
        await copyFile(from, to, constants.COPYFILE_EXCL).then(
          () => kept.push(relative(copy, from)),
          () => undefined,
        );
      }
      return kept;
    },
    remove: () => removeFolder(path),
  };
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Folders may have been made unreadable by what ran in them. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(async () => {
    await unlock(path);
    await rm(path, { recursive: true, force: true });
  });
}

async function unlock(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await unlock(join(path, name));
}
