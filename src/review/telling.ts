import { type Danger, type Fact, fact, worstOf } from './fact.ts';

/**
 * Pieces of shell text that an approver must see wherever they stand: in a command, a script, a container's arguments, a
 * ConfigMap's value. A table of words; nothing is concluded from a text without them.
 */
type Sign = { readonly danger: Danger; readonly what: string; readonly pattern: RegExp };

const SIGNS: readonly Sign[] = [
  { danger: 3, what: 'pipes into a shell', pattern: /\|\s*(sudo\s+)?(\/[^\s|]{0,40}\/)?(env\s+)?(ba|da|z|k|a)?sh\b/ },
  {
    danger: 3,
    what: 'pipes into an interpreter',
    pattern: /\|\s*(sudo\s+)?(\/[^\s|]{0,40}\/)?(env\s+)?(python\d?|perl|ruby|node|php)\s*(-\s*)?($|[|;&)])/,
  },
  { danger: 3, what: 'opens a connection of its own', pattern: /\/dev\/(tcp|udp)\/|\b(ncat|socat|telnet)\b|\bnc\s/ },
  { danger: 3, what: 'decodes what it runs', pattern: /\bbase64\s+(-d|-D|--decode)\b|\bxxd\s+-r\b|\bopenssl\s+enc\b/ },
  {
    danger: 3,
    what: 'enters the node',
    pattern: /\bnsenter\b|\bchroot\b|\/var\/run\/docker\.sock|\b(crictl|ctr|nerdctl|docker|podman)\s/,
  },
  {
    danger: 3,
    what: 'reads credentials',
    pattern: /\/var\/run\/secrets|\.kube\/config|config\s+view\b|\bget\s+secrets?\b|\bcreate\s+token\b|\.aws\/|id_rsa/,
  },
  {
    danger: 3,
    what: 'reads credentials',
    pattern:
      /\/etc\/shadow\b|\bsecretsmanager\b|\bssm\s+get-parameter|\bvault\s+(kv|read)\b|\bgcloud\s+secrets\b|\bkeyvault\s+secret\b|\b(oc|docker|podman|helm\s+registry|az|gcloud\s+auth)\s+login\b|\bget-credentials\b/,
  },
  {
    danger: 2,
    what: 'prints its environment',
    pattern: /(^|[;&|(]\s*)(env|printenv|export\s+-p|declare\s+-[px])\s*($|[|;&)>])|\/proc\/[^\s/]{1,20}\/environ\b/,
  },
  {
    danger: 2,
    what: 'publishes',
    pattern:
      /\b(docker|podman|buildah|crane|skopeo|oras|helm|git)\s+(push|copy|cp)\b|\b(npm\s+publish|twine\s+upload)\b/,
  },
  {
    danger: 2,
    what: 'opens the API server to whoever asks it',
    pattern: /\b(kubectl|oc)\b.{0,200}\bproxy\b/,
  },
  {
    danger: 3,
    what: 'takes rights',
    pattern:
      /\bcluster-admin\b|clusterrolebinding|\bauth\s+reconcile\b|--as(=|\s)|system:masters|\badd-(scc|role|cluster-role)-to-\w|\bcertificate\s+approve\b/,
  },
  {
    danger: 3,
    what: 'names another cluster',
    pattern: /--context(=|\s)|--kubeconfig(=|\s)|--server(=|\s)|--token(=|\s)|\bKUBECONFIG=/,
  },
  {
    danger: 2,
    what: 'evaluates text',
    pattern:
      /\beval\b|\b(ba|da|z|k)?sh\s+-\w*c\b|\b(python\d?|perl|ruby|node|php|lua)\s+(-[cer]\b|--eval\b)|\bxargs\b|\bawk\b.{0,200}\bsystem\s*\(|(^|[;&|]\s*)(source|\.)\s+<\(/,
  },
  {
    danger: 2,
    what: 'fetches from the network',
    pattern: /\b(curl|wget|aria2c|ftp|scp|sftp|rsync|ssh)\b|\bgit\s+(clone|pull|fetch)\b/,
  },
  {
    danger: 2,
    what: 'installs programs',
    pattern: /\b(apt|apt-get|yum|dnf|apk|pip\d?|npm|gem|go)\s+(install|add|get)\b/,
  },
  {
    danger: 2,
    what: 'deletes',
    pattern:
      /\brm\s+-\w*[rf]|\b(kubectl|oc)\b.{0,200}\bdelete\b|\bhelm\b.{0,80}\b(uninstall|delete)\b|\bdrop\s+(table|database|schema)\b|\btruncate\s|\bmkfs|\bdd\s+if=|\bflushall\b|\bprune\b|\bdelete\s+from\b|\bdropDatabase\b|\b(terraform|tofu|pulumi)\b.{0,80}\bdestroy\b|\bfind\b.{0,200}\s-delete\b|\bshred\b/i,
  },
  {
    danger: 2,
    what: 'writes to the cluster',
    pattern:
      /\b(kubectl|oc)\b.{0,200}\b(create|apply|patch|replace|edit|label|annotate|scale|set|expose|run|debug|exec|cp|attach|drain|cordon|taint|autoscale|adm|rollout\s+(undo|restart|pause|resume)|certificate)\b|\bhelm\b.{0,80}\b(install|upgrade|rollback)\b/,
  },
  { danger: 2, what: 'looks at other namespaces', pattern: /--all-namespaces\b|\s-A\b|\bkube-system\b/ },
  {
    danger: 2,
    what: 'changes rights of files',
    pattern: /\bchmod\s+(-R\s+)?([0-7]*7[0-7]{2}|\+s|u\+s)|\bsudo\b|\bchown\s+(-R\s+)?root/,
  },
  {
    danger: 2,
    what: 'loosens what protects',
    pattern:
      /--?(allow-all|insecure\S*|no-auth\S*|disable-auth\S*|skip-(tls|verify)\S*|anonymous\S*|unsafe\S*|no-verify|force-conflicts)\b|\bverify=(false|0)\b|protected-mode no/i,
  },
  { danger: 2, what: 'stays after it ends', pattern: /\bnohup\b|\bcrontab\b|\bdisown\b|\bsetsid\b/ },
];

/** One look instead of one for each sign: most texts have none. */
const ANY_SIGN = new RegExp(SIGNS.map(({ pattern }) => `(?:${pattern.source})`).join('|'), 'im');

export type Told = {
  readonly line: number;
  readonly text: string;
  readonly what: readonly string[];
  readonly danger: Danger;
};

/** Lines longer than this are looked at in pieces of this length that overlap: no pattern is tried on more. */
const PIECE = 2_000;
const OVERLAP = 300;

/** The telling lines of a text, counted from 1. */
export function tellingLines(text: string): Told[] {
  if (text.length <= PIECE && !ANY_SIGN.test(text)) return [];
  return text.split('\n').flatMap((line, index): Told[] => {
    const found = SIGNS.filter(({ pattern }) => pieces(line).some((piece) => pattern.test(piece)));
    if (found.length === 0) return [];
    const at = firstMatch(line, found);
    return [
      {
        line: index + 1,
        text: at < 120 ? line : `… ${line.slice(Math.max(0, at - 40))}`,
        what: found.map((s) => s.what),
        danger: worstOf(found.map((s) => s.danger)),
      },
    ];
  });
}

const pieces = (line: string): string[] => {
  const all: string[] = [];
  for (let from = 0; from === 0 || from < line.length; from += PIECE - OVERLAP)
    all.push(line.slice(from, from + PIECE));
  return all;
};

function firstMatch(line: string, signs: readonly Sign[]): number {
  let first = line.length;
  for (let from = 0; from < line.length && first === line.length; from += PIECE - OVERLAP) {
    const piece = line.slice(from, from + PIECE);
    for (const { pattern } of signs) {
      const at = pattern.exec(piece)?.index;
      if (at !== undefined) first = Math.min(first, from + at);
    }
  }
  return first;
}

/** The facts of a text that may be run: its most dangerous lines, with where they stand. */
export function tellingFacts(text: string, where: string, most = 3): Fact[] {
  const told = tellingLines(text).sort((a, b) => b.danger - a.danger);
  const several = text.includes('\n');
  const shown = told
    .slice(0, most)
    .map((one) =>
      fact(one.danger, `${where}${several ? ` line ${one.line}` : ''} ${one.what.join(', ')}: ${one.text.trim()}`),
    );
  return told.length > most
    ? [...shown, fact(told[most]?.danger ?? 0, `${where} has ${told.length - most} more lines of this kind`)]
    : shown;
}
