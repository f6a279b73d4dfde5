import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';

/** The sandbox's own kubectl as its admin: what it prints, without the last line end. */
export async function kubectlAt(sandbox: Sandbox, ...args: readonly string[]): Promise<string> {
  const given = ['kubectl', '--kubeconfig', sandbox.kubeconfig, ...args];
  return (await promisify(execFile)(sandbox.bin, given)).stdout.trim();
}
