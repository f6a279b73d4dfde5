// A registry of a test's own: with credentials asked for as real registries do it, or with TLS.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findBinary, part } from '../../src/sandbox/binary.ts';

export type RegistryOptions = {
  /** user → password; without any, everyone may do everything. */
  users?: Readonly<Record<string, string>>;
  /** basic: the header at every request; bearer: a token service at /token (what Docker Hub, Quay and GHCR do). */
  auth?: 'basic' | 'bearer';
  anonymousPull?: boolean;
  tls?: boolean;
  /** Path of a static busybox to make busybox:1 from. */
  busybox?: string;
};

export type TestRegistry = {
  /** host:port */
  address: string;
  /** With `tls`: the certificate to trust, in PEM. */
  certificate?: string;
  stop(): Promise<void>;
};

export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const command = part(await findBinary(), 'registry');
  if (command === undefined) throw new Error('this sandbox binary has no registry');
  const folder = mkdtempSync(join(tmpdir(), 'infragate-registry-'));
  const [credentials, certificate, key] = ['credentials', 'tls.crt', 'tls.key'].map((name) => join(folder, name));
  const lines = Object.entries(options.users ?? {}).map(([user, password]) => `${user}:${password}\n`);
  writeFileSync(credentials ?? '', lines.join(''));
  const child = spawn(
    command.file,
    [
      ...command.args,
      '--address=127.0.0.1:0',
      ...(lines.length > 0 ? [`--credentials=${credentials}`, `--auth=${options.auth ?? 'basic'}`] : []),
      ...(options.anonymousPull ? ['--anonymous-pull'] : []),
      ...(options.tls ? [`--tls-cert=${certificate}`, `--tls-key=${key}`] : []),
      ...(options.busybox === undefined ? [] : [`--busybox=${options.busybox}`]),
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const address = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout }).once('line', done);
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`the registry ended with ${code} before it listened`)));
  });
  return {
    address,
    ...(options.tls ? { certificate: readFileSync(certificate ?? '', 'utf8') } : {}),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
