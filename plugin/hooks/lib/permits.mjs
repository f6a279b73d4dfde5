import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Where the server keeps its data (src/state/home.ts says the same; a test compares them). */
export function dataFolder(env = process.env, platform = process.platform) {
  if (env.INFRAGATE_HOME) return resolve(env.INFRAGATE_HOME);
  if (env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME)) return join(env.XDG_DATA_HOME, 'infragate');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'infragate');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'infragate');
  return join(homedir(), '.local', 'share', 'infragate');
}

/**
 * The open deployments, as the server writes them down after each event (src/engine/permits.ts): one small file each, so
 * that a hook needs no database. A file that can't be read counts as a deployment about which nothing is known.
 */
export function readPermits(home = dataFolder(), now = new Date().toISOString()) {
  const folder = join(home, 'permits');
  let files;
  try {
    files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    return [unreadable(folder, error)];
  }
  return files.map((name) => {
    try {
      const permit = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      if (typeof permit.deployment !== 'string' || !Array.isArray(permit.namespaces)) throw new Error('no permit');
      return permit.until !== undefined && permit.until <= now ? { ...permit, phase: undefined } : permit;
    } catch (error) {
      return unreadable(join(folder, name), error);
    }
  });
}

const unreadable = (path, error) => ({
  deployment: path,
  namespaces: [],
  stage: 'unknown',
  gate: 'R',
  unreadable: `${path}: ${error.message}`,
});
