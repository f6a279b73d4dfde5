// Files that containerd, the kubelet and CNI write outside of the sandbox's folder, in places that can't be chosen.

import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

export function removeLeftovers(folder: string): void {
  removeShimSockets(folder);
  removeLogLinks(folder);
  removeCniResults();
}

/** containerd's shims put their sockets under /run/containerd, wherever its own state is. */
function removeShimSockets(folder: string): void {
  const bundles = join(folder, 'containerd-state', 'io.containerd.runtime.v2.task', 'k8s.io');
  for (const bundle of entries(bundles)) {
    try {
      rmSync(readFileSync(join(bundles, bundle, 'address'), 'utf8').replace(/^unix:\/\//, ''), { force: true });
    } catch {
      // A bundle that never got as far as a socket.
    }
  }
}

/** The kubelet links every container's log into this folder; its place can't be chosen. */
function removeLogLinks(folder: string): void {
  for (const entry of entries('/var/log/containers')) {
    const link = join('/var/log/containers', entry);
    try {
      if (readlinkSync(link).startsWith(`${folder}/`)) unlinkSync(link);
    } catch {
      // Not a link.
    }
  }
}

/** The CNI library remembers each Pod's attachments here, named by network and Pod; "infragate-" are surely ours. */
function removeCniResults(): void {
  const results = '/var/lib/cni/results';
  const ours = entries(results).flatMap((entry) => entry.match(/^infragate-([0-9a-f]+)-/)?.[1] ?? []);
  for (const entry of entries(results)) {
    if (ours.some((id) => entry.includes(`-${id}-`))) rmSync(join(results, entry), { force: true });
  }
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
