// The program in the registry's first images.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Binary } from './binary.ts';
import { findCommand } from './command.ts';
import { tar } from './tar.ts';

/** What the first images are made from: the machine's static busybox, else the small program built along with ours. */
export function imageProgram(binary: Binary): { busybox?: string; tiny?: string; note: string | undefined } {
  const busybox = findCommand('busybox');
  if (busybox !== undefined && isStatic(readFileSync(busybox))) return { busybox, note: undefined };
  const tiny = join(dirname(binary.path), 'tiny');
  if (binary.kind === 'one' && existsSync(tiny)) {
    return {
      tiny,
      note: 'busybox:1 is a stand-in that knows cat, echo, false, sleep and true: there is no static busybox here.',
    };
  }
  return { note: 'The registry is empty: there is no static busybox here to make busybox:1 from.' };
}

/** The root of an image of the machine's static busybox, with its applets linked; undefined when there is none here. */
export async function staticBusybox(): Promise<Uint8Array | undefined> {
  const path = findCommand('busybox');
  if (path === undefined) return undefined;
  const content = readFileSync(path);
  if (!isStatic(content)) return undefined;
  const program = { content, mode: 0o755 };
  const applets = ['sh', 'sleep'];
  return tar(Object.fromEntries(['busybox', ...applets].map((name) => [`bin/${name}`, program])));
}

/** Whether an ELF file names no interpreter (program header type 3), and so runs in an image of nothing else. */
export function isStatic(content: Buffer): boolean {
  if (content.toString('latin1', 0, 4) !== '\x7fELF' || content[4] !== 2) return false;
  const [offset, size, count] = [
    Number(content.readBigUInt64LE(32)),
    content.readUInt16LE(54),
    content.readUInt16LE(56),
  ];
  return Array.from({ length: count }, (_, i) => content.readUInt32LE(offset + i * size)).every((type) => type !== 3);
}
