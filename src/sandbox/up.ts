// Starting a sandbox: claim its name, start it, and take down what was started when that fails.

import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, connect, isReady } from './api.ts';
import { type Binary, type Component, findBinary, part } from './binary.ts';
import { applyCrds, type CrdSet } from './crds.ts';
import { down, isEnding } from './down.ts';
import { requirements } from './machine.ts';
import { crdsOf, type Installation, type OperatorName, prepare } from './operators/index.ts';
import { folderOf, isSandboxName } from './places.ts';
import { SandboxProblem } from './problem.ts';
import { isAlive } from './processes.ts';
import type { Progress } from './progress.ts';
import { startAll, starting } from './start.ts';
import { type Nodes, readState, type Sandbox, type State, writeState } from './state.ts';

export type UpOptions = {
  name?: string;
  /** Left out: kwok, or none where the binaries have no kwok. */
  nodes?: Nodes;
  crds?: readonly CrdSet[];
  /** Real operators to run; they need real containers. */
  operators?: readonly OperatorName[];
  progress?: Progress;
};

/** Starts the sandbox, or answers the one that runs. Throws SandboxProblem; what was started by then is stopped. */
export async function up(options: UpOptions = {}): Promise<Sandbox> {
  const { name = 'default', operators = [], progress = () => undefined } = options;
  const crds = [...new Set([...(options.crds ?? []), ...crdsOf(operators)])];
  if (!isSandboxName(name)) {
    throw new SandboxProblem(
      'usage',
      `"${name}" can't be a sandbox's name: up to 40 of a-z, 0-9 and -, no - at an end.`,
    );
  }
  if (options.nodes !== undefined) mustHaveContainers(options.nodes, operators);
  const running = await claim(name, progress);
  if (running !== 'claimed') {
    if (options.nodes !== undefined && options.nodes !== running.nodes) {
      throw new SandboxProblem(
        'usage',
        `Sandbox ${name} runs with nodes "${running.nodes}", not "${options.nodes}": take it down first, or use another --name.`,
      );
    }
    mustHaveContainers(running.nodes, operators);
    const more = operators.filter((one) => !running.operators.includes(one));
    const installations = await prepare(more, progress);
    return withOperators(await withCrds(running, crds, progress), installations, progress);
  }
  try {
    mustHaveContainers(options.nodes ?? 'kwok', operators);
    const binary = await findBinary(progress);
    const nodes = nodesFor(binary, options.nodes);
    if (nodes === 'kubelet') requirements();
    // What takes minutes to make, and may fail, comes before anything is started.
    const installations = await prepare(operators, progress);
    const sandbox = await startWithRetry(name, binary, nodes, crds, progress);
    return await withOperators(sandbox, installations, progress);
  } catch (problem) {
    if (!isEnding(name)) {
      await down({ name, keepLogs: true });
      throw problem;
    }
    // What was started between the two looks of that `down`.
    await down({ name });
    throw new SandboxProblem('failed', `Sandbox ${name} was taken down while it was starting.`);
  }
}

/** Whether this very process is starting it: then an interrupt has something to take down. */
export function isStartedHere(name: string): boolean {
  const state = readState(name);
  return typeof state === 'object' && state.phase === 'starting' && state.starter.pid === process.pid;
}

/** Makes the folder, which only one can; or answers the sandbox that runs in it, after waiting for whoever starts it. */
async function claim(name: string, progress: Progress): Promise<Sandbox | 'claimed'> {
  const folder = folderOf(name);
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  for (let waited = 0; ; waited += 1) {
    if (makeFolder(folder)) {
      writeState(name, starting());
      return 'claimed';
    }
    const state = readState(name);
    if (state === 'none' && waited < 3) {
      // Perhaps just being claimed by another.
      await sleep(300);
    } else if (typeof state === 'object' && state.phase === 'starting' && isAlive(state.starter)) {
      if (waited % 20 === 0) progress(`waiting: another command is starting sandbox ${name}`);
      await sleep(500);
    } else if (typeof state === 'object' && state.details !== null && (await isHealthy(state))) {
      return state.details;
    } else {
      if (state !== 'none') progress(`sandbox ${name} is there but does not work: it is taken down and started anew`);
      await down({ name });
    }
  }
}

function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** All parts run and the API server says that it is ready. */
export async function isHealthy(state: State): Promise<boolean> {
  if (state.phase !== 'up' || state.details === null || !state.processes.every(isAlive)) return false;
  const api = adminOf(state.details);
  return api !== undefined && (await isReady(api));
}

function mustHaveContainers(nodes: Nodes, operators: readonly OperatorName[]): void {
  if (operators.length === 0 || nodes === 'kubelet') return;
  throw new SandboxProblem(
    'usage',
    `Operator ${operators.join(', ')} needs real containers, and nodes "${nodes}" have none: use --nodes kubelet.`,
  );
}

function nodesFor(binary: Binary, asked: Nodes | undefined): Nodes {
  const nodes = asked ?? (part(binary, 'kwok') === undefined ? 'none' : 'kwok');
  const needed: Component[] = nodes === 'none' ? [] : ['kube-controller-manager', 'kube-scheduler', nodes];
  const absent = needed.filter((one) => part(binary, one) === undefined);
  if (absent.length === 0) return nodes;
  throw new SandboxProblem(
    'environment',
    `Nodes "${nodes}" need ${absent.join(', ')}, which ${binary.path} doesn't have.`,
  );
}

/** A free port can be taken by someone else before the component listens on it: then everything is tried again. */
async function startWithRetry(
  name: string,
  binary: Binary,
  nodes: Nodes,
  crds: readonly CrdSet[],
  progress: Progress,
): Promise<Sandbox> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startAll(name, binary, nodes, crds, progress);
    } catch (error) {
      const again = error instanceof SandboxProblem && /address already in use/.test(error.message) && attempt < 3;
      if (!again) throw error;
      progress('a port was taken by another process: starting again');
      await down({ name });
      makeFolder(folderOf(name));
      writeState(name, starting());
    }
  }
}

function adminOf(sandbox: Sandbox): Api | undefined {
  try {
    const config = JSON.parse(readFileSync(sandbox.kubeconfig, 'utf8'));
    const authority = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString();
    return connect(sandbox.server, authority, config.users[0].user.token);
  } catch {
    return undefined;
  }
}

async function withCrds(sandbox: Sandbox, sets: readonly CrdSet[], progress: Progress): Promise<Sandbox> {
  const wanted = sets.filter((set) => !sandbox.crds.includes(set));
  const api = adminOf(sandbox);
  if (wanted.length === 0 || api === undefined) return sandbox;
  for (const set of wanted) await applyCrds(api, set, progress);
  return note({ ...sandbox, crds: [...sandbox.crds, ...wanted] });
}

async function withOperators(
  sandbox: Sandbox,
  installations: readonly Installation[],
  progress: Progress,
): Promise<Sandbox> {
  const api = adminOf(sandbox);
  if (api === undefined) return sandbox;
  let details = sandbox;
  for (const { name, install } of installations) {
    await install({ api, sandbox, progress });
    details = note({ ...details, operators: [...details.operators, name] });
  }
  return details;
}

function note(details: Sandbox): Sandbox {
  const state = readState(details.name);
  if (typeof state === 'object') writeState(details.name, { ...state, details });
  return details;
}
