import { createEngine } from '../../../src/engine/index.ts';
import { TOOLS } from '../../../src/tools/index.ts';

/** A server of its own process that fires one bullet: argv is the data folder and the tool's input as JSON. */
const [home = '', input = '{}'] = process.argv.slice(2);
const engine = createEngine({ home, workspace: home, tools: TOOLS });
process.stdout.write('firing\n');
const performed = await engine.perform({
  tool: 'tracer-bullet',
  input: JSON.parse(input),
  actor: { kind: 'agent', client: 'killed' },
});
process.stdout.write(`${JSON.stringify(performed.structured)}\n`);
await engine.close();
