/** WWW-Authenticate (RFC 9110 11.6.1) as registries use it: Basic, or Bearer with realm, service and scope. */
export type Challenge = { readonly scheme: string; readonly parameters: Readonly<Record<string, string>> };

export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = /\s*(?:,\s*)?(?:([A-Za-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([A-Za-z][\w-]*)(?=\s|,|$))/y;
  for (;;) {
    const found = token.exec(header);
    if (found === null || found[0] === '') return challenges;
    const [, name, quoted, bare, scheme] = found;
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
    const last = challenges.at(-1);
    if (name !== undefined && last !== undefined) {
      last.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    }
  }
}
