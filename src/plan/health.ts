/** A health check that is no command: a Service asked through the API server, or an address asked directly. */
export type HealthTarget =
  | { readonly kind: 'service'; readonly name: string; readonly port: string; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/** `service/NAME:PORT/path` (or `service:NAME:PORT/path`), an http(s) URL; undefined for what is a command. */
export function readHealth(entry: string): HealthTarget | undefined {
  const text = entry.trim();
  if (/^https?:\/\/\S+$/i.test(text)) return { kind: 'url', url: text };
  if (!/^service[:/]/i.test(text)) return undefined;
  const service = /^service[:/]([a-z0-9-]+):(\w[\w-]*)(\/\S*)?$/i.exec(text);
  if (service === null) {
    return { kind: 'unreadable', why: `a Service's health is written service/NAME:PORT/path, not "${text}"` };
  }
  return { kind: 'service', name: service[1] ?? '', port: service[2] ?? '', path: service[3] ?? '/' };
}
