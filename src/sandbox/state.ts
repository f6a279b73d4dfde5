// What is known of a sandbox between two commands: state.json in its folder.

import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { folderOf, sandboxes } from './places.ts';

const Process = z.object({ component: z.string(), pid: z.number(), born: z.string() });

const Details = z.object({
  name: z.string(),
  /** Path of a kubeconfig whose current context is the admin's. */
  kubeconfig: z.string(),
  /** URL of the API server. */
  server: z.string(),
  /** host:port of the image registry (plain http), or null where the binaries have none. */
  registry: z.string().nullable(),
  nodes: z.enum(['kwok', 'kubelet', 'none']),
  /** Contexts of the kubeconfig by user. */
  contexts: z.object({ admin: z.string(), editor: z.string(), viewer: z.string(), nobody: z.string() }),
  crds: z.array(z.string()),
  /** Real operators that run in it. */
  operators: z.array(z.string()).default([]),
  /** Kubernetes' own version, as the server tells it. */
  version: z.string(),
  /** JSON lines: one for each request the API server answered. */
  audit_log: z.string(),
  /** The binary, or the folder of the binaries. */
  bin: z.string(),
  dir: z.string(),
  /** What is not as one would expect, in sentences. */
  notes: z.array(z.string()),
});

const State = z.object({
  phase: z.enum(['starting', 'up']),
  /** The command that is starting it: while it lives, another `up` waits for it. */
  starter: Process,
  processes: z.array(Process),
  details: Details.nullable(),
});

export type Sandbox = z.infer<typeof Details>;
export type Nodes = Sandbox['nodes'];
export type State = z.infer<typeof State>;

/** The state, 'none' when there is no sandbox of that name, 'unreadable' when what is there can't be understood. */
export function readState(name: string, folder = folderOf(name)): State | 'none' | 'unreadable' {
  let text: string;
  try {
    text = readFileSync(join(folder, 'state.json'), 'utf8');
  } catch {
    return 'none';
  }
  try {
    const parsed = State.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/**
 * Written to another name first: a reader never sees half of it, also after a crash. The folder is not made here: when
 * a `down` took it away from under an `up`, that `up` has to fail.
 */
export function writeState(name: string, state: State): void {
  const folder = folderOf(name);
  const temporary = join(folder, `state.json.${process.pid}`);
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, join(folder, 'state.json'));
}

export function names(): string[] {
  try {
    return readdirSync(sandboxes(), { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
  } catch {
    return [];
  }
}
