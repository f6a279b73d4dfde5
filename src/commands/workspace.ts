import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { glob, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';

/** What a plan may ask about the disk. Paths are as written, from the workspace; answers are, too. */
export interface WorkspaceFiles {
  kind(path: string): Promise<'file' | 'folder' | 'other' | undefined>;
  /** A link out of the workspace is out of it, too. */
  inside(path: string): Promise<boolean>;
  /** UTF-8; undefined when it isn't there, isn't a file, or is longer than 8 MB. */
  read(path: string): Promise<string | undefined>;
  /** SHA-256 of a file of any length. */
  digest(path: string): Promise<string | undefined>;
  /** Every file beneath a folder, sorted, without .git; undefined when there are more than `limit`. */
  list(path: string, limit: number): Promise<readonly string[] | undefined>;
  glob(pattern: string): Promise<readonly string[]>;
}

const LONGEST = 8 * 1024 * 1024;

export function workspaceFiles(root: string): WorkspaceFiles {
  const at = (path: string) => resolve(root, path);
  const kind: WorkspaceFiles['kind'] = async (path) => {
    const found = await stat(at(path)).catch(() => undefined);
    if (found === undefined) return undefined;
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : 'other';
  };

  async function walk(folder: string, limit: number, into: string[]): Promise<boolean> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name === '.git') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!(await walk(path, limit, into))) return false;
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        into.push(relative(root, path));
        if (into.length > limit) return false;
      }
    }
    return true;
  }

  return {
    kind,
    async inside(path) {
      const [base, real] = await Promise.all([realpath(root), realpath(at(path)).catch(() => at(path))]);
      return real === base || real.startsWith(base + sep);
    },
    async read(path) {
      const found = await stat(at(path)).catch(() => undefined);
      if (found === undefined || !found.isFile() || found.size > LONGEST) return undefined;
      return readFile(at(path), 'utf8').catch(() => undefined);
    },
    async digest(path) {
      if ((await kind(path)) !== 'file') return undefined;
      const hash = createHash('sha256');
      try {
        for await (const chunk of createReadStream(at(path))) hash.update(chunk);
      } catch {
        return undefined;
      }
      return hash.digest('hex');
    },
    async list(path, limit) {
      const found: string[] = [];
      return (await walk(at(path), limit, found)) ? found : undefined;
    },
    async glob(pattern) {
      const found: string[] = [];
      for await (const path of glob(pattern, { cwd: root })) found.push(path);
      return found.sort();
    },
  };
}
