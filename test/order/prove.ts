import { parseArgs } from 'node:util';
import { removePlaces, place as sqlitePlace } from '../../src/state/sqlite/rig.ts';
import { placesOn } from '../postgres/rig.ts';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';
import { judge } from './check.ts';
import { histories } from './histories.ts';

/**
 * `npm run prove:ledger [-- --histories 1000 --seed 1]`: several processes append to and read one ledger, are killed and
 * stopped, PostgreSQL crashes; each history must have an order in which a list with "append with expected head" gives the
 * same answers. Exit code 1 when one has none.
 */
const { values } = parseArgs({
  options: { histories: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const options = {
  histories: Number(values.histories),
  writers: 4,
  operations: 8,
  seed: Number(values.seed),
  disturbEvery: 5,
};
let violations = 0;

async function prove(name: string, all: AsyncIterable<string>): Promise<void> {
  const started = performance.now();
  const judged = await judge(all);
  violations += judged.violations + judged.undecided;
  console.log(
    `${name}: ${judged.histories} histories, ${judged.operations} operations, ${judged.unanswered} never answered, ` +
      `${judged.violations} violations, ${judged.undecided} undecided; ${Math.round((performance.now() - started) / 1000)} s`,
  );
}

const sqlite = { module: new URL('../../src/state/sqlite/rig.ts', import.meta.url), place: await sqlitePlace() };
await prove('SQLite', histories(sqlite, options));
removePlaces();

if (postgresPrograms() === undefined) {
  console.log('PostgreSQL: not judged, it is not installed (apt-get install postgresql)');
} else {
  const server = await startPostgres();
  const place = await placesOn(() => server)();
  const crash = async () => {
    await server.stop('immediate');
    await server.start();
  };
  const postgres = { module: new URL('../postgres/rig.ts', import.meta.url), place };
  await prove('PostgreSQL', histories(postgres, { ...options, crash }));
  await server.end();
}
process.exit(violations === 0 ? 0 : 1);
