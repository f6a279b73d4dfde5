// PreToolUse: stops raw writes to a namespace with an open deployment, and decisions that are a person's. Anything that
// goes wrong here stops the command too (exit 2, and onFailure in hooks.json).
import { readFileSync } from 'node:fs';
import { judge } from './judge.mjs';
import { dataFolder, readPermits } from './permits.mjs';

try {
  const { tool_input: input, cwd } = JSON.parse(readFileSync(0, 'utf8'));
  if (typeof input?.command !== 'string') throw new Error('the call has no command');
  const home = dataFolder();
  const because = judge(input.command, { cwd: cwd ?? process.cwd(), permits: readPermits(home), home });
  if (because !== undefined) {
    const decision = { hookEventName: 'PreToolUse', permissionDecision: 'deny', permissionDecisionReason: because };
    process.stdout.write(JSON.stringify({ hookSpecificOutput: decision }));
  }
} catch (error) {
  process.stderr.write(`infragate's guard could not judge this command, so it stops: ${error.message}\n`);
  process.exitCode = 2;
}
