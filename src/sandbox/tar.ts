// The little of the tar format (POSIX ustar) that an image layer of a few files needs.

export type File = { content: string | Uint8Array; mode?: number } | { link: string };

/** An archive of these files, by path without a leading slash. Folders above them are made, with mode 0755. */
export function tar(files: Readonly<Record<string, File>>): Buffer {
  const paths = Object.keys(files).sort();
  const folders = new Set(
    paths.flatMap((path) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, i, parts) => `${parts.slice(0, i + 1).join('/')}/`),
    ),
  );
  const blocks = [...folders].sort().map((folder) => header(folder, 0, 0o755, '5'));
  for (const path of paths) {
    const file = files[path] ?? { content: '' };
    if ('link' in file) {
      blocks.push(header(path, 0, 0o777, '2', file.link));
      continue;
    }
    const { content, mode = 0o644 } = file;
    const body = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
    blocks.push(header(path, body.length, mode, '0'), body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Times are zero, so that the same files are always the same layer. */
function header(path: string, size: number, mode: number, kind: '0' | '2' | '5', link = ''): Buffer {
  for (const one of [path, link])
    if (Buffer.byteLength(one) > 99) throw new Error(`a path in this tar may have 99 bytes: ${one}`);
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  block.write(path, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148);
  block.write(kind, 156);
  block.write(link, 157);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
