// Making the sandbox's binary from its Go sources, once for each state of them.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCommand, type Progress } from './binary.ts';
import { cache, sources } from './places.ts';
import { SandboxProblem } from './problem.ts';
import { bornOf, isAlive } from './processes.ts';

const VERSION = { major: '1', minor: '37', patch: '2' };

/** Without these the API server calls itself v0.0.0-master. */
const LINK = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=v${VERSION.major}.${VERSION.minor}.${VERSION.patch}`,
  `-X k8s.io/component-base/version.gitMajor=${VERSION.major}`,
  `-X k8s.io/component-base/version.gitMinor=${VERSION.minor}`,
].join(' ');

/** Where the binary of these very sources is or will be; undefined when the sources are not there. */
export function builtPath(folder = sources()): string | undefined {
  if (!existsSync(join(folder, 'go.mod'))) return undefined;
  return join(cache(), 'sandbox', digest(folder), 'infragate-sandbox');
}

/** SHA-256 over names and contents of all that goes into the binary. */
export function digest(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|[\\/])go\.(mod|sum)$|\.go$|\.yaml$/.test(file) && !file.endsWith('_test.go'))
    .sort();
  const hash = createHash('sha256').update(LINK);
  for (const file of files) {
    const content = readFileSync(join(folder, file));
    hash.update(`\0${file.replaceAll('\\', '/')}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Builds the binary into the cache and answers its path. Eight minutes with cold caches, half a minute with warm ones. */
export async function build(progress: Progress): Promise<string> {
  const folder = sources();
  const target = builtPath(folder);
  const go = findCommand('go');
  if (target === undefined || go === undefined) {
    const reason = target === undefined ? `its sources are not in ${folder}` : 'the go command is not in PATH';
    throw new SandboxProblem(
      'environment',
      `There is no sandbox binary, and none can be built: ${reason}. Install Go 1.26 or newer, or set ` +
        'INFRAGATE_SANDBOX_BIN to a built one, or KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl.',
    );
  }
  const place = join(target, '..');
  mkdirSync(place, { recursive: true });
  const release = await takeLock(`${place}.lock`, () => existsSync(target), progress);
  try {
    if (!existsSync(target)) await buildInto(place, folder, go, progress);
  } finally {
    release();
  }
  return target;
}

async function buildInto(place: string, folder: string, go: string, progress: Progress): Promise<void> {
  // On the same file system as the target, so that the rename is one step.
  const work = mkdtempSync(join(place, 'build-'));
  const began = Date.now();
  const elapsed = () => `${Math.round((Date.now() - began) / 1000)} s`;
  try {
    progress('building the sandbox from its Go sources: once, about eight minutes with empty caches');
    let downloaded = 0;
    let compiled = 0;
    let total = 0;
    const ticker = setInterval(() => {
      const packages = total === 0 ? '' : `, compiled ${compiled} of at most ${total} packages`;
      progress(`  ${elapsed()}: downloaded ${downloaded} modules${packages}`);
    }, 10_000);
    try {
      const count = (line: string) => {
        if (line.startsWith('go: downloading')) downloaded += 1;
      };
      total = (await run(go, ['list', '-deps', '.'], folder, count)).stdout.split('\n').length - 1;
      const flags = ['build', '-v', '-trimpath', '-ldflags'];
      await run(go, [...flags, LINK, '-o', join(work, 'infragate-sandbox'), '.'], folder, (line) => {
        if (!line.startsWith('go: ')) compiled += 1;
      });
      await run(go, [...flags, '-s -w', '-o', join(work, 'tiny'), './tiny'], folder, () => undefined);
    } finally {
      clearInterval(ticker);
    }
    renameSync(join(work, 'tiny'), join(place, 'tiny'));
    renameSync(join(work, 'infragate-sandbox'), join(place, 'infragate-sandbox'));
    progress(`built in ${elapsed()}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

type Output = { stdout: string };

function run(go: string, args: string[], cwd: string, onLine: (line: string) => void): Promise<Output> {
  return new Promise((done, failed) => {
    // Without cgo: no C compiler needed, and the binary runs on any Linux.
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };
    const child = spawn(go, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const tail: string[] = [];
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      onLine(line);
      tail.push(line);
      if (tail.length > 20) tail.shift();
    });
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) return done({ stdout });
      const said = tail.filter((line) => /\s|:/.test(line)).join('\n');
      failed(new SandboxProblem('environment', `go ${args[0]} failed, so there is no sandbox binary:\n${said}`));
    });
  });
}

/** Two builds at once would only slow each other down: the second waits for the first. */
async function takeLock(path: string, isDone: () => boolean, progress: Progress): Promise<() => void> {
  const mine = { component: 'build', pid: process.pid, born: bornOf(process.pid) ?? '' };
  for (let waited = 0; ; waited += 1) {
    try {
      writeFileSync(path, JSON.stringify(mine), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch {
      if (isDone()) return () => undefined;
    }
    if (!holderLives(path) && waited > 0) rmSync(path, { force: true });
    else if (waited % 30 === 0) progress('waiting: another process is building the sandbox');
    await sleep(1000);
  }
}

function holderLives(path: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return false;
  }
}
