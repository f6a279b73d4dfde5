/** What the gates ask of the workspace's git repository. Nothing here changes it or runs its hooks. */

type Git = { readonly ok: true; readonly out: string } | { readonly ok: false };

/** A repository's own configuration can name programs to run; the ones that reading would start are switched off. */
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'log.showSignature=false'];

async function git(dir: string, ...args: readonly string[]): Promise<Git> {
  const { execa } = await import('execa');
  const { PATH = '', HOME = '' } = process.env;
  const done = await execa('git', [...SAFE, '-C', dir, ...args], {
    env: { PATH, HOME, LANG: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat' },
    extendEnv: false,
    stdin: 'ignore',
    timeout: 20_000,
    maxBuffer: 8_000_000,
    stripFinalNewline: false,
    reject: false,
  });
  return done.exitCode === 0 ? { ok: true, out: done.stdout } : { ok: false };
}

export async function isRepository(dir: string): Promise<boolean> {
  const inside = await git(dir, 'rev-parse', '--is-inside-work-tree');
  return inside.ok && inside.out.trim() === 'true';
}

/** The commit that is checked out; undefined where there is none yet. */
export async function head(dir: string): Promise<string | undefined> {
  const found = await git(dir, 'rev-parse', '--verify', '--quiet', 'HEAD');
  return found.ok ? found.out.trim() : undefined;
}

/** Which of the files (paths from `dir`) are not as committed: changed, staged, untracked or ignored. [] is clean. */
export async function cleanFiles(dir: string, files: readonly string[]): Promise<readonly string[]> {
  if (files.length === 0) return [];
  const literal = files.map((file) => `:(literal)${file}`);
  const tracked = await git(dir, 'ls-files', '-z', '--', ...literal);
  if (!tracked.ok) return files;
  const known = tracked.out.split('\0').filter((name) => name !== '');
  const unclean = await git(dir, 'diff', '--name-only', '--relative', '-z', 'HEAD', '--', ...literal);
  if (!unclean.ok) return files;
  const changed = new Set(unclean.out.split('\0'));
  const covers = (file: string, name: string) => name === file || name.startsWith(`${file.replace(/\/$/, '')}/`);
  return files.filter((raw) => {
    const file = raw.replace(/^\.\//, '');
    return !known.some((name) => covers(file, name)) || [...changed].some((name) => covers(file, name));
  });
}

/** The tree of nothing: a first commit that has it is empty. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** The newest commit reachable from HEAD that carries the trailer `key: value` and changes something: an empty one is none. */
export async function findTrailer(dir: string, key: string, value: string): Promise<string | undefined> {
  const log = await git(
    dir,
    'log',
    '--fixed-strings',
    `--grep=${key}: ${value}`,
    `--format=%H%x00%T%x00%P%x00%(trailers:key=${key},valueonly,separator=%x01)%x00`,
  );
  if (!log.ok) return undefined;
  for (const entry of log.out.split('\0\n')) {
    const [sha, tree, parents = '', trailers = ''] = entry.split('\0');
    if (sha === undefined || !trailers.split('\u0001').some((trailer) => trailer.trim() === value)) continue;
    const [parent = ''] = parents.split(' ');
    const before = parent === '' ? EMPTY_TREE : await treeOf(dir, parent);
    if (before !== tree) return sha;
  }
  return undefined;
}

async function treeOf(dir: string, commit: string): Promise<string | undefined> {
  const found = await git(dir, 'rev-parse', '--verify', '--quiet', `${commit}^{tree}`);
  return found.ok ? found.out.trim() : undefined;
}
