import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { status } from '../src/sandbox/sandbox.ts';
import { inConversation, playConversation } from './play/conversation.ts';

/**
 * `npm run play -- FILE [--transcript FILE]`: plays the agent's part of a conversation (examples/hello) against the
 * sandbox, in the folder it is called in, with the ledger of `infragate`. The approval is the person's: it waits for
 * `infragate approve` in another terminal.
 */
const { values, positionals } = parseArgs({
  options: { transcript: { type: 'string' }, name: { type: 'string', default: 'default' } },
  allowPositionals: true,
});
const [path] = positionals;
const root = join(import.meta.dirname, '..');
const caller = process.env.INIT_CWD ?? process.cwd();
const sandbox = await status({ name: values.name });
if (path === undefined || sandbox.status !== 'up') {
  console.error(
    path === undefined ? 'npm run play -- FILE [--transcript FILE]' : 'There is no sandbox: infragate sandbox up',
  );
  process.exit(path === undefined ? 2 : 3);
}

const steps = z.array(inConversation).parse(parse(readFileSync(resolve(root, path), 'utf8')));
const played = await playConversation(steps, {
  workspace: caller,
  registry: sandbox.sandbox.registry ?? '',
  server: {
    command: process.execPath,
    args: [join(root, 'src', 'cli.ts'), '--workspace', caller],
    env: { ...process.env, KUBECONFIG: sandbox.sandbox.kubeconfig },
    cwd: caller,
  },
  show: (text) => process.stdout.write(`${text}\n`),
});
if (values.transcript !== undefined) {
  const file = resolve(caller, values.transcript);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, played.markdown);
}
console.log(played.ended);
