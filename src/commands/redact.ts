/** What must not be shown: a value (hidden in the spellings it may come in) or a pattern. */
export type Redaction = string | RegExp;

export const HIDDEN = '[redacted]';

/** A shorter value would hide half of any text; whoever has such a secret has none. */
const SHORTEST = 4;

const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|SECRET)[A-Z0-9 ]*-----/.source;
const PEM_END = /-----END [A-Z0-9 ]*(?:PRIVATE KEY|SECRET)[A-Z0-9 ]*-----/.source;
const NAMED = /(?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|private[-_]?key|client[-_]?secret|credentials?)/
  .source;

/** Shapes that are secret whoever prints them; `$1` is what may stay. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${PEM_BEGIN}[\\s\\S]*?(?:${PEM_END}|$(?![\\s\\S]))`, 'g'), HIDDEN],
  // The tail of a key whose beginning was cut off.
  [new RegExp(`^(?:[A-Za-z0-9+/=]{16,}\\s+)*[A-Za-z0-9+/=]*\\s*${PEM_END}`, 'g'), HIDDEN],
  [/\b(authorization\s*[:=]\s*["']?(?:bearer|basic|token)\s+)[^\s"',;]+/gi, `$1${HIDDEN}`],
  [/\b(bearer\s+)[A-Za-z0-9._~+/=-]{12,}/gi, `$1${HIDDEN}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g, HIDDEN],
  [/\bsha256~[A-Za-z0-9_-]{20,}/g, HIDDEN], // OpenShift's OAuth tokens
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{20,})/g, HIDDEN],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, HIDDEN],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,128}:)[^\s@/]{1,512}(@)/gi, `$1${HIDDEN}$2`],
  // password: x, "token": "x", PASSWORD=x; not a reference (`secretName: x`, `key: password`) and not an empty value
  [
    new RegExp(`((?:^|[\\s{,"'_-])["']?[\\w.-]{0,64}${NAMED}["']?\\s*[:=]\\s*")(?:[^"\\\\\\n]|\\\\.)+(")`, 'gim'),
    `$1${HIDDEN}$2`,
  ],
  [new RegExp(`((?:^|[\\s{,"'_-])["']?[\\w.-]{0,64}${NAMED}["']?\\s*[:=]\\s*')[^'\\n]+(')`, 'gim'), `$1${HIDDEN}$2`],
  [
    new RegExp(`((?:^|[\\s{,"'_-])["']?[\\w.-]{0,64}${NAMED}["']?\\s*[:=][ \\t]*)[^\\s"',}\\[{|>][^\\s,}]*`, 'gim'),
    `$1${HIDDEN}`,
  ],
];

/** Text with what is secret in it hidden: the given values (also in base64, URL and JSON spelling) and known shapes. */
export function redact(text: string, given: readonly Redaction[] = []): string {
  let shown = text;
  for (const value of spellings(given)) shown = shown.replaceAll(value, HIDDEN);
  for (const pattern of given) {
    if (typeof pattern !== 'string') shown = shown.replace(everywhere(pattern), HIDDEN);
  }
  shown = hideSecretManifests(shown);
  for (const [shape, instead] of SHAPES) shown = shown.replace(shape, instead);
  return shown;
}

const everywhere = (pattern: RegExp): RegExp =>
  pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);

function spellings(given: readonly Redaction[]): string[] {
  const values = given.flatMap((value) => (typeof value === 'string' ? [value, value.trim()] : []));
  const all = values.flatMap((value) => {
    if (value.length < SHORTEST) return [];
    const base64 = Buffer.from(value).toString('base64');
    return [value, base64, base64.replace(/=+$/, ''), encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
  });
  return [...new Set(all)].sort((a, b) => b.length - a.length);
}

const LAST_APPLIED =
  /("?kubectl\.kubernetes\.io\/last-applied-configuration"?\s*:\s*)(?:\|-?\s*\n[^\n]*|"(?:[^"\\]|\\.)*"|[^\n]*)/g;

/** `kubectl get secret -o yaml|json`: the values under data and stringData, and the copy in the annotation. */
function hideSecretManifests(text: string): string {
  if (!/\bkind"?\s*:\s*"?Secret(List)?\b|\bdata"?\s*:|\bstringData"?\s*:/.test(text) || !/Secret/.test(text))
    return text;
  const json = text.replace(
    /("(?:data|stringData)"\s*:\s*\{)([^{}]*)(\})/g,
    (_all, open: string, body: string, close: string) =>
      `${open}${body.replace(/(:\s*)"(?:[^"\\]|\\.)*"/g, `$1"${HIDDEN}"`)}${close}`,
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
        const block = /^(\s*(?:- )?)(?:data|stringData):\s*$/.exec(line);
        if (block !== null) {
          under = (block[1] ?? '').length;
          member = undefined;
        }
        return [line];
      }
      member ??= indent;
      if (indent > member) return []; // the body of a block scalar
      return [line.replace(/^(\s*[^:\s][^:]*:)(\s+\S.*)$/, `$1 ${HIDDEN}`)];
    })
    .join('\n');
}
