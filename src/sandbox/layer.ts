// A folder as the one layer of an image, compressed once.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { z } from 'zod';

/** A compressed archive, and the digest that an image's configuration names it by: that of the archive itself. */
export type Layer = { readonly gzipped: Uint8Array; readonly diffId: string };

/** What `writeLayer` leaves beside the archive. */
const Description = z.object({ diff_id: z.string(), versions: z.record(z.string(), z.string()) });

const ARCHIVE = 'layer.tar.gz';
const DESCRIPTION = 'layer.json';

/** Archives a root file system into a folder, without these paths; `versions` say what is in it. */
export async function writeLayer(
  root: string,
  into: string,
  without: readonly string[],
  versions: Readonly<Record<string, string>>,
): Promise<void> {
  const args = [
    '--numeric-owner',
    '--sort=name',
    ...without.map((path) => `--exclude=./${path}`),
    '-C',
    root,
    '-c',
    '.',
  ];
  const tar = spawn('tar', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  tar.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const ended = new Promise<number | null>((done, failed) => {
    tar.on('error', failed);
    tar.on('close', done);
  });
  const hash = createHash('sha256');
  const counting = new Transform({
    transform(chunk: Buffer, _, next) {
      hash.update(chunk);
      next(null, chunk);
    },
  });
  await pipeline(tar.stdout, counting, createGzip({ level: 3 }), createWriteStream(join(into, ARCHIVE)));
  if ((await ended) !== 0) throw new Error(`tar of ${root}: ${said.trim()}`);
  const description = { diff_id: `sha256:${hash.digest('hex')}`, versions };
  writeFileSync(join(into, DESCRIPTION), JSON.stringify(description));
}

export function readLayer(folder: string): { layer: Layer; versions: Readonly<Record<string, string>> } {
  const { diff_id, versions } = Description.parse(JSON.parse(readFileSync(join(folder, DESCRIPTION), 'utf8')));
  return { layer: { gzipped: readFileSync(join(folder, ARCHIVE)), diffId: diff_id }, versions };
}
