import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initialize, rawClient } from '../test/protocol/support/raw.ts';
import { texts } from '../test/support/drawing.ts';
import { READERS, type Slow, slowness } from '../test/support/hostile.ts';
import { hostileCalls } from '../test/support/hostile-calls.ts';
import { hostileMessages } from '../test/support/hostile-messages.ts';
import { allPatterns, slowWord } from '../test/support/patterns.ts';

/**
 * `npm run fuzz [-- SECONDS [SEED]]`: every reader of text of others, and every tool's input, over pieces drawn from a
 * seed, repeated to 10 and 100 KB. Fails when ten times the text takes more than fifteen times as long, the stack runs
 * out, or a call fails inside the server. The same seed gives the same texts. A second such time goes to the regular
 * expressions, each with texts of its own beginnings; the seed says where among them it begins.
 * A quarter of it goes to a server of its own over stdio: messages that are no JSON-RPC, or broken; after each round a
 * request must be answered.
 */
const [seconds = 120, seed = 1] = process.argv.slice(2).map(Number);
const until = performance.now() + seconds * 1000;
const drawn = texts(seed);
const edge = hostileCalls();
const readers = { ...READERS, ...edge.calls };
const slow: Slow[] = [];
const broken: string[] = [];
let rounds = 0;
while (performance.now() < until) {
  const piece = drawn();
  for (const reader of Object.keys(readers)) {
    if (performance.now() > until) break;
    rounds += 1;
    try {
      const found = await slowness(reader, piece, readers);
      if (found !== undefined) slow.push(found);
    } catch (error) {
      broken.push(`${reader}: ${JSON.stringify(piece)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
await edge.close();
for (const { reader, piece, short_ms, long_ms } of slow)
  console.log(
    `${reader}: ${JSON.stringify(piece)} takes ${Math.round(short_ms)} ms at 10 KB, ${Math.round(long_ms)} ms at 100 KB`,
  );
const patterns = allPatterns();
let looked = 0;
for (const end = performance.now() + seconds * 1000; looked < patterns.length && performance.now() < end; looked += 1) {
  const pattern = patterns[(seed * 7_919 + looked) % patterns.length];
  const word = pattern === undefined ? undefined : slowWord(pattern);
  if (word !== undefined) broken.push(`${pattern?.file}: /${pattern?.source}/ is slow over ${JSON.stringify(word)}`);
}
const sent = await overStdio();
for (const line of broken) console.log(line);
console.log(
  `seed ${seed}: ${rounds} readings, ${slow.length} too slow, ${broken.length} broken; ${looked} of ${patterns.length} patterns; ${sent} messages`,
);
process.exit(slow.length + broken.length === 0 ? 0 : 1);

/** How many messages were sent; a server that ends or no longer answers is broken. */
async function overStdio(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-messages-'));
  const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  const env = { PATH: process.env.PATH ?? '', HOME: folder, INFRAGATE_HOME: join(folder, 'home'), KUBECONFIG: '/none' };
  const client = rawClient({ command: process.execPath, args: [cli], env, cwd: folder });
  const messages = hostileMessages(seed);
  let count = 0;
  try {
    await initialize(client);
    for (const end = performance.now() + seconds * 250; performance.now() < end; ) {
      for (const message of messages()) {
        client.send(message);
        count += 1;
      }
      const late = AbortSignal.timeout(30_000);
      const silent = new Promise<never>((_, reject) =>
        late.addEventListener('abort', () => reject(new Error('the server does not answer any more'))),
      );
      await Promise.race([client.request('ping'), silent]);
    }
    await client.end();
  } catch (error) {
    broken.push(`messages over stdio: ${error instanceof Error ? error.message : String(error)}`);
    client.process.kill();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return count;
}
