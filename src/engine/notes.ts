import type { Note } from '../report/index.ts';
import { parseEvents } from '../workflow/index.ts';
import { listAll, type Records } from './record.ts';

/** Rows that this version can't read are left out: a list of learnings is advice. */
export async function notesOf(records: Records, what: 'learning' | 'judgement', component?: string): Promise<Note[]> {
  await listAll(records);
  const rows = await records.ledger.notes(what, component);
  const notes = rows.flatMap((row): Note[] => {
    const parsed = parseEvents([row]);
    const event = parsed.ok ? parsed.events[0] : undefined;
    if (event?.fact.type !== 'written') return [];
    const { fact, ...stamp } = event;
    const { type: _, ...written } = fact;
    return written.what === what ? [{ ...written, ...stamp, deployment: row.deployment }] : [];
  });
  return notes.toSorted((a, b) => a.at.localeCompare(b.at));
}
