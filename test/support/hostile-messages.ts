import { texts } from './drawing.ts';

/** Messages as no client of ours would send them: JSON-RPC that is broken, of the wrong types, too deep, too long, out of turn. */
type Made = (text: string, index: number) => string;

const rpc = (member: string): string => `{"jsonrpc":"2.0",${member}}`;
const json = (text: string): string => JSON.stringify(text);
const METHODS = [
  'initialize', 'ping', 'tools/list', 'tools/call', 'prompts/get', 'prompts/list', 'resources/read', 'resources/list', 'completion/complete',
  'logging/setLevel', 'tasks/get', 'tasks/cancel', 'server/discover', 'notifications/cancelled', 'notifications/initialized', 'notifications/progress',
]; // biome-ignore format: a table of short words

const FORMS: readonly Made[] = [
  (text) => text,
  (text) => json(text),
  (text, i) => rpc(`"id":"h${i}","method":${json(text)}`),
  (text) => rpc(`"id":${json(text)},"method":"tools/call","params":{"name":${json(text)},"arguments":{${json(text)}:1}}`),
  (text, i) => rpc(`"id":"h${i}","method":"tools/call","params":{"name":"deployment-status","arguments":${json(text)}}`),
  (text, i) => rpc(`"id":"h${i}","method":"tools/call","params":[${json(text)}]`),
  (text, i) => rpc(`"id":"h${i}","method":"resources/read","params":{"uri":${json(text)}}`),
  (text, i) => rpc(`"id":"h${i}","method":"prompts/get","params":{"name":${json(text)},"arguments":{"a":${json(text)}}}`),
  (text) => rpc(`"id":[${json(text)}],"method":"ping"`),
  () => rpc('"id":null,"method":"ping"'),
  () => rpc('"id":1e999,"method":"ping"'),
  () => rpc('"id":{"a":1},"method":"tools/list","params":null'),
  (text) => rpc(`"id":"unasked","result":{"content":${json(text)}}`),
  (text) => rpc(`"id":"unasked","error":${json(text)}`),
  (text) => rpc(`"method":"notifications/cancelled","params":{"requestId":${json(text)},"reason":${json(text)}}`),
  (text, i) => rpc(`"id":"h${i}","id":"twice","method":"ping","method":${json(text)}`),
  (text, i) => `{"jsonrpc":${json(text)},"id":"h${i}","method":"ping"}`,
  (_text, i) => `{"id":"h${i}","method":"ping"}`,
  () => '[]',
  (text) => `[${rpc('"id":"b","method":"ping"')},${json(text)},null,1]`,
  () => `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  (_text, i) => rpc(`"id":"h${i}","method":"tools/call","params":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`),
  (text, i) => rpc(`"id":"h${i}","method":${json(text.repeat(20_000).slice(0, 100_000))}`),
  (text, i) => rpc(`"id":"h${i}","method":"ping","params":{"__proto__":{"a":${json(text)}},"constructor":{"prototype":1}}`),
  (_text, i) => `\uFEFF${rpc(`"id":"h${i}","method":"ping"`)}`,
  (_text, i) => rpc(`"id":"h${i}","method":"\\ud800\\u0000\\u2028","params":{}`),
  (text, i) => rpc(`"id":"h${i}","method":${json(METHODS[i % METHODS.length] ?? '')},"params":${json(text)}`),
  (text, i) => rpc(`"id":"h${i}","method":${json(METHODS[i % METHODS.length] ?? '')},"params":{"_meta":${json(text)}}`),
  (text, i) => rpc(`"id":"h${i}","method":"tools/list","params":{"_meta":{"progressToken":{"a":${json(text)}},"io.modelcontextprotocol/protocolVersion":${json(text)}}}`),
  (text, i) => rpc(`"id":"h${i}","method":"tools/list","params":{"cursor":${json(text)}}`),
]; // biome-ignore format: a table of messages

/** The same seed gives the same messages; every form comes once in each round. None but the newline of a piece is in a line. */
export function hostileMessages(seed: number): () => string[] {
  const drawn = texts(seed);
  let made = 0;
  return () =>
    FORMS.map((form) => {
      made += 1;
      return form(drawn(), made);
    });
}
