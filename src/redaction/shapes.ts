export const HIDDEN = '[redacted]';

/** Names whose value is a secret, at the end of an identifier (`DB_PASSWORD`, `adminPassword`, `client-secret`). */
const NAMED =
  '(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[-_]?key|(?:private|secret|access|account|auth|signing|encryption)[-_]?key|credentials?)';

const PEM_END = /-----END [A-Z0-9 ]{0,40}-----/;

/** Prefixes that issuers give to their tokens: GitHub, GitLab, Slack, OpenAI and Anthropic, npm, Docker, Hugging Face … */
const ISSUED = [
  'gh[pousr]_[A-Za-z0-9]{20,}',
  'github_pat_\\w{20,}',
  'gl(?:pat|dt|rt|cbt|ptt|soat|agent)-[\\w-]{16,}',
  'xox[abeprs]-[\\w-]{10,}',
  'xapp-[\\w-]{10,}',
  'sk-[\\w-]{20,}',
  '[srp]k_(?:live|test)_[A-Za-z0-9]{10,}',
  'dckr_[po]at_[\\w-]{20,}',
  'lin_(?:api|oauth)_[A-Za-z0-9]{30,}',
  'shp(?:at|ca|pa|pp|pd|ss)(?:a|)_[A-Za-z0-9]{32,}',
  '(?:ntn|gsk|glsa|figd|hf|npm)_[\\w-]{30,}',
  '(?:vcp|vci|vca|vcr|vck|cfk|cfut|cfat)_[A-Za-z0-9]{20,}',
  'tskey-[a-z]{2,20}-[\\w-]{20,}',
  'dapi[A-Fa-f0-9]{32}(?:-\\d)?',
  'AIza[\\w-]{35}',
  'SG\\.[\\w-]{1,128}\\.[\\w-]{1,256}',
  'ops_[\\w-]{40,}',
  'hv[sbr]\\.[\\w-]{20,}',
  'AGE-SECRET-KEY-1[A-Z0-9]{50,}',
  'pul-[a-f0-9]{40}',
  'v2\\.local\\.[\\w-]{20,}',
  'sha256~[\\w-]{6,}',
].join('|');

/** Each is linear: a match begins at a fixed word, and what follows is bounded or ends at a character it can't contain. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [
    /(authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)[ \t]{1,8})[^"'\n]+/gi,
    `$1${HIDDEN}`,
  ],
  [/(authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)(?!\[redacted\])[\w.~+/=-]{16,}/gi, `$1${HIDDEN}`],
  [/\b(bearer[ \t]{1,8})[A-Za-z0-9._~+/=-]{12,}/gi, `$1${HIDDEN}`],
  [/((?:set-)?cookie["']?[ \t]{0,8}:[ \t]{0,8})[^\n"']+/gi, `$1${HIDDEN}`],
  [new RegExp(`(?<![A-Za-z0-9])(?:${ISSUED})`, 'g'), HIDDEN],
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/g, HIDDEN],
  [/(hooks\.slack\.com\/(?:services|workflows)\/)[\w/-]{1,200}/g, `$1${HIDDEN}`],
  [/(:\/\/[^\s:/@"'<>]{0,128}:)[^\s/"'<>]{1,512}@/g, `$1${HIDDEN}@`],
  // A quote without its end hides the rest of the line: to look for the end from each name would take the square.
  // password: x, "token": "x", PASSWORD="two words"; not a reference (`secretName: x`), not an empty value, not `key: password`
  [
    new RegExp(
      `(${NAMED}(?:\\\\?["'])?[ \\t]{0,8}[:=][ \\t]{0,8})(?:\\\\?"(?:[^"\\\\\\n]|\\\\.)+"?|'[^'\\n]+'|[^\\s"',;}\\[{|>\\\\&][^\\s,;}&]*)`,
      'gi',
    ),
    `$1${HIDDEN}`,
  ],
  [new RegExp(`(--?[\\w-]{0,40}${NAMED}[ \\t]{1,8})(?:"[^"\\n]+"|'[^'\\n]+'|[^\\s"'-][^\\s"']*)`, 'gi'), `$1${HIDDEN}`],
  [/((?:^|\s)(?:-u|--user)[ =]?["']?[^\s:"']{1,128}:)[^\s"']+/g, `$1${HIDDEN}`],
];

export function hideShapes(text: string): string {
  let shown = hideJwts(hidePem(text));
  for (const [shape, instead] of SHAPES) shown = shown.replace(shape, instead);
  return shown;
}

/** Private keys from their first line to their last, or to the end of the text; the tail of one whose beginning is gone, too. */
function hidePem(text: string): string {
  if (!text.includes('-----')) return text;
  const parts: string[] = [];
  let inside = false;
  // Split at every line of dashes: a text of 100 KB has at most a few thousand, each looked at once.
  for (const piece of text.split(/(-----(?:BEGIN|END) [A-Z0-9 ]{0,40}-----)/)) {
    const begins = piece.startsWith('-----BEGIN ');
    const secret = /PRIVATE KEY|SECRET/.test(piece.slice(0, 60)) && (begins || PEM_END.test(piece.slice(0, 60)));
    if (secret && begins) {
      if (!inside) parts.push(HIDDEN);
      inside = true;
    } else if (secret) {
      if (!inside) parts.splice(0, parts.length, ...parts.map(withoutKeyTail), HIDDEN);
      inside = false;
    } else if (!inside) parts.push(piece);
  }
  return parts.join('');
}

/** Base64 at the end of a text is the rest of a key that was cut. */
function withoutKeyTail(text: string, index: number, all: readonly string[]): string {
  if (index !== all.length - 1) return text;
  const lines = text.split('\n');
  let at = lines.length;
  while (at > 0 && /^[A-Za-z0-9+/= \t]*$/.test(lines[at - 1] ?? '')) at -= 1;
  return lines.slice(0, at).join('\n') + (at < lines.length && at > 0 ? '\n' : '');
}

/** header.payload.signature, wherever it stands in a word; each word is looked at once. */
function hideJwts(text: string): string {
  if (!text.includes('eyJ')) return text;
  return text.replace(/[\w.-]{20,}/g, (word) => {
    if (!word.includes('eyJ')) return word;
    const parts = word.split('.');
    const shown: string[] = [];
    for (let i = 0; i < parts.length; i += 1) {
      const [part = '', next = ''] = parts.slice(i, i + 2);
      const at = part.indexOf('eyJ');
      const isToken = at >= 0 && part.length - at >= 8 && next.length >= 4;
      shown.push(isToken ? `${part.slice(0, at)}${HIDDEN}` : part);
      if (isToken) i += 2;
    }
    return shown.join('.');
  });
}
