// Making the sandbox's binary from its Go sources, once for each state of them.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from './command.ts';
import { digest, go as run } from './go.ts';
import { takeLock } from './lock.ts';
import { cache, sources } from './places.ts';
import { SandboxProblem } from './problem.ts';
import type { Progress } from './progress.ts';

const VERSION = { major: '1', minor: '37', patch: '2' };

/** Without these the API server calls itself v0.0.0-master. */
const LINK = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=v${VERSION.major}.${VERSION.minor}.${VERSION.patch}`,
  `-X k8s.io/component-base/version.gitMajor=${VERSION.major}`,
  `-X k8s.io/component-base/version.gitMinor=${VERSION.minor}`,
].join(' ');

const BINARY = 'sandbox binary';

/** Where the binary of these very sources is or will be; undefined when the sources are not there. */
export function builtPath(folder = sources()): string | undefined {
  if (!existsSync(join(folder, 'go.mod'))) return undefined;
  return join(cache(), 'sandbox', digest(folder, LINK), 'infragate-sandbox');
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
  const release = await takeLock(
    `${place}.lock`,
    () => existsSync(target),
    () => progress('waiting: another process is building the sandbox'),
  );
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
      total = (await run(go, ['list', '-deps', '.'], folder, BINARY, count)).split('\n').length - 1;
      const flags = ['build', '-v', '-trimpath', '-ldflags'];
      await run(go, [...flags, LINK, '-o', join(work, 'infragate-sandbox'), '.'], folder, BINARY, (line) => {
        if (!line.startsWith('go: ')) compiled += 1;
      });
      await run(go, [...flags, '-s -w', '-o', join(work, 'tiny'), './tiny'], folder, BINARY);
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
