import { HIDDEN } from './shapes.ts';

/** `kubectl get secret -o yaml|json`: the values under data and stringData, and the copy in the annotation. */
const LAST_APPLIED =
  /("?kubectl\.kubernetes\.io\/last-applied-configuration"?[ \t]{0,8}:[ \t]{0,8})(?:\|-?[ \t]{0,8}\n[^\n]*|"(?:[^"\\]|\\.)*"|[^\n]*)/g;

export function hideSecretManifests(text: string): string {
  if (!text.includes('Secret') || !/(?:kind|[dD]ata)"?[ \t]{0,8}:/.test(text)) return text;
  const json = text.replace(
    /("(?:data|stringData)"[ \t\n]{0,8}:[ \t\n]{0,8}\{)([^{}]*)(\})/g,
    (_all, open: string, body: string, close: string) =>
      `${open}${body.replace(/(:[ \t]{0,8})"(?:[^"\\]|\\.)*"/g, `$1"${HIDDEN}"`)}${close}`,
  );
  return hideYamlData(json.replace(LAST_APPLIED, `$1${HIDDEN}`));
}

function hideYamlData(text: string): string {
  let under: number | undefined;
  let member: number | undefined;
  return text
    .split('\n')
    .flatMap((line) => {
      if (line.trim() === '') return [line];
      const indent = line.length - line.trimStart().length;
      if (under !== undefined && indent <= under) under = undefined;
      if (under === undefined) {
        const block = /^( *(?:- )?)(?:data|stringData):\s*$/.exec(line);
        if (block !== null) {
          under = (block[1] ?? '').length;
          member = undefined;
        }
        return [line];
      }
      member ??= indent;
      if (indent > member) return []; // the body of a block scalar
      const colon = line.indexOf(':');
      return [colon < 0 || line.slice(colon + 1).trim() === '' ? line : `${line.slice(0, colon + 1)} ${HIDDEN}`];
    })
    .join('\n');
}
