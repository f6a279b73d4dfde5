import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, expect } from 'vitest';
import type { Ledger, NewEvent } from '../ledger.ts';

/** What somebody does to the stored rows behind the ledger's back. */
export type Tampering =
  | {
      what: 'edit';
      deployment: string;
      seq: number;
      column: 'at' | 'by' | 'fact' | 'previous' | 'hash';
      from: string;
      to: string;
    }
  | { what: 'remove'; deployment: string; from: number; to: number }
  | { what: 'swap'; deployment: string; one: number; other: number }
  | { what: 'body'; digest: string };

export type Rig = {
  /** A new, empty place for a ledger: a folder, a database's address. */
  place(): Promise<string>;
  open(place: string): Promise<Ledger>;
  /** A module that exports `open`, for other processes. */
  module: URL;
  tamper(place: string, how: Tampering): Promise<void>;
};

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

export const event = (mark: string, more: Record<string, unknown> = {}): NewEvent => ({
  at: '2026-03-01T10:00:00.000Z',
  by: { kind: 'agent', client: 'a client' },
  fact: { type: 'mark', mark, ...more },
});
export const learning = (title: string, text: string, tags: string[] = []): NewEvent =>
  event('', { type: 'written', what: 'learning', title, text, tags });

export type Bench = ReturnType<typeof bench>;

/** What the tests work with: ledgers and processes at the backend's places, closed and killed after each test. */
export function bench(rig: Rig) {
  const opened: Ledger[] = [];
  const children: ChildProcessByStdio<null, Readable, null>[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const ledger of opened.splice(0)) ledger.close();
  });
  const open = async (place: string) => {
    const ledger = await rig.open(place);
    opened.push(ledger);
    return ledger;
  };
  const fresh = async () => open(await rig.place());
  /** A process of its own with the ledger open; `lines` grows as it acknowledges. */
  const start = (place: string, ...action: string[]) => {
    const child = spawn(process.execPath, [WORKER, rig.module.href, place, ...action], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const lines = () =>
      text
        .split('\n')
        .slice(0, -1)
        .map((line): unknown => JSON.parse(line));
    const ended = new Promise<number | null>((done) => child.on('close', done));
    return { child, lines, ended };
  };
  const marks = async (ledger: Ledger, deployment: string) => {
    const { rows, damaged } = await ledger.read(deployment);
    expect(damaged).toBeUndefined();
    return rows.map(({ fact }) => (typeof fact === 'object' && fact && 'mark' in fact ? fact.mark : undefined));
  };
  /** A place with ten events and one body, closed again. */
  const written = async () => {
    const place = await rig.place();
    const ledger = await rig.open(place);
    const body = await ledger.put('evidence', 'text/plain');
    const events = Array.from({ length: 9 }, (_, index) => event(`row ${index + 1}`));
    await ledger.append('d', 0, [...events, event('row 10', { body })]);
    await ledger.append('other', 0, [event('untouched')]);
    ledger.close();
    return { place, body };
  };
  return { rig, open, fresh, start, marks, written };
}
