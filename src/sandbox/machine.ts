// What a real node changes on the machine outside of the sandbox's folder, and taking all of it back.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { hasProcesses, kubepods, removeGroups } from './cgroups.ts';
import { findCommand, isExecutable } from './command.ts';
import { removeKubeRules } from './iptables.ts';
import { removeLeftovers } from './leftovers.ts';
import { unmountBelow } from './mounts.ts';
import { SandboxProblem } from './problem.ts';
import { isAlive, marked } from './processes.ts';
import { run } from './run.ts';
import { readState } from './state.ts';

export const BRIDGE = 'infragate0';
export const NODE_ADDRESS = '10.88.0.1';
export const POD_CIDR = '10.88.0.0/24';
/** Sockets, and the note which sandbox has the node: there can be one on a machine. */
export const RUN = '/run/infragate-sandbox';
const HOLDER = join(RUN, 'holder.json');

export type Machine = {
  containerd: string;
  /** Folder of the CNI plugins. */
  plugins: string;
  /** Without iptables there is no kube-proxy, and so no Service. */
  iptables: boolean;
};

/** Looks whether this machine can be a node and takes it for this sandbox. Throws a sentence that names all that is missing. */
export async function claimMachine(name: string, folder: string): Promise<Machine> {
  const machine = requirements();
  const other = holder();
  if (other !== undefined && other.folder !== folder && lives(other)) {
    throw new SandboxProblem(
      'environment',
      `Sandbox ${other.name} (in ${other.folder}) has this machine's node; there can be one. Take it down first, or use --nodes kwok.`,
    );
  }
  if (other !== undefined) await giveBack(other.folder);
  if (kubepods().some(hasProcesses)) {
    throw new SandboxProblem(
      'environment',
      'Another kubelet runs Pods on this machine: a second one would fight with it.',
    );
  }
  const taken = Object.entries(networkInterfaces()).find(([, all]) =>
    all?.some((one) => one.address.startsWith('10.88.0.')),
  );
  if (taken !== undefined && taken[0] !== BRIDGE) {
    throw new SandboxProblem('environment', `The Pods' network ${POD_CIDR} is in use on this machine, by ${taken[0]}.`);
  }
  mkdirSync(RUN, { recursive: true, mode: 0o700 });
  writeFileSync(HOLDER, JSON.stringify({ name, folder }));
  await makeNetwork(folder);
  return machine;
}

/** What a node needs of this machine. Throws a sentence that names all that is missing. */
export function requirements(): Machine {
  if (process.platform !== 'linux') {
    throw new SandboxProblem('environment', 'Nodes "kubelet" need Linux. Nodes "kwok" work here.');
  }
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('root');
  const command = (name: string, source: string) => {
    const path = findCommand(name);
    if (path === undefined) missing.push(`${name} (Debian: ${source})`);
    return path ?? '';
  };
  const containerd = command('containerd', 'containerd');
  command('containerd-shim-runc-v2', 'containerd');
  command('runc', 'runc');
  command('ip', 'iproute2');
  command('mount', 'mount');
  const plugins = ['/usr/lib/cni', '/opt/cni/bin'].find((folder) =>
    ['bridge', 'host-local', 'loopback'].every((plugin) => isExecutable(join(folder, plugin))),
  );
  if (plugins === undefined)
    missing.push('the CNI plugins bridge, host-local, loopback (Debian: containernetworking-plugins)');
  if (missing.length > 0) {
    throw new SandboxProblem('environment', `Nodes "kubelet" need what is missing here: ${missing.join(', ')}.`);
  }
  return { containerd, plugins: plugins ?? '', iptables: findCommand('iptables') !== undefined };
}

function holder(): { name: string; folder: string } | undefined {
  try {
    const { name, folder } = JSON.parse(readFileSync(HOLDER, 'utf8'));
    return typeof name === 'string' && typeof folder === 'string' ? { name, folder } : undefined;
  } catch {
    return undefined;
  }
}

/** Read where the holder's folder is: it may belong to another INFRAGATE_HOME. */
function lives(other: { name: string; folder: string }): boolean {
  const state = readState(other.name, other.folder);
  const starting = typeof state === 'object' && state.phase === 'starting' && isAlive(state.starter);
  return starting || (typeof state === 'object' && state.processes.some(isAlive)) || marked(other.folder).length > 0;
}

const SYSCTLS: Readonly<Record<string, string>> = {
  '/proc/sys/net/ipv4/ip_forward': '1',
  '/proc/sys/net/bridge/bridge-nf-call-iptables': '1',
};

/** The bridge is there before the first Pod, because the API server listens on it. What was before is noted first. */
async function makeNetwork(folder: string): Promise<void> {
  const before = Object.keys(SYSCTLS).flatMap((path) =>
    existsSync(path) ? [[path, readFileSync(path, 'utf8').trim()]] : [],
  );
  writeFileSync(join(folder, 'sysctls.json'), JSON.stringify(Object.fromEntries(before)));
  if (!networkInterfaces()[BRIDGE] && !existsSync(`/sys/class/net/${BRIDGE}`)) {
    await run('ip', ['link', 'add', BRIDGE, 'type', 'bridge']);
  }
  await run('ip', ['addr', 'replace', `${NODE_ADDRESS}/24`, 'dev', BRIDGE]);
  await run('ip', ['link', 'set', BRIDGE, 'up']);
  for (const [path, value] of Object.entries(SYSCTLS)) writeSysctl(path, value);
}

function writeSysctl(path: string, value: string): void {
  try {
    if (readFileSync(path, 'utf8').trim() !== value) writeFileSync(path, value);
  } catch {
    // Not there (the bridge module is not loaded) or not ours to write: Services may not work, Pods do.
  }
}

/** Takes back what the node of the sandbox in this folder changed, after its processes are gone. Safe to repeat. */
export async function giveBack(folder: string): Promise<void> {
  await unmountBelow(folder);
  if (holder()?.folder !== folder) return;
  for (const group of kubepods()) removeGroups(group);
  await removeKubeRules();
  if (existsSync(`/sys/class/net/${BRIDGE}`)) await run('ip', ['link', 'delete', BRIDGE]);
  restoreSysctls(folder);
  removeLeftovers(folder);
  rmSync(RUN, { recursive: true, force: true });
}

function restoreSysctls(folder: string): void {
  try {
    const before: Record<string, string> = JSON.parse(readFileSync(join(folder, 'sysctls.json'), 'utf8'));
    for (const [path, value] of Object.entries(before)) if (path in SYSCTLS) writeSysctl(path, value);
  } catch {
    // The folder was deleted by hand: what was before is not known.
  }
}
