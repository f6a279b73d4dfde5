const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** A Kubernetes quantity as a number, to compare sizes of nodes and Pods; undefined when it isn't one. */
export function amount(text: string): number | undefined {
  const found = /^([0-9]+(?:\.[0-9]+)?)\s*(m|k|K|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/.exec(text.trim());
  const unit = UNITS[found?.[2] ?? ''];
  return found === null || unit === undefined ? undefined : Number(found[1]) * unit;
}
