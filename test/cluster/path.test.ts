import { expect, test } from 'vitest';
import { told } from '../../bench/path/place.ts';
import { STORIES } from '../../bench/path/stories.ts';
import { sandbox, setTheStage } from './support/stage.ts';

setTheStage('path', { crds: ['cnpg'] });

// bench/path.ts prints the same as a table.
test.each(STORIES.map((stories) => [stories.map((s) => s.name).join(', then '), stories] as const))(
  '%s: completed by following next, without a refusal',
  async (_, stories) => {
    for (const { story, calls, tokens, refused, tools, last } of await told(sandbox, stories)) {
      const shown = `${story.name}: ${calls} calls, ${tokens} tokens: ${tools.join(' → ')}\n${last.text}`;
      expect(refused, shown).toEqual([]);
      expect(last.value.stage, shown).toBe('completed');
      expect(calls, shown).toBeLessThanOrEqual(story.most.calls);
      expect(tokens, shown).toBeLessThanOrEqual(story.most.tokens);
    }
  },
  300_000,
);
