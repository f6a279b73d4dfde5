// One attempt at starting all parts of a sandbox, in the order they need each other.

import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Api, connect, isReady, until } from './api.ts';
import { type Binary, type Component, lacks, part } from './binary.ts';
import { imageProgram } from './busybox.ts';
import * as components from './components.ts';
import { files, type Layout } from './components.ts';
import { applyCrds, type CrdSet } from './crds.ts';
import { bindPeople, createKwokNode, defaultServiceAccountExists, nodesReady, serverVersion } from './furnish.ts';
import * as node from './kubelet.ts';
import { claimMachine, type Machine, NODE_ADDRESS } from './machine.ts';
import { folderOf } from './places.ts';
import { freePorts } from './ports.ts';
import { SandboxProblem } from './problem.ts';
import { bornOf, isAlive, type Process, start } from './processes.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';
import { type Nodes, type Sandbox, type State, writeState } from './state.ts';
import { provideStorage, provisionerArgs } from './storage.ts';
import * as users from './users.ts';

/** This command, as the one that is starting a sandbox. */
export function starting(): State {
  const starter: Process = { component: 'infragate', pid: process.pid, born: bornOf(process.pid) ?? '' };
  return { phase: 'starting', starter, processes: [], details: null };
}

/** Starts everything in the sandbox's (empty) folder and waits until it can be worked with. */
export async function startAll(
  name: string,
  binary: Binary,
  nodes: Nodes,
  crds: readonly CrdSet[],
  progress: Progress,
): Promise<Sandbox> {
  const folder = folderOf(name);
  const state = starting();
  const launchFile = (component: string, file: string, args: readonly string[]) => {
    state.processes.push(start({ component, file, args, log: files.log(folder, component), folder }));
    writeState(name, state);
  };
  const launch = (component: Component, args: readonly string[]) => {
    const command = part(binary, component);
    if (command !== undefined) launchFile(component, command.file, [...command.args, ...args]);
  };
  // Before anything is started, so that a machine that can't be a node says so at once.
  const machine = nodes === 'kubelet' ? await claimMachine(name, folder) : undefined;
  const layout = await layOut(folder, nodes, binary, machine);
  const people = users.PEOPLE.map(users.withToken);
  const parts = Object.entries(users.COMPONENT_USERS).map(([component, user]) => ({
    component,
    user: users.withToken(user),
  }));
  await writeFiles(layout, binary, [...people, ...parts.map((one) => one.user)], machine);
  const image = imageProgram(binary);

  progress('starting etcd, the API server and the registry');
  launch('etcd', components.etcd(layout));
  launch('kube-apiserver', components.apiServer(layout));
  launch('registry', components.registry(layout, image));
  if (machine !== undefined) launchFile('containerd', machine.containerd, node.containerdArgs(folder));
  const server = `https://${layout.host}:${layout.ports.api}`;
  const adminToken = people[0]?.token ?? '';
  await waitFor(state, folder, 'kube-apiserver', 'the API server to be ready', 90_000, async () => {
    const authority = readAuthority(folder);
    return authority !== undefined && isReady(connect(server, authority, adminToken));
  });
  const authority = readAuthority(folder) ?? '';
  writeKubeconfigs(name, folder, server, authority, people, parts);
  const admin = connect(server, authority, adminToken);
  // Before the controllers: the garbage collector learns of a kind that comes later after up to 30 s, and until then a
  // foreground deletion of such an object waits.
  for (const set of crds) await applyCrds(admin, set, progress);

  progress(
    nodes === 'none' ? 'starting the controllers' : `starting the controllers, the scheduler and a ${nodes} node`,
  );
  launch('kube-controller-manager', components.controllerManager(layout));
  if (nodes !== 'none') launch('kube-scheduler', components.scheduler(layout));
  if (nodes === 'kwok') {
    launch('kwok', components.kwok(layout));
    await createKwokNode(admin);
  }
  if (machine !== undefined) {
    await waitFor(state, folder, 'containerd', 'containerd to be ready', 30_000, async () => existsSync(node.SOCKET));
    launch('kubelet', node.kubeletArgs(layout));
    await provideStorage(admin, folder);
    launch('storage-provisioner', provisionerArgs(layout));
    if (machine.iptables) launch('kube-proxy', node.kubeProxyArgs(layout));
  }
  await bindPeople(admin);
  await untilUsable(state, layout, admin);

  const sandbox: Sandbox = {
    name,
    kubeconfig: files.kubeconfig(folder),
    server,
    registry: part(binary, 'registry') === undefined ? null : `127.0.0.1:${layout.ports.registry}`,
    nodes,
    contexts: users.contextsOf(name),
    crds: [...crds],
    operators: [],
    version: await serverVersion(admin),
    audit_log: files.auditLog(folder),
    bin: binary.path,
    dir: folder,
    notes: [lacks(binary), image.note, machine === undefined ? undefined : node.noteOf(machine)].filter(
      (one) => one !== undefined,
    ),
  };
  writeState(name, { ...state, phase: 'up', details: sandbox });
  return sandbox;
}

