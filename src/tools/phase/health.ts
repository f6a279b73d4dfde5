import type { Reader } from '../../cluster/index.ts';
import type { Redaction } from '../../commands/index.ts';
import { readHealth } from '../../plan/index.ts';
import { fail, pass, type Verdict } from '../../workflow/index.ts';

export type HealthOptions = {
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** What an answer may not show. */
  readonly secrets: readonly Redaction[];
};

const TIMEOUT_MS = 15_000;
/** Of an unhealthy answer, so much is shown. */
const WORDS = 200;

/** A health check that is no command: a Service is asked through the API server, a URL directly. */
export async function askHealth(reader: Reader, target: string, options: HealthOptions): Promise<Verdict> {
  const read = readHealth(target);
  if (read?.kind === 'service') {
    const { name, port, path } = read;
    const answer = await reader.proxy({ namespace: options.namespace, name, port, path });
    if (!answer.ok) return fail('Unhealthy', answer.error.message);
    const { status, body } = answer.value;
    return status < 400 ? healthy(status) : unhealthy(status, body, options);
  }
  if (read?.kind !== 'url') return fail('Unreadable', read?.why ?? 'it is no health check');
  try {
    const answer = await fetch(read.url, {
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      redirect: 'follow',
    });
    if (!answer.ok) return unhealthy(answer.status, await beginningOf(answer), options);
    await answer.body?.cancel();
    return healthy(answer.status);
  } catch (error) {
    return fail('Unreachable', reasonOf(error));
  }
}

const healthy = (status: number): Verdict => pass('Healthy', String(status));

async function unhealthy(status: number, body: string, { secrets }: HealthOptions): Promise<Verdict> {
  const { redact } = await import('../../commands/index.ts');
  const [said = ''] = redact(body, secrets)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return fail('Unhealthy', said === '' ? String(status) : `${status}: ${said.slice(0, WORDS)}`);
}

/** What comes first of a body that may be without end. */
async function beginningOf({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value);
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
