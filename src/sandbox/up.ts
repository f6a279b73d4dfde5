// Starting a sandbox: claim its folder, start its parts, wait until it can be worked with.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, connect, isReady, until } from './api.ts';
import { type Binary, type Component, type Progress, findBinary, findCommand, lacks, part } from './binary.ts';
import * as components from './components.ts';
import { files, type Layout } from './components.ts';
import { applyCrds, type CrdSet } from './crds.ts';
import { down } from './down.ts';
import { bindPeople, createKwokNode, defaultServiceAccountExists, nodesReady, serverVersion } from './furnish.ts';
import { claimMachine, nodeAddress, startNode } from './kubelet.ts';
import { folderOf, isSandboxName } from './places.ts';
import { freePorts } from './ports.ts';
import { SandboxProblem } from './problem.ts';
import { bornOf, isAlive, type Process, start } from './processes.ts';
import { run } from './run.ts';
import { type Nodes, readState, type Sandbox, type State, writeState } from './state.ts';
import * as users from './users.ts';

export type UpOptions = {
  name?: string;
  /** Left out: kwok, or none where the binaries have no kwok. */
  nodes?: Nodes;
  crds?: readonly CrdSet[];
  progress?: Progress;
};

/** Starts the sandbox, or answers the one that runs. Throws SandboxProblem; what was started by then is stopped. */
export async function up(options: UpOptions = {}): Promise<Sandbox> {
  const { name = 'default', crds = [], progress = () => undefined } = options;
  if (!isSandboxName(name)) {
    throw new SandboxProblem('usage', `"${name}" can't be a sandbox's name: up to 40 of a-z, 0-9 and -, no - at an end.`);
  }
  const running = await claim(name, progress);
  if (running !== 'claimed') {
    if (options.nodes !== undefined && options.nodes !== running.nodes) {
      throw new SandboxProblem(
        'usage',
        `Sandbox ${name} runs with nodes "${running.nodes}", not "${options.nodes}": take it down first, or use another --name.`,
      );
    }
    return withCrds(running, crds, progress);
  }
  try {
    const binary = await findBinary(progress);
    const nodes = nodesFor(binary, options.nodes);
    const sandbox = await startWithRetry(name, binary, nodes, progress);
    return await withCrds(sandbox, crds, progress);
  } catch (problem) {
    await down({ name, keepLogs: true });
    throw problem;
  }
}

/** Makes the folder, which only one can; or answers the sandbox that runs in it, after waiting for whoever starts it. */
async function claim(name: string, progress: Progress): Promise<Sandbox | 'claimed'> {
  const folder = folderOf(name);
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  for (let waited = 0; ; waited += 1) {
    try {
      mkdirSync(folder, { mode: 0o700 });
      writeState(name, { phase: 'starting', starter: self(), processes: [], details: null });
      return 'claimed';
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
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
      progress(`sandbox ${name} is there but does not work: taking it down and starting it anew`);
      await down({ name });
    }
  }
}

function self(): Process {
  return { component: 'infragate', pid: process.pid, born: bornOf(process.pid) ?? '' };
}

export async function isHealthy(state: State): Promise<boolean> {
  if (state.phase !== 'up' || state.details === null || !state.processes.every(isAlive)) return false;
  const api = adminOf(state.details);
  return api !== undefined && (await isReady(api));
}

function nodesFor(binary: Binary, asked: Nodes | undefined): Nodes {
  const nodes = asked ?? (part(binary, 'kwok') === undefined ? 'none' : 'kwok');
  const needed: Component[] = nodes === 'none' ? [] : ['kube-controller-manager', 'kube-scheduler', nodes];
  const absent = needed.filter((one) => part(binary, one) === undefined);
  if (absent.length === 0) return nodes;
  throw new SandboxProblem('environment', `Nodes "${nodes}" need ${absent.join(', ')}, which ${binary.path} doesn't have.`);
}