async function layOut(folder: string, nodes: Nodes, binary: Binary, machine: Machine | undefined): Promise<Layout> {
  const [api = 0, client = 0, peer = 0, registry = 0, kubelet = 0, proxyHealth = 0, proxyMetrics = 0] =
    await freePorts(7);
  return {
    folder,
    nodes,
    host: machine === undefined ? '127.0.0.1' : NODE_ADDRESS,
    ports: { api, client, peer, registry, kubelet, proxyHealth, proxyMetrics },
    controllers: part(binary, 'kube-controller-manager') !== undefined,
  };
}

async function untilUsable(state: State, layout: Layout, admin: Api): Promise<void> {
  const { folder, nodes } = layout;
  const controllers = 'kube-controller-manager';
  if (layout.controllers) {
    await waitFor(state, folder, controllers, 'the default ServiceAccount', 60_000, () =>
      defaultServiceAccountExists(admin),
    );
  }
  if (nodes !== 'none') {
    await waitFor(state, folder, nodes, 'the node to be ready', 60_000, () => nodesReady(admin));
  }
}

async function writeFiles(
  layout: Layout,
  binary: Binary,
  all: readonly users.User[],
  machine: Machine | undefined,
): Promise<void> {
  const { folder, nodes } = layout;
  for (const one of ['logs', 'components', 'certificates'])
    mkdirSync(join(folder, one), { recursive: true, mode: 0o700 });
  const keys = users.serviceAccountKeys();
  const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o600 });
  write(files.tokens(folder), users.tokenFile(all));
  write(files.serviceAccountKey(folder), keys.private);
  write(files.serviceAccountPublic(folder), keys.public);
  write(files.auditPolicy(folder), components.AUDIT_POLICY);
  if (nodes === 'kwok') write(files.stages(folder), await ask(binary, 'stages', []));
  if (machine !== undefined) {
    const { certificate, key } = files.kubeletClient(folder);
    // In this group because the kubelet asks the API server whether the caller may; its own caller may everything.
    await ask(binary, 'certificate', [
      `--cert=${certificate}`,
      `--key=${key}`,
      '--name=kube-apiserver',
      '--group=system:masters',
    ]);
    node.writeNodeFiles(layout, machine);
  }
}

function writeKubeconfigs(
  name: string,
  folder: string,
  server: string,
  authority: string,
  people: readonly users.User[],
  parts: readonly { component: string; user: users.User }[],
): void {
  const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o600 });
  const contexts: Readonly<Record<string, string>> = users.contextsOf(name);
  const entries = people.map((user) => ({ name: contexts[user.name] ?? user.name, token: user.token }));
  write(files.kubeconfig(folder), users.kubeconfig(server, authority, entries));
  write(files.authority(folder), authority);
  for (const { component, user } of parts) {
    write(files.componentKubeconfig(folder, component), users.kubeconfig(server, authority, [user]));
  }
}

async function ask(binary: Binary, component: Component, args: readonly string[]): Promise<string> {
  const command = part(binary, component);
  return command === undefined ? '' : run(command.file, [...command.args, ...args]);
}

/** The last certificate of the API server's file is its authority's; the file is there before it is complete. */
function readAuthority(folder: string): string | undefined {
  try {
    const text = readFileSync(files.serverCertificate(folder), 'utf8');
    const authority = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g)?.at(-1);
    return authority !== undefined && new X509Certificate(authority).ca ? authority : undefined;
  } catch {
    return undefined;
  }
}

/** Waits, and ends at once when a part has died: with the end of its log, where the reason stands. */
async function waitFor(
  state: State,
  folder: string,
  component: string,
  what: string,
  withinMs: number,
  yes: () => Promise<boolean>,
): Promise<void> {
  const dead = () => state.processes.find((one) => !isAlive(one));
  const held = await until(async () => dead() !== undefined || (await yes()), withinMs);
  const died = dead();
  if (held && died === undefined) return;
  const reason =
    died === undefined
      ? `Waited ${withinMs / 1000} s for ${what}`
      : `${died.component} ended while waiting for ${what}`;
  const log = files.log(folder, died?.component ?? component);
  throw new SandboxProblem('failed', `${reason}. The end of ${log}:\n${logEnd(log)}`);
}

function logEnd(path: string): string {
  try {
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    return lines
      .slice(-8)
      .map((line) => line.slice(0, 400))
      .join('\n');
  } catch {
    return '(no log)';
  }
}
