import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { LedgerError } from './ledger.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where infragate keeps its data: INFRAGATE_HOME, else XDG_DATA_HOME/infragate, else the platform's custom
 * (~/.local/share on Linux, ~/Library/Application Support on macOS, %LOCALAPPDATA% on Windows). Touches nothing.
 */
export function dataFolder(env: Environment = process.env, platform: string = process.platform): string {
  if (env.INFRAGATE_HOME) return resolve(env.INFRAGATE_HOME);
  // The XDG base directory specification: a relative path is invalid and to be ignored.
  if (env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME)) return join(env.XDG_DATA_HOME, 'infragate');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homeFolder(), 'AppData', 'Local'), 'infragate');
  if (platform === 'darwin') return join(homeFolder(), 'Library', 'Application Support', 'infragate');
  return join(homeFolder(), '.local', 'share', 'infragate');
}

/**
 * HOME, else what the system has for this user. An empty or a relative HOME would put the ledger into the workspace, and
 * a container's user often has none at all.
 */
function homeFolder(): string {
  for (const find of [homedir, () => userInfo().homedir]) {
    try {
      const folder = find();
      if (isAbsolute(folder)) return folder;
    } catch {
      // the system knows no home of this user
    }
  }
  throw new Error('This user has no home folder. Set INFRAGATE_HOME to a folder of yours on a local disk.');
}

/** Makes the folder, for its owner alone, or says why the ledger can't live there. */
export function prepareFolder(folder: string, ledgerFile: string): LedgerError | undefined {
  try {
    makeFolders(folder);
    // Only a folder that is ours is closed to others: INFRAGATE_HOME may name one that somebody else uses as well.
    const content = readdirSync(folder);
    const ours = content.length === 0 || content.includes(ledgerFile);
    if (ours && (statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      status: 'error',
      reason: 'NoFolder',
      message: `The data folder ${folder} can't be made or used (${why}). Set INFRAGATE_HOME to a folder of yours on a local disk.`,
    };
  }
  const network = networkFilesystem(folder);
  return network === undefined
    ? undefined
    : {
        status: 'error',
        reason: 'NetworkFilesystem',
        message: `The data folder ${folder} is on a network file system (${network}), where SQLite's locks can't be trusted. Set INFRAGATE_HOME to a folder on a local disk.`,
      };
}

/** One after the other: Node's own `recursive` never ends where nothing can be made (below /proc). */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolders(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** statfs(2) magic numbers (linux/magic.h and the file systems' own headers). */
const NETWORK_MAGIC: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
]);
const FUSE_MAGIC = 0x65735546;
/** FUSE is a local disk as often as not; which it is, only the mount table says. */
const NETWORK_FUSE =
  /^fuse\.(sshfs|s3fs|rclone|gcsfuse|goofys|mount-s3|glusterfs|ceph|juicefs|davfs2?|curlftpfs|smbnetfs)$/;

/** The network file system the folder is on, where the platform tells: elsewhere SQLite's own check of WAL remains. */
export function networkFilesystem(folder: string, platform: string = process.platform): string | undefined {
  if (platform !== 'linux') return folder.startsWith('\\\\') ? 'a network share' : undefined;
  try {
    const magic = statfsSync(folder).type >>> 0;
    if (magic !== FUSE_MAGIC) return NETWORK_MAGIC.get(magic);
    const type = mountedAs(realpathSync(folder), readFileSync('/proc/self/mountinfo', 'utf8'));
    return type !== undefined && NETWORK_FUSE.test(type) ? type : undefined;
  } catch {
    return undefined;
  }
}

/** File system type of the mount that holds `path`, from the text of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export function mountedAs(path: string, mountinfo: string): string | undefined {
  let best: { at: string; type: string } | undefined;
  for (const line of mountinfo.split('\n')) {
    const [mount, filesystem] = line.split(' - ');
    const escaped = mount?.split(' ')[4];
    const type = filesystem?.split(' ')[0];
    if (escaped === undefined || type === undefined) continue;
    const at = escaped.replace(/\\([0-7]{3})/g, (_all, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const holds = at === '/' || path === at || path.startsWith(`${at}/`);
    // The later of two mounts on one folder hides the earlier.
    if (holds && (best === undefined || at.length >= best.at.length)) best = { at, type };
  }
  return best?.type;
}
