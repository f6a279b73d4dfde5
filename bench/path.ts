import { down, up } from '../src/sandbox/sandbox.ts';
import { told } from './path/place.ts';
import { STORIES } from './path/stories.ts';

/**
 * Deployments that a scripted agent completes by following `next` alone: calls, tokens of the answers' texts (bytes / 4)
 * and seconds. Exits 1 at a refusal, and over a story's most calls or tokens. The chart is a rendered manifest.
 */
const NAME = `bench-path-${process.pid}`;
const sandbox = await up({ name: NAME, crds: ['cnpg'] });
let failed = false;
try {
  console.log('| story | calls | tokens | seconds | refused |\n|---|---|---|---|---|');
  const all = [];
  for (const stories of STORIES) all.push(...(await told(sandbox, stories)));
  for (const { story, calls, tokens, ms, refused, last } of all) {
    console.log(
      `| ${story.name} | ${calls} | ${tokens} | ${(ms / 1000).toFixed(1)} | ${refused.join('; ') || 'none'} |`,
    );
    if (refused.length > 0 || last.value.stage !== 'completed') failed = true;
    if (calls > story.most.calls || tokens > story.most.tokens) failed = true;
  }
} finally {
  await down({ name: NAME });
}
process.exit(failed ? 1 : 0);
