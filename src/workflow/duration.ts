const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `120s`, `2m30s`, `500ms`; a bare number is seconds. */
export function durationMs(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isFinite(text) ? Math.round(text * 1000) : undefined;
  const written = text.trim();
  if (/^\d+(\.\d+)?$/.test(written)) return Math.round(Number(written) * 1000);
  const parts = [...written.matchAll(/(?<!\d)(\d+(?:\.\d+)?)\s*(ms|min|s|m|h)\s*/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== written) return undefined;
  return Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0));
}
