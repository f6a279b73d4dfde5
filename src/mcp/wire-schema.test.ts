import { describe, expect, test } from 'vitest';
import { TOOLS } from '../tools/index.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { toolListing } from './tools.ts';

/** Claude Code cuts a description and the instructions at 2 KB. */
const CUT = 2048;

describe('what clients are told of the tools', () => {
  const listing = toolListing(TOOLS);

  test.each(listing)('$name: fits its place, and its answer may always be a refusal', (tool) => {
    expect(Buffer.byteLength(tool.description)).toBeLessThan(CUT);
    expect(tool.inputSchema).toMatchObject({ type: 'object' });
    expect(tool.inputSchema).not.toHaveProperty('$schema');
    expect(tool.outputSchema).toMatchObject({ type: 'object' });
    expect(tool.outputSchema).not.toHaveProperty('required');
    expect(tool.outputSchema).toHaveProperty('additionalProperties', false);
  });

  test('the whole list costs at most 6,000 tokens (bytes / 4)', () => {
    expect(Buffer.byteLength(JSON.stringify({ tools: listing })) / 4).toBeLessThanOrEqual(6_000);
  });

  test('the instructions fit, begin with deployment-status, and name no tool that does not exist', () => {
    expect(Buffer.byteLength(INSTRUCTIONS)).toBeLessThan(CUT);
    expect(INSTRUCTIONS).toContain('Begin with deployment-status');
    for (const tool of listing) expect(INSTRUCTIONS).toContain(tool.name);
  });
});
