/** Dotted versions by their numbers: `v1.37.2+abc` and `1.37.2` are the same, a missing part is 0. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export const atLeast = (actual: string, wanted: string) => compareVersions(actual, wanted) >= 0;

/** `4.14` names every 4.14.x: only the parts that were said are compared. */
export const says = (claimed: string, actual: string) => {
  const [x, y] = [parts(claimed), parts(actual)];
  return x.every((part, i) => part === (y[i] ?? 0));
};

const parts = (text: string) => (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number);
