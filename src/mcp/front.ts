import { PassThrough, type Readable, type Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type FirstAnswers, firstAnswer, OPENING, type Opening } from './first-answers.ts';

export type { FirstAnswers } from './first-answers.ts';

/**
 * Answers a client's first questions from what the build recorded, while the server isn't loaded yet. The server then
 * reads every message that came, answers those too, and `isAnswered` says which of its responses the client has.
 */
export type Front = {
  /** Everything that came and comes from the client. */
  readonly stdin: Readable;
  /** Resolves when the server is to be loaded: a message needs it, or the client has been silent for a moment. */
  readonly quiet: Promise<void>;
  /** Whether the client has the response with this id already; says so once. */
  isAnswered(id: unknown): boolean;
  /** The server reads from now on. */
  close(): void;
};

/** A client asks for the lists a few milliseconds after `initialize` was answered. */
const QUIET_MS = 40;
/** Loading begins by then, whatever a client sends or doesn't. */
const LATEST_MS = 250;
/** An opening message is a few hundred bytes; a longer line is for the server. */
const MAX_LINE = 64 << 10;
/** What came while the server was being loaded; more waits in the pipe. */
const KEPT_BYTES = 1 << 20;

export function openFront(stdin: Readable, stdout: Writable, answers: FirstAnswers): Front {
  const through = new PassThrough({ highWaterMark: KEPT_BYTES });
  const decoder = new StringDecoder('utf8');
  const answered = new Set<unknown>();
  const { promise: quiet, resolve: load } = Promise.withResolvers<void>();
  const latest = setTimeout(load, LATEST_MS);
  let silence: NodeJS.Timeout | undefined;
  let opening: Opening = OPENING;
  let rest = '';

  function read(chunk: Buffer): void {
    const lines = `${rest}${decoder.write(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) answer(line);
    if (rest.length > MAX_LINE) close();
    clearTimeout(silence);
    silence = setTimeout(load, QUIET_MS);
  }

  function answer(line: string): void {
    const message = line.length > MAX_LINE ? undefined : parsed(line);
    const first = firstAnswer(message, opening, answers);
    if (first !== undefined) {
      opening = first.then;
      answered.add(first.id);
      stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: first.id, result: first.result })}\n`);
    } else if (!isNotification(message)) load();
  }

  function close(): void {
    stdin.off('data', read);
    clearTimeout(silence);
    clearTimeout(latest);
    load();
  }

  stdin.on('data', read);
  stdin.once('end', load);
  stdin.once('error', (error) => through.destroy(error));
  stdin.pipe(through);
  return { stdin: through, quiet, isAnswered: (id) => answered.delete(id), close };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // the server says what is wrong with it
  }
}

const isNotification = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'method' in message && !('id' in message);
