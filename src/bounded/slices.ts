/** How long one piece of work may go on before the others have their turn; far below what anyone notices. */
const SLICE_MS = 30;

/**
 * For work on this thread that consists of many small pieces: awaited between them, it lets everything else go on once
 * they have taken long enough together. A piece that is long by itself belongs into a thread (openReader).
 */
export function slices(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await othersFirst();
    since = performance.now();
  };
}

/** Everything else that waits for this thread has its turn. */
export const othersFirst = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A text of this length takes about ten milliseconds to parse. */
const LONG_JSON = 300_000;

/** What a program of ours wrote as JSON, read so that what comes after a long one does not add up with it. */
export async function parsedJson(text: string): Promise<unknown> {
  const value: unknown = JSON.parse(text);
  if (text.length > LONG_JSON) await othersFirst();
  return value;
}
