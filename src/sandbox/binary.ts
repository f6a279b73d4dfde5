// Which program plays the parts of the cluster.

import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build, builtPath } from './build.ts';
import { isExecutable } from './command.ts';
import { SandboxProblem } from './problem.ts';
import type { Progress } from './progress.ts';

export type Component =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'kubelet'
  | 'kube-proxy'
  | 'kwok'
  | 'registry'
  | 'stages'
  | 'storage-provisioner'
  | 'certificate';

/** One file that plays every part (ours), or a folder with a file a part (what setup-envtest downloads). */
export type Binary = { kind: 'one'; path: string } | { kind: 'folder'; path: string };

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl'] as const;
const FOR_NODES = [
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'kubelet',
  'kube-proxy',
  'storage-provisioner',
] as const;

/**
 * The first of: INFRAGATE_SANDBOX_BIN, KUBEBUILDER_ASSETS, the platform's package, the cache, `go build`.
 * What a variable names must be right: a wrong one is an error, never passed over in silence.
 */
export async function findBinary(progress: Progress = () => undefined): Promise<Binary> {
  return fromVariable() ?? fromAssets() ?? fromPackage() ?? fromCache() ?? { kind: 'one', path: await build(progress) };
}

/** The binary that a sandbox was started with, from the path it wrote down. */
export const binaryAt = (path: string): Binary => ({ kind: statSync(path).isDirectory() ? 'folder' : 'one', path });

/** How to call a part, or undefined when this binary doesn't have it. */
export function part(binary: Binary, component: Component): { file: string; args: string[] } | undefined {
  if (binary.kind === 'one') return { file: binary.path, args: [component] };
  const file = join(binary.path, component);
  return isExecutable(file) ? { file, args: [] } : undefined;
}

/** A sentence about what a folder of binaries lacks, or undefined. */
export function lacks(binary: Binary): string | undefined {
  const absent = [...FOR_NODES, 'registry' as const].filter((one) => part(binary, one) === undefined);
  return absent.length === 0 ? undefined : `${binary.path} has no ${absent.join(', ')}: the sandbox goes without.`;
}

function fromVariable(): Binary | undefined {
  const value = process.env.INFRAGATE_SANDBOX_BIN;
  if (!value) return undefined;
  const path = resolve(value);
  if (isExecutable(path)) return { kind: 'one', path };
  throw new SandboxProblem('environment', `INFRAGATE_SANDBOX_BIN names ${path}, which is not an executable file.`);
}

function fromAssets(): Binary | undefined {
  const value = process.env.KUBEBUILDER_ASSETS;
  if (!value) return undefined;
  const binary: Binary = { kind: 'folder', path: resolve(value) };
  const absent = NEEDED.filter((one) => part(binary, one) === undefined);
  if (absent.length === 0) return binary;
  throw new SandboxProblem(
    'environment',
    `KUBEBUILDER_ASSETS names ${binary.path}, where ${absent.join(', ')} is missing.`,
  );
}

function fromPackage(): Binary | undefined {
  const path = packageFile('infragate-sandbox');
  return path !== undefined && isExecutable(path) ? { kind: 'one', path } : undefined;
}

/** A file of the platform's package (`npm run pack:sandbox` makes it), where that is installed beside this one. */
export function packageFile(file: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`@infragate/sandbox-${process.platform}-${process.arch}/${file}`);
  } catch {
    return undefined;
  }
}

function fromCache(): Binary | undefined {
  const path = builtPath();
  return path !== undefined && isExecutable(path) ? { kind: 'one', path } : undefined;
}
