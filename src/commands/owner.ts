import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process holds a lease. `born` tells a reused pid from the process that had it (its start in clock ticks). */
export type Owner = { readonly host: string; readonly pid: number; readonly born: string };

/** The process's start time as Linux counts it; empty where there is no /proc, and then a pid proves nothing. */
function bornOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold blanks; field 22 is the start time.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

export const self = (): Owner => ({ host: hostname(), pid: process.pid, born: bornOf(process.pid) });

/** Provably dead: on this host, with a birth on record that no living process of that pid has. */
export const isDead = (owner: Owner): boolean =>
  owner.host === hostname() && owner.born !== '' && bornOf(owner.pid) !== owner.born;
