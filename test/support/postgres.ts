import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HOME = '/usr/lib/postgresql';

/** Where PostgreSQL's server programs are, the newest; undefined: not installed. */
export const postgresPrograms = (): string | undefined =>
  existsSync(HOME)
    ? readdirSync(HOME)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(HOME, version, 'bin'))
        .find((bin) => existsSync(join(bin, 'initdb')))
    : undefined;

/** A real PostgreSQL on loopback in a folder of its own, with synchronous commits as it comes. */
export type PostgresServer = {
  readonly port: number;
  readonly folder: string;
  /** Of the superuser; more query parameters may be added. */
  url(database?: string): string;
  sql(text: string, database?: string): Promise<string>;
  start(): Promise<void>;
  /** `fast` ends its sessions, `immediate` is a crash. */
  stop(how: 'fast' | 'immediate'): Promise<void>;
  kill(): void;
  end(): Promise<void>;
};

const PASSWORD = 'a password only for tests';

/** PostgreSQL refuses to run as root; Debian's package brings its own user. */
const asUser = (program: string, args: readonly string[]): [string, string[]] =>
  process.getuid?.() === 0
    ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', '--', program, ...args]]
    : [program, [...args]];

export const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

export function ownedFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `infragate-${name}-`));
  const { uid, gid } = postgresUser();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

function postgresUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith('postgres:'));
  const [, , uid, gid] = (line ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

export const postgresProgram = (bin: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const [file, all] = asUser(join(bin, program), args);
  return run(file, all, { cwd: '/', env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 });
};

export async function startPostgres(
  options: { data?: string; settings?: readonly string[] } = {},
): Promise<PostgresServer> {
  const bin = postgresPrograms();
  if (bin === undefined) throw new Error('PostgreSQL is not installed');
  const folder = ownedFolder('postgres');
  const data = options.data ?? join(folder, 'data');
  const port = await freePort();
  if (options.data === undefined) {
    const secret = join(folder, 'password');
    writeFileSync(secret, PASSWORD, { mode: 0o644 });
    await postgresProgram(bin, 'initdb', [
      '-D',
      data,
      '-U',
      'admin',
      '-A',
      'scram-sha-256',
      `--pwfile=${secret}`,
      '-E',
      'UTF8',
      '--locale=C',
    ]);
  }
  const url = (database = 'postgres') =>
    `postgres://admin:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}?sslmode=disable`;
  let child: ReturnType<typeof spawn> | undefined;
  const settings = [
    'fsync=on',
    'max_connections=200',
    `unix_socket_directories=${folder}`,
    'listen_addresses=127.0.0.1',
    ...(options.settings ?? []),
  ];
  const server: PostgresServer = {
    port,
    folder,
    url,
    async sql(text, database = 'postgres') {
      const { stdout } = await run('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', text, url(database)], { cwd: '/' });
      return stdout.trim();
    },
    async start() {
      const [file, args] = asUser(join(bin, 'postgres'), [
        '-D',
        data,
        '-p',
        String(port),
        ...settings.flatMap((one) => ['-c', one]),
      ]);
      child = spawn(file, args, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
      let log = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        log = (log + chunk.toString()).slice(-4_000);
      });
      for (let tries = 0; tries < 300; tries += 1) {
        if (child.exitCode !== null) throw new Error(`PostgreSQL ended: ${log}`);
        const up = await postgresProgram(bin, 'pg_isready', ['-h', '127.0.0.1', '-p', String(port)]).then(
          () => true,
          () => false,
        );
        if (up) return;
        await sleep(100);
      }
      throw new Error(`PostgreSQL did not start: ${log}`);
    },
    async stop(how) {
      const ended = new Promise((done) => child?.once('exit', done));
      await postgresProgram(bin, 'pg_ctl', ['stop', '-D', data, '-m', how, '-W']);
      await ended;
    },
    kill: () => void child?.kill('SIGKILL'),
    async end() {
      if (child !== undefined && child.exitCode === null)
        await server.stop('immediate').catch(() => child?.kill('SIGKILL'));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
