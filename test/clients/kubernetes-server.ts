import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

/** Stands in for another Kubernetes MCP server, with the tool names of a well-known one; it only says that it was called. */
const server = new McpServer({ name: 'kubernetes', version: '1.0.0' });
for (const name of ['pods_delete', 'pods_list_in_namespace']) {
  server.registerTool(
    name,
    { description: name, inputSchema: { namespace: z.string(), name: z.string().optional() } },
    async () => ({ content: [{ type: 'text', text: `answered: ${name}` }] }),
  );
}
await server.connect(new StdioServerTransport());
