/**
 * Kubernetes quantities as exact decimals: `units × 10^-9`. Nano is the smallest unit that Kubernetes keeps; like it, we
 * round up what is smaller. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export type Quantity = { readonly nano: bigint };

const BINARY: Readonly<Record<string, bigint>> = {
  Ki: 1024n,
  Mi: 1024n ** 2n,
  Gi: 1024n ** 3n,
  Ti: 1024n ** 4n,
  Pi: 1024n ** 5n,
  Ei: 1024n ** 6n,
};
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,2}|[numkMGTPE]?)$/;

/** '100m', '1.5Gi', '2e3', 2 → a quantity; anything else → undefined. */
export function parseQuantity(value: unknown): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = FORM.exec(String(value).trim());
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  const binary = BINARY[suffix];
  const exponent = /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL[suffix] ?? 0);
  const shift = 9 - fraction.length + (binary === undefined ? exponent : 0);
  const scaled = digits * (binary ?? 1n);
  const nano = shift >= 0 ? scaled * 10n ** BigInt(shift) : ceilDivide(scaled, 10n ** BigInt(-shift));
  return { nano: sign === '-' ? -nano : nano };
}

const ceilDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

export const ZERO: Quantity = { nano: 0n };
export const quantityOf = (whole: number): Quantity => ({ nano: BigInt(Math.trunc(whole)) * 10n ** 9n });
export const add = (a: Quantity, b: Quantity): Quantity => ({ nano: a.nano + b.nano });
export const subtract = (a: Quantity, b: Quantity): Quantity => ({ nano: a.nano - b.nano });
export const times = (a: Quantity, n: number): Quantity => ({ nano: a.nano * BigInt(Math.trunc(n)) });
export const larger = (a: Quantity, b: Quantity): Quantity => (a.nano >= b.nano ? a : b);
export const compareQuantity = (a: Quantity, b: Quantity): -1 | 0 | 1 =>
  a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
export const isZero = (a: Quantity): boolean => a.nano === 0n;

const UNIT = 10n ** 9n;

/**
 * The shortest spelling that is exact: binary units for memory-like sizes (`binary`), m below one, plain numbers else.
 * `formatQuantity(parse(x))` parses to the same quantity.
 */
export function formatQuantity({ nano }: Quantity, style: 'decimal' | 'binary' = 'decimal'): string {
  if (nano < 0n) return `-${formatQuantity({ nano: -nano }, style)}`;
  if (nano % UNIT === 0n) {
    const whole = nano / UNIT;
    if (style === 'binary') {
      for (const [suffix, size] of Object.entries(BINARY).reverse()) {
        if (whole !== 0n && whole % size === 0n) return `${whole / size}${suffix}`;
      }
    }
    return whole.toString();
  }
  if (nano % 10n ** 6n === 0n) return `${nano / 10n ** 6n}m`;
  return nano % 10n ** 3n === 0n ? `${nano / 10n ** 3n}u` : `${nano}n`;
}
