import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** How our server is started as a child process. The sources run as they are: Node strips their types. */
export type ServerCommand = { command: string; args: string[]; env: Record<string, string>; cwd: string };

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The server people get, with a data folder of its own that doesn't exist yet. */
export function realServer(home: string = freshHome()): ServerCommand & { home: string } {
  return { ...commandFor([file('../../../src/cli.ts')], home), home };
}

/** Our channel over a fake engine (fixture-server.ts). */
export function fixtureServer(home: string = freshHome()): ServerCommand & { home: string } {
  return { ...commandFor([file('./fixture-server.ts'), home], home), home };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A data folder that doesn't exist yet, removed with all around it when the test file is through. */
export function freshHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-protocol-'));
  folders.push(folder);
  return join(folder, 'home');
}

function commandFor(args: string[], home: string): ServerCommand {
  return {
    command: process.execPath,
    args,
    cwd: tmpdir(),
    // No cluster: what a server does without one is part of what is tested here.
    env: { PATH: process.env.PATH ?? '', HOME: home, INFRAGATE_HOME: home, KUBECONFIG: join(home, 'none') },
  };
}
