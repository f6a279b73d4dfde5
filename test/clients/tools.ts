import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * Real clients, at pinned versions, installed on demand with npm into a cache folder outside the clone
 * (XDG_CACHE_HOME or ~/.cache, infragate/clients/<name>@<version>). A machine that can't get one skips its tests and says
 * why; nothing stands in for a client.
 */
const PINNED = {
  claude: { package: '@anthropic-ai/claude-code', version: '2.1.330' },
  'mcp-inspector': { package: '@modelcontextprotocol/inspector', version: '2.12.0' },
  conformance: { package: '@modelcontextprotocol/conformance', version: '0.2.0-alpha.12' },
  codex: { package: '@openai/codex', version: '0.169.0', large: true },
  gemini: { package: '@google/gemini-cli', version: '0.61.0', large: true },
} as const;

export type ClientTool = keyof typeof PINNED;
export type Found = { readonly path: string } | { readonly missing: string };

export const root = join(import.meta.dirname, '..', '..');

export function tool(name: ClientTool): Found {
  const { package: wanted, version, ...more } = PINNED[name];
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'infragate', 'clients');
  const folder = join(cache, `${name}@${version}`);
  const path = join(folder, 'node_modules', '.bin', name);
  if (existsSync(path)) return { path };
  if ('large' in more && process.env.INFRAGATE_ALL_CLIENTS === undefined)
    return { missing: `${wanted}@${version} is a large download; INFRAGATE_ALL_CLIENTS=1 fetches it` };
  mkdirSync(folder, { recursive: true });
  const npm = spawnSync(
    'npm',
    ['install', '--prefix', folder, '--no-audit', '--no-fund', '-E', `${wanted}@${version}`],
    {
      encoding: 'utf8',
      timeout: 240_000,
    },
  );
  if (existsSync(path)) return { path };
  rmSync(folder, { recursive: true, force: true });
  return {
    missing: `${wanted}@${version} can't be installed: ${lastLine(npm.stderr) || npm.error?.message || 'npm failed'}`,
  };
}

/** Said once a file, on stderr, where the runner shows it. */
export function reasonToSkip(...found: readonly Found[]): string | undefined {
  const missing = found.flatMap((one) => ('missing' in one ? [one.missing] : []));
  if (missing.length === 0) return undefined;
  console.error(`skipped: ${missing.join('; ')}`);
  return missing.join('; ');
}

export const pathOf = (found: Found): string => ('path' in found ? found.path : '');

const lastLine = (text: string | null): string => (text ?? '').trim().split('\n').at(-1) ?? '';

/** A person's machine: a home of its own, nothing of ours in the environment but a PATH with a suitable Node. */
export type Machine = {
  readonly home: string;
  readonly work: string;
  readonly data: string;
  run(command: string, args: readonly string[], more?: Readonly<Record<string, string>>): Promise<Ran>;
  end(): void;
};

/** `out` is stdout and stderr together, `stdout` its part. */
export type Ran = { readonly code: number | null; readonly out: string; readonly stdout: string };

let prepared = false;

/** Clients wait seconds for a server, not for its first build. */
function prepare(): void {
  if (prepared) return;
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'dev.mjs'), 'prepare'], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`this clone can't be built (exit ${status})`);
  prepared = true;
}

export function machine(): Machine {
  prepare();
  const base = mkdtempSync(join(tmpdir(), 'infragate-client-'));
  const [home, work, data] = ['home', 'work', 'data'].map((name) => join(base, name));
  if (home === undefined || work === undefined || data === undefined) throw new Error('no folders');
  for (const folder of [home, work, data]) mkdirSync(folder);
  const env = {
    HOME: home,
    PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    INFRAGATE_HOME: data,
  };
  return {
    home,
    work,
    data,
    run: (command, args, more = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd: work, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
        let out = '';
        let stdout = '';
        child.stdout.on('data', (data: Buffer) => {
          stdout += data.toString();
          out += data.toString();
        });
        child.stderr.on('data', (data: Buffer) => {
          out += data.toString();
        });
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, out, stdout }));
      }),
    end: () => rmSync(base, { recursive: true, force: true }),
  };
}