/** A free port can be taken by someone else before the component listens on it: then everything is tried again. */
async function startWithRetry(name: string, binary: Binary, nodes: Nodes, progress: Progress): Promise<Sandbox> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startAll(name, binary, nodes, progress);
    } catch (error) {
      const again = error instanceof SandboxProblem && /address already in use/.test(error.message) && attempt < 3;
      if (!again) throw error;
      progress('a port was taken by another process: starting again');
      await down({ name });
      mkdirSync(folderOf(name), { mode: 0o700 });
      writeState(name, { phase: 'starting', starter: self(), processes: [], details: null });
    }
  }
}

async function startAll(name: string, binary: Binary, nodes: Nodes, progress: Progress): Promise<Sandbox> {
  const folder = folderOf(name);
  const state: State = { phase: 'starting', starter: self(), processes: [], details: null };
  const launch = (component: Component, args: readonly string[]) => {
    const command = part(binary, component);
    if (command === undefined) return;
    const log = files.log(folder, component);
    state.processes.push(start({ component, file: command.file, args: [...command.args, ...args], log, folder }));
    writeState(name, state);
  };
  // Seen before anything is started, so that a machine that can't have a node is told so at once.
  const machine = nodes === 'kubelet' ? await claimMachine(name, folder) : undefined;
  const [api = 0, client = 0, peer = 0, registryPort = 0, kubelet = 0] = await freePorts(5);
  const layout: Layout = {
    folder,
    nodes,
    host: machine === undefined ? '127.0.0.1' : nodeAddress,
    ports: { api, client, peer, registry: registryPort, kubelet },
    controllers: part(binary, 'kube-controller-manager') !== undefined,
  };
  const people = users.PEOPLE.map(users.withToken);
  const parts = new Map(
    Object.entries({ ...users.COMPONENT_USERS, kubelet: users.kubeletUser() }).map(([component, user]) => [
      component,
      users.withToken(user),
    ]),
  );
  writeFiles(layout, [...people, ...parts.values()]);
  const image = imageProgram(binary);

  progress('starting etcd, the API server and the registry');
  launch('etcd', components.etcd(layout));
  launch('kube-apiserver', components.apiServer(layout));
  launch('registry', components.registry(layout, image));
  const server = `https://${layout.host}:${api}`;
  await ready(state, folder, 'the API server to be ready', 90_000, async () => {
    const authority = readAuthority(folder);
    return authority !== undefined && isReady(connect(server, authority, people[0]?.token ?? ''));
  });
  const authority = readAuthority(folder) ?? '';
  const contexts = users.contextsOf(name);
  writeFileSync(
    files.kubeconfig(folder),
    users.kubeconfig(
      server,
      authority,
      people.map((user, i) => ({ name: [contexts.admin, contexts.editor, contexts.viewer, contexts.nobody][i] ?? '', token: user.token })),
    ),
    { mode: 0o600 },
  );
  for (const [component, user] of parts) {
    const text = users.kubeconfig(server, authority, [{ name: user.name, token: user.token }]);
    writeFileSync(files.componentKubeconfig(folder, component), text, { mode: 0o600 });
  }
  const admin = connect(server, authority, people[0]?.token ?? '');

  progress(`starting the controllers, the scheduler and ${nodes === 'none' ? 'no node' : `a ${nodes} node`}`);
  launch('kube-controller-manager', components.controllerManager(layout));
  if (nodes !== 'none') launch('kube-scheduler', components.scheduler(layout));
  if (nodes === 'kwok') {
    writeFileSync(files.stages(folder), await stagesOf(binary), { mode: 0o600 });
    launch('kwok', components.kwok(layout));
    await createKwokNode(admin);
  }
  if (machine !== undefined) {
    startNode({ machine, layout, launch, state, save: () => writeState(name, state) });
  }
  await bindPeople(admin);
  if (layout.controllers) {
    await ready(state, folder, 'the default ServiceAccount', 60_000, () => defaultServiceAccountExists(admin));
  }
  if (nodes !== 'none') await ready(state, folder, 'the node to be ready', 60_000, () => nodesReady(admin));

  const note = [lacks(binary), image.note].filter((one) => one !== undefined);
  const sandbox: Sandbox = {
    name,
    kubeconfig: files.kubeconfig(folder),
    server,
    registry: part(binary, 'registry') === undefined ? null : `127.0.0.1:${registryPort}`,
    nodes,
    contexts,
    crds: [],
    version: await serverVersion(admin),
    audit_log: files.auditLog(folder),
    bin: binary.path,
    dir: folder,
    notes: note,
  };
  writeState(name, { ...state, phase: 'up', details: sandbox });
  return sandbox;
}

