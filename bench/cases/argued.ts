/** States of Argo CD's tests that we call ready where it does not, with the reason; the rule itself says it, too. */
export const ARGUED: ReadonlyMap<string, string> = new Map([]);
