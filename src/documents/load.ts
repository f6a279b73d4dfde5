import { createHash } from 'node:crypto';
import type { RenderChart } from './chart.ts';
import type { Part } from './document.ts';
import {
  DEFAULT_LIMITS,
  type Dialer,
  dial,
  fetchDocument,
  type Limits,
  type Resolver,
  systemResolver,
} from './fetch.ts';
import { pathOf, readPath } from './files.ts';
import { kindOf } from './kind.ts';
import type { LoadAttempt, LoadError, Loaded } from './loaded.ts';
import { rawUrls } from './source-url.ts';

export type LoadOptions = {
  /** Hosts (`docs.corp`, `docs.corp:8443`) whose documents may be read although their address is private. */
  readonly policy?: { readonly allowHosts?: readonly string[] };
  readonly resolver?: Resolver;
  readonly dialer?: Dialer;
  readonly limits?: Partial<Limits>;
  /** How a chart is rendered; left out: its templates are told of as not read. */
  readonly render?: RenderChart;
  /** Where relative paths begin. */
  readonly workspace?: string;
};

/** A URL, a path, or the text itself → its parts, with a digest and the time it was read. Text is data, never instruction. */
export async function load(source: string, options: LoadOptions = {}): Promise<Loaded | LoadError> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const attempts: LoadAttempt[] = [];
  const name = source.trim();
  const failed = ({ reason, message }: Pick<LoadError, 'reason' | 'message'>): LoadError => ({
    ok: false,
    source: shortened(name),
    reason,
    message,
    attempts,
  });

  if (/^https?:\/\/\S+$/i.test(name)) {
    const url = URL.parse(name);
    if (url === null) return failed({ reason: 'SchemeRefused', message: 'it is not a URL' });
    let last: Pick<LoadError, 'reason' | 'message'> = { reason: 'NotFound', message: 'nothing is there' };
    for (const candidate of rawUrls(url)) {
      const fetched = await fetchDocument(
        candidate,
        {
          allowHosts: options.policy?.allowHosts ?? [],
          resolver: options.resolver ?? systemResolver,
          dialer: options.dialer ?? dial,
          limits,
        },
        attempts,
      );
      if (!fetched.ok) {
        last = fetched;
        if (fetched.reason === 'NotFound') continue;
        return failed(fetched);
      }
      const file = decodeURIComponent(fetched.url.pathname.split('/').findLast((p) => p !== '') ?? fetched.url.host);
      const part: Part = { name: file, kind: kindOf(file, fetched.text, fetched.mediaType), text: fetched.text };
      return loaded('url', [part], [], `${fetched.url.origin}${fetched.url.pathname}`);
    }
    return failed(last);
  }
  if (/^[a-z][a-z0-9+.-]*:\/\/\S*$/i.test(name))
    return failed({ reason: 'SchemeRefused', message: 'only http and https URLs, paths and text are read' });

  const there = await pathOf(name, options.workspace ?? process.cwd());
  if (there !== undefined) {
    const read = await readPath(there.path, there.stats, limits, options.render);
    return 'reason' in read ? failed(read) : loaded(read.kind, read.parts, read.notes);
  }
  if (!source.includes('\n') && /^(\.{0,2}\/|~\/)?[\w./-]+$/.test(name) && /[./]/.test(name)) {
    return failed({ reason: 'NotFound', message: 'there is no such file or folder' });
  }
  if (Buffer.byteLength(source) > limits.bytes)
    return failed({ reason: 'TooLarge', message: `it is larger than ${limits.bytes} bytes` });
  return loaded('text', [{ name: 'text', kind: kindOf('text', source), text: source }], []);

  function loaded(kind: Loaded['kind'], parts: Part[], notes: string[], url?: string): Loaded {
    return {
      ok: true,
      source: shortened(name),
      kind,
      ...(url === undefined ? {} : { url }),
      digest: digestOf(parts),
      read_at: new Date().toISOString(),
      parts,
      notes,
      attempts,
    };
  }
}

/** The same text in the same files has the same digest, however it was reached. */
function digestOf(parts: readonly Part[]): string {
  const hash = createHash('sha256');
  if (parts.length === 1) return hash.update(parts[0]?.text ?? '').digest('hex');
  for (const part of parts) hash.update(`${part.name}\0${Buffer.byteLength(part.text)}\0`).update(part.text);
  return hash.digest('hex');
}

const shortened = (text: string) => (text.length <= 200 ? text : `${text.slice(0, 199)}…`);
