import { createServer } from 'node:http';
import { z } from 'zod';

/**
 * Stands in for the language model only: it says what it is told to, one turn a request, and keeps what it was sent. The
 * client around it, its hooks, commands and MCP connection are the real ones.
 */
export type Turn = { readonly say: string } | { readonly call: string; readonly input: Record<string, unknown> };

export type Model = { readonly url: string; readonly requests: readonly ModelRequest[]; close(): Promise<void> };
export type ModelRequest = { readonly tools: readonly string[]; readonly text: string; readonly last: string };

const request = z.object({
  model: z.string(),
  tools: z.array(z.object({ name: z.string() })).default([]),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
});

export async function startModel(turns: readonly Turn[]): Promise<Model> {
  const requests: ModelRequest[] = [];
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += String(chunk);
    if (!/^\/v1\/messages(\?|$)/.test(req.url ?? '')) {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":1}');
      return;
    }
    const { model, tools, messages } = request.parse(JSON.parse(body));
    const names = tools.map((one) => one.name);
    // The client asks small questions of its own besides (a title, a topic); those have no shell.
    const isMain = names.includes('Bash');
    const turn = (isMain ? turns[requests.length] : undefined) ?? { say: 'done' };
    if (isMain) {
      const words = messages.map((one) => JSON.stringify(one.content));
      requests.push({ tools: names, text: words.join('\n'), last: words.at(-1) ?? '' });
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [type, data] of stream(model, turn))
      res.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One answer as the Messages API streams it. */
function stream(model: string, turn: Turn): [string, Record<string, unknown>][] {
  const says = 'say' in turn;
  const id = Math.random().toString(36).slice(2);
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const block = says ? { type: 'text', text: '' } : { type: 'tool_use', id: `call_${id}`, name: turn.call, input: {} };
  const delta = says
    ? { type: 'text_delta', text: turn.say }
    : { type: 'input_json_delta', partial_json: JSON.stringify(turn.input) };
  return [
    ['message_start', { message }],
    ['content_block_start', { index: 0, content_block: block }],
    ['content_block_delta', { index: 0, delta }],
    ['content_block_stop', { index: 0 }],
    ['message_delta', { delta: { stop_reason: says ? 'end_turn' : 'tool_use', stop_sequence: null }, usage }],
    ['message_stop', {}],
  ];
}
