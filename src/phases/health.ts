import type { IncomingMessage } from 'node:http';
import type { Reader } from '../cluster/index.ts';
import { readHealth } from '../plan/index.ts';
import { redact } from '../redaction/index.ts';
import { fail, pass, type Verdict } from '../workflow/index.ts';
import { shortened } from '../workflow/shortened.ts';

export type HealthOptions = {
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** Hosts that the operator's policy lists although their addresses are private. */
  readonly hosts: readonly string[];
  /** What an answer may not show. */
  readonly secrets: readonly string[];
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
  return askAddress(new URL(read.url), options);
}

/** Guarded as the addresses of documents are, and asked once: where it redirects to was approved by nobody. */
async function askAddress(url: URL, options: HealthOptions): Promise<Verdict> {
  const { dial, permitted, systemResolver } = await import('../documents/index.ts');
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const allowed = await permitted(url, { allowHosts: options.hosts, resolver: systemResolver, guard: GUARD }, signal);
  if (!allowed.ok) return fail(allowed.reason, allowed.message);
  const { address, family } = allowed;
  try {
    const answer = await dial({ url, address, family, signal });
    const status = answer.statusCode ?? 0;
    if (status >= 300 && status < 400) {
      answer.destroy();
      const to = URL.parse(answer.headers.location ?? '', url.href);
      return fail(
        'Redirected',
        `${status}: it redirects${to === null ? '' : ` to ${to.origin}${to.pathname}`}, which is not followed; name the address that answers`,
      );
    }
    if (status >= 200 && status < 300) {
      answer.destroy();
      return healthy(status);
    }
    return unhealthy(status, await beginningOf(answer), options);
  } catch (error) {
    return fail('Unreachable', reasonOf(error));
  }
}

const GUARD = { what: 'health checks are sent to', setting: 'health_hosts' };
/** Of a body, so much is read. */
const BODY_BYTES = 64 * 1024;

const healthy = (status: number): Verdict => pass('Healthy', String(status));

async function unhealthy(status: number, body: string, { secrets }: HealthOptions): Promise<Verdict> {
  const [said = ''] = redact(body, secrets)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return fail('Unhealthy', said === '' ? String(status) : `${status}: ${shortened(said, WORDS)}`);
}

/** What comes first of a body that may be without end. */
async function beginningOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size >= BODY_BYTES) break;
  }
  answer.destroy();
  return Buffer.concat(chunks).subarray(0, BODY_BYTES).toString('utf8');
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