function writeFiles(layout: Layout, all: readonly users.User[]): void {
  const { folder } = layout;
  for (const one of ['logs', 'components', 'certificates']) mkdirSync(join(folder, one), { mode: 0o700 });
  const keys = users.serviceAccountKeys();
  const secret = { mode: 0o600 };
  writeFileSync(files.tokens(folder), users.tokenFile(all), secret);
  writeFileSync(files.serviceAccountKey(folder), keys.private, secret);
  writeFileSync(files.serviceAccountPublic(folder), keys.public, secret);
  writeFileSync(files.auditPolicy(folder), components.AUDIT_POLICY, secret);
}

/** What the first images are made from: the machine's static busybox, else the small program built along with ours. */
function imageProgram(binary: Binary): { busybox?: string; tiny?: string; note: string | undefined } {
  const busybox = findCommand('busybox');
  if (busybox !== undefined && isStatic(busybox)) return { busybox, note: undefined };
  const tiny = join(dirname(binary.path), 'tiny');
  if (binary.kind === 'one' && existsSync(tiny)) {
    return { tiny, note: 'busybox:1 is a stand-in that only knows cat, echo, false, sleep and true: there is no static busybox here.' };
  }
  return { note: 'The registry is empty: there is no static busybox here to make busybox:1 from.' };
}

/** A static ELF file names no interpreter (program header type 3). */
function isStatic(path: string): boolean {
  const content = readFileSync(path);
  if (content.toString('latin1', 0, 4) !== '\x7fELF' || content[4] !== 2) return false;
  const [start, size, count] = [Number(content.readBigUInt64LE(32)), content.readUInt16LE(54), content.readUInt16LE(56)];
  return Array.from({ length: count }, (_, i) => content.readUInt32LE(start + i * size)).every((type) => type !== 3);
}

async function stagesOf(binary: Binary): Promise<string> {
  const command = part(binary, 'stages');
  return command === undefined ? '' : run(command.file, command.args);
}

function readAuthority(folder: string): string | undefined {
  try {
    return readFileSync(files.authority(folder), 'utf8');
  } catch {
    return undefined;
  }
}

/** Waits, and ends at once when a part has died: with the end of its log, where the reason stands. */
async function ready(state: State, folder: string, what: string, withinMs: number, yes: () => Promise<boolean>): Promise<void> {
  const dead = () => state.processes.find((one) => !isAlive(one));
  const held = await until(async () => dead() !== undefined || (await yes()), withinMs);
  const died = dead();
  if (held && died === undefined) return;
  const component = died?.component ?? 'kube-apiserver';
  const reason = died === undefined ? `Waited ${withinMs / 1000} s for ${what}` : `${component} ended while waiting for ${what}`;
  throw new SandboxProblem('failed', `${reason}. The end of ${component}.log:\n${logEnd(files.log(folder, component))}`);
}

function logEnd(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-8).map((line) => line.slice(0, 400)).join('\n');
  } catch {
    return '(no log)';
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
  const state = readState(sandbox.name);
  const details = { ...sandbox, crds: [...sandbox.crds, ...wanted] };
  if (typeof state === 'object') writeState(sandbox.name, { ...state, details });
  return details;
}
