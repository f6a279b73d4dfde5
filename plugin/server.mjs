#!/usr/bin/env node
// Starts infragate's MCP server for the plugin, wherever the plugin's folder lies: in a clone, beside a clone that a
// marketplace was added from (a plugin from a git marketplace is copied alone), or on its own, with the published package.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname);
const json = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};
const isClone = (folder) => json(join(folder, 'package.json'))?.name === 'infragate';

/** …/plugins/cache/<marketplace>/<plugin>/<version> → where that marketplace's own copy lies. */
function marketplace() {
  const plugins = join(here, '..', '..', '..', '..');
  const name = here.split(/[\\/]/).at(-3);
  return json(join(plugins, 'known_marketplaces.json'))?.[name]?.installLocation;
}

/**
 * The first start installs and builds, which may take longer than a client waits for a server. It goes on when the client
 * gives up, so that the next start finds it done.
 */
function prepare(start) {
  const log = join(clone, 'prepare.log');
  process.stderr.write(
    `infragate: getting ready, once (${log}); if the client gives up, connect again in a minute or two\n`,
  );
  const out = openSync(log, 'a');
  const work = spawn(process.execPath, [start, 'prepare'], { detached: true, stdio: ['ignore', out, out] });
  closeSync(out);
  return new Promise((resolve) => work.on('exit', resolve).on('error', resolve));
}

const clone = [join(here, '..'), marketplace()].find((folder) => folder !== undefined && isClone(folder));
const given = process.argv.slice(2);
if (clone !== undefined) {
  const { isBuilt } = await import(pathToFileURL(join(clone, 'scripts', 'glance.mjs')).href);
  if (!isBuilt()) await prepare(join(clone, 'scripts', 'dev.mjs'));
  const bin = join(clone, 'bin', 'infragate.js');
  // In this very process where its Node is new enough; else by the one that the clone brings.
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) {
    process.argv = [process.argv[0], bin, ...given];
    await import(pathToFileURL(bin).href);
  } else start(join(clone, 'node_modules', 'node', 'bin', 'node'), [bin, ...given]);
} else {
  const { version } = json(join(here, '.claude-plugin', 'plugin.json')) ?? {};
  start('npx', ['--yes', `infragate@${version ?? 'latest'}`, ...given]);
}

function start(command, args) {
  const child = spawn(command, args, { stdio: 'inherit', shell: command === 'npx' && process.platform === 'win32' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`infragate: ${command} could not be started: ${error.message}\n`);
    process.exit(3);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 143)));
}
