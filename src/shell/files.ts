import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A script, a Makefile or a manifest that is longer than this is not read: it counts as unreadable. */
export const MAX_FILE_BYTES = 512 * 1024;
const MAX_FOLDER_ENTRIES = 500;

/**
 * The text of a regular file; undefined for everything else: devices and pipes never end, and a long file is more than a
 * reader of command lines has time for. Opened without blocking, so that a pipe put in its place can't hold it either.
 */
export function readText(path: string): string | undefined {
  let file: number | undefined;
  try {
    if (!statSync(path).isFile()) return undefined;
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const { size } = fstatSync(file);
    if (!fstatSync(file).isFile() || size > MAX_FILE_BYTES) return undefined;
    // Files below /proc say that they are empty, and are not.
    const bytes = Buffer.alloc(Math.min(size === 0 ? 65_536 : size, MAX_FILE_BYTES));
    let length = 0;
    for (let more = -1; more !== 0 && length < bytes.length; length += more)
      more = readSync(file, bytes, length, bytes.length - length, null);
    return bytes.toString('utf8', 0, length);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

export const fileKind = (path: string): 'file' | 'folder' | 'other' | undefined => {
  try {
    const found = statSync(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  } catch {
    return undefined;
  }
};

/** The files of a folder, not of those beneath it; undefined when there are too many or it can't be read. */
export function filesIn(folder: string, pattern: RegExp): readonly string[] | undefined {
  try {
    const names = readdirSync(folder).filter((name) => pattern.test(name));
    return names.length > MAX_FOLDER_ENTRIES ? undefined : names.sort().map((name) => join(folder, name));
  } catch {
    return undefined;
  }
}
