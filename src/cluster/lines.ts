/** Bytes → lines; a multi-byte character may be split over two chunks. What has no newline at its end is not a line. */
export async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  for await (const chunk of bytes) {
    const [first, ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    rest.push(first ?? '');
    for (const next of others) {
      const line = rest.join('');
      rest = [next];
      if (line.trim() !== '') yield line;
    }
  }
}
