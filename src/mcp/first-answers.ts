/**
 * What a client asks first and what is the same for everybody: `initialize`, `server/discover`, ping and the lists. The
 * build asks the server once (scripts/first-answers.ts) and keeps the results, so that a client has them before the
 * server is loaded. In: a message and what the connection agreed on before; out: the recorded result, or undefined where
 * only the server itself can answer.
 */
export type FirstAnswers = {
  /** The results, each once. */
  readonly results: readonly unknown[];
  /** Protocol version → method → place in `results`. */
  readonly legacy: Recorded;
  readonly modern: Recorded;
};

export type Recorded = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What the messages so far have settled: nothing, a version by `initialize`, or a version that each request carries. */
export type Opening = { readonly era: 'none' | 'modern' } | { readonly era: 'legacy'; readonly version: string };

export type FirstAnswer = { readonly id: string | number; readonly result: unknown; readonly then: Opening };

export const OPENING: Opening = { era: 'none' };

type Fields = Readonly<Record<string, unknown>>;

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const INFO = 'io.modelcontextprotocol/clientInfo';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

export function firstAnswer(message: unknown, opening: Opening, answers: FirstAnswers): FirstAnswer | undefined {
  if (!isRequest(message)) return undefined;
  const { id, method, params = {} } = message;
  if (!isFields(params) || !onlyKeys(params, method === 'initialize' ? INITIALIZE : ['_meta'])) return undefined;
  const meta = params._meta ?? {};
  if (!isFields(meta)) return undefined;
  const known = (recorded: Recorded, version: unknown, then: Opening): FirstAnswer | undefined => {
    const place = typeof version === 'string' ? recorded[version]?.[method] : undefined;
    return place === undefined ? undefined : { id, result: answers.results[place], then };
  };

  if (VERSION in meta) {
    if (opening.era === 'legacy' || !isClient(meta[INFO], meta[CAPABILITIES])) return undefined;
    return known(answers.modern, meta[VERSION], method === 'server/discover' ? opening : { era: 'modern' });
  }
  if (opening.era === 'legacy')
    return method === 'initialize' ? undefined : known(answers.legacy, opening.version, opening);
  const version = params.protocolVersion;
  if (opening.era !== 'none' || method !== 'initialize' || typeof version !== 'string') return undefined;
  if (!isClient(params.clientInfo, params.capabilities)) return undefined;
  return known(answers.legacy, version, { era: 'legacy', version });
}

const INITIALIZE = ['protocolVersion', 'clientInfo', 'capabilities', '_meta'];

const onlyKeys = (fields: Fields, keys: readonly string[]): boolean =>
  Object.keys(fields).every((key) => keys.includes(key));

type Request = { readonly id: string | number; readonly method: string; readonly params?: unknown };

function isRequest(message: unknown): message is Request {
  if (!isFields(message) || message.jsonrpc !== '2.0' || typeof message.method !== 'string') return false;
  return typeof message.id === 'string' || Number.isSafeInteger(message.id);
}

/** As the protocol has them; anything odd is for the server to judge. */
function isClient(info: unknown, capabilities: unknown): boolean {
  if (!isFields(info) || !isFields(capabilities)) return false;
  if (!Object.values(info).every((value) => typeof value === 'string')) return false;
  if (!('name' in info && 'version' in info)) return false;
  return Object.entries(capabilities).every(
    ([name, value]) => isFields(value) && (OPEN.includes(name) || Object.values(value).every(isFlag)),
  );
}

const OPEN = ['extensions', 'experimental'];
const isFlag = (value: unknown): boolean => typeof value === 'boolean' || (isFields(value) && isEmpty(value));
const isEmpty = (value: Fields): boolean => Object.keys(value).length === 0;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
