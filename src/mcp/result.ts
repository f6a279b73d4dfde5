import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Performed } from '../engine/index.ts';
import { visibleLines, visibleValue } from '../workflow/visible.ts';

/** An answer of the engine as a client gets it. */
export const result = (performed: Performed): CallToolResult => ({
  content: [{ type: 'text', text: visibleLines(performed.text) }],
  structuredContent: { ...Object(visibleValue(performed.structured)) },
  ...(performed.isError ? { isError: true } : {}),
});
