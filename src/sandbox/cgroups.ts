// The kubelet's control groups.

import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const CGROUPS = '/sys/fs/cgroup';

/** The kubelet's top group, once for each controller (cgroup v1) or once (v2). */
export function kubepods(): string[] {
  const roots = existsSync(join(CGROUPS, 'cgroup.controllers'))
    ? [CGROUPS]
    : readdirSync(CGROUPS).map((one) => join(CGROUPS, one));
  return roots.map((root) => join(root, 'kubepods')).filter(existsSync);
}

export function hasProcesses(group: string): boolean {
  return subgroups(group).some((one) => {
    try {
      return readFileSync(join(one, 'cgroup.procs'), 'utf8') !== '';
    } catch {
      return false;
    }
  });
}

function subgroups(group: string): string[] {
  const below = readdirSync(group, { withFileTypes: true }).filter((one) => one.isDirectory());
  return [...below.flatMap((one) => subgroups(join(group, one.name))), group];
}

export function removeGroups(group: string): void {
  for (const one of subgroups(group)) {
    try {
      rmdirSync(one);
    } catch {
      // Still has a process that is just ending; an empty group left over harms nothing.
    }
  }
}
