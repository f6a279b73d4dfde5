import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { print, prompt } from '../print/index.ts';

/** A person at a terminal. Commands that only a person may give refuse to run without one. */
export const isTerminal = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

export async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

/** Reads a line without showing it. */
export async function askHidden(question: string): Promise<string> {
  prompt(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    print('');
  }
}
