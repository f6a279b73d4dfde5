#!/usr/bin/env node
// Runs a command of this clone with what it needs: dependencies, a suitable Node (the npm package `node`), a fresh build.
// Plain JavaScript without dependencies, because it runs before there are any, on whatever Node the machine has.
// Everything of its own goes to stderr: stdout belongs to the command (an MCP client may be reading it).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { glance, inputs, isBuilt, SEEN } from './glance.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const say = (text) => process.stderr.write(`infragate: ${text}\n`);

const hash = (paths) => {
  const sum = createHash('sha256');
  for (const path of paths) sum.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
  return sum.digest('hex');
};

const stamp = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Only one process of this clone prepares at a time; a lock whose owner died is taken over. */
function exclusively(work) {
  const lock = join(root, 'node_modules.lock');
  for (let tries = 0; ; tries += 1) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      const owner = Number(stamp(lock));
      if (owner > 0 && !alive(owner)) rmSync(lock, { force: true });
      if (tries === 20) say('another command of this clone is preparing; waiting');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function run(command, args, why) {
  say(why);
  const started = Date.now();
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) {
    say(`${command} ${args.join(' ')} failed (${done.error?.message ?? `exit ${done.status}`})`);
    process.exit(3);
  }
  say(`${why}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function prepare() {
  if (isBuilt()) return;
  const seen = glance();
  prepareFrom(inputs());
  writeFileSync(SEEN, seen);
}

function prepareFrom(inputs) {
  const wantedDependencies = hash([join(root, 'package-lock.json')]);
  const dependencyStamp = join(root, 'node_modules', '.infragate-dependencies');
  const needsDependencies = () => stamp(dependencyStamp) !== wantedDependencies;
  const wantedBuild = hash(inputs);
  const buildStamp = join(root, 'dist', '.built-from');
  const needsBuild = () => stamp(buildStamp) !== wantedBuild;
  if (!needsDependencies() && !needsBuild()) return;
  exclusively(() => {
    if (needsDependencies()) {
      // No install scripts but the one that fetches Node: better-sqlite3 brings its builds with it, and npm would compile
      // it all the same (it takes binding.gyp for a wish when it installs from a lock file).
      run(
        'npm',
        ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
        'installing dependencies (once)',
      );
      run('npm', ['rebuild', 'node', '--loglevel=error'], 'fetching a suitable Node (once)');
      writeFileSync(dependencyStamp, wantedDependencies);
    }
    if (needsBuild()) run(join(bin, 'node'), [join(root, 'scripts', 'bundle.mjs'), wantedBuild], 'building');
  });
}

prepare();
const [command, ...args] = process.argv.slice(2);
if (command === undefined || command === 'prepare') process.exit(0);
const node = join(bin, 'node');
const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
// npm starts scripts in the clone; the caller's folder is INIT_CWD.
const where = command === 'infragate' || command === 'demo' ? (process.env.INIT_CWD ?? process.cwd()) : root;
const target =
  command === 'infragate'
    ? [join(root, 'bin', 'infragate.js'), ...args]
    : command === 'demo'
      ? [join(root, 'bin', 'infragate.js'), 'demo', ...args]
      : command === 'vitest'
        ? [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args]
        : [command, ...args];
const child = spawn(node, target, { cwd: where, env, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  say(`${node} could not be started: ${error.message}`);
  process.exit(3);
});
child.on('exit', (code, signal) => {
  if (signal !== null) process.kill(process.pid, signal);
  process.exit(code ?? 1);
});
