/**
 * The values that a completion offers: what is there now. Nothing is made to look for them (no data folder, no ledger), and
 * what can't be read offers nothing. A value that a line can't carry is left out: the shell would take it for something else.
 */
import type { Ledger } from '../../state/index.ts';

type Value = { readonly value: string; readonly about: string };

export const KINDS = ['deployments', 'contexts', 'sandboxes', 'checks', 'tags', 'approvers'] as const;
export type Kind = (typeof KINDS)[number];

const MOST = 300;

const LISTS: Readonly<Record<Kind, () => Promise<readonly Value[]>>> = {
  async deployments() {
    return fromLedger(async (ledger) => {
      const [rows, lines] = [await ledger.deployments(), new Map((await ledger.lines({})).map((one) => [one.id, one]))];
      return rows
        .toReversed()
        .slice(0, MOST)
        .map(({ id }) => {
          const line = lines.get(id);
          const about = line === undefined ? '' : `${line.component} in ${line.namespace}, ${line.closed || 'open'}`;
          return { value: id, about };
        });
    });
  },
  async contexts() {
    const { listContexts } = await import('../../cluster/index.ts');
    const listed = await listContexts();
    return listed.ok ? listed.value.map((one) => ({ value: one.name, about: one.server ?? '' })) : [];
  },
  async sandboxes() {
    const { list } = await import('../../sandbox/sandbox.ts');
    return (await list()).map((one) => ({ value: one.name, about: one.status }));
  },
  async checks() {
    const { GATES } = await import('../../workflow/index.ts');
    return GATES.flatMap((gate) => gate.checks)
      .filter((check) => check.waivable)
      .map((check) => ({ value: check.name, about: check.asks }));
  },
  async tags() {
    return fromLedger(async (ledger) => {
      const { allLearnings } = await import('../learnings.records.ts');
      const tags = (await allLearnings(ledger)).flatMap((one) => one.tags);
      return [...new Set(tags)].sort().map((value) => ({ value, about: '' }));
    });
  },
  async approvers() {
    const [{ readApprovers }, { dataFolder }] = await Promise.all([
      import('../../approvers/index.ts'),
      import('../../state/index.ts'),
    ]);
    const inUse = (await readApprovers(dataFolder())).filter((key) => key.removed_at === undefined);
    return inUse.map((key) => ({ value: key.name, about: key.id.slice(0, 12) }));
  },
};

/** `value TAB what it is`, a line each. */
export async function valuesOf(kind: Kind): Promise<string[]> {
  const values = await LISTS[kind]().catch(() => []);
  return values
    .filter(({ value }) => value !== '' && !/[\p{C}\p{Zl}\p{Zp}]/u.test(value))
    .map(({ value, about }) => `${value}\t${about.replaceAll(/\s+/g, ' ')}`);
}

async function fromLedger(read: (ledger: Ledger) => Promise<readonly Value[]>): Promise<readonly Value[]> {
  const [{ existsSync }, { join }, { dataFolder, isLedgerError, openLedger }] = await Promise.all([
    import('node:fs'),
    import('node:path'),
    import('../../state/index.ts'),
  ]);
  if (!process.env.INFRAGATE_LEDGER && !existsSync(join(dataFolder(), 'ledger.sqlite'))) return [];
  const ledger = await openLedger();
  if (isLedgerError(ledger)) return [];
  try {
    return await read(ledger);
  } finally {
    ledger.close();
  }
}
