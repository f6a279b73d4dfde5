import { type Block, CODE_LINE } from '../blocks/index.ts';
import { type Place, quoted } from '../document.ts';

/** What stands before a command in a recipe of make and in a unit of systemd, and the folder of its program. */
const BEFORE = /^\s*(?:[@-]{1,2}(?=\w)|Exec\w+=[-@:+!]{0,3})?(?:\/(?:[\w.-]+\/)+)?/;

export type Command = { readonly program: string; readonly text: string; readonly place: Place };

const PROGRAMS = new Set(
  'kubectl oc helm docker docker-compose podman podman-compose nerdctl kustomize minikube kind k3d k3s microk8s istioctl argocd flux aws eksctl gcloud az doctl ibmcloud terraform ansible-playbook curl wget git apt apt-get yum dnf brew snap pip pip3 npm make skopeo crictl sysctl systemctl modprobe mkdir chown chmod openssl vault operator-sdk cilium linkerd krew certbot'.split(
    ' ',
  ),
);

/** Lines that are commands: in shell blocks, after a prompt, or beginning with a program this knows. Continuations are joined. */
export function commandsOf(block: Block, part: string): Command[] {
  const found: Command[] = [];
  const lines = block.text.split('\n');
  const inline = block.kind === 'code' ? undefined : [...block.text.matchAll(/`([^`\n]{3,300})`/g)];
  if (inline !== undefined) {
    for (const match of inline) {
      const line = block.text.slice(0, match.index).split('\n').length - 1;
      push(match[1] ?? '', line);
    }
    return found;
  }
  for (let i = 0; i < lines.length; i++) {
    const start = i;
    let text = lines[i] ?? '';
    while (/\\\s*$/.test(text) && i + 1 < lines.length)
      text = `${text.replace(/\\\s*$/, ' ')}${lines[++i]?.trim() ?? ''}`;
    push(text, start);
  }
  return found;

  function push(raw: string, offset: number) {
    if (raw.length > CODE_LINE) return;
    const bare = raw
      .replace(BEFORE, '')
      .replace(/^\s*(?:[$#%>]|PS [^>]*>|\w+@[\w.-]+[:~][^$#]*[$#])\s+/, '')
      .trim();
    for (const simple of bare.split(/&&|\|\||;|\|/).map((one) => one.trim())) {
      const words = simple
        .replace(/^(?:sudo(?:\s+-\w+)*\s+|eval\s+\$?\(?|export\s+\w+=\$\(|\w+=\S*\s+)+/, '')
        .split(/\s+/);
      const program = words[0] ?? '';
      if (!PROGRAMS.has(program) || words.length < 2) continue;
      found.push({
        program,
        text: words.join(' '),
        place: { part, heading: block.heading, line: block.line + offset, quote: quoted(bare) },
      });
    }
  }
}

/** YAML given to a command inline: `kubectl apply -f - <<EOF … EOF`. */
export function heredocs(block: Block): Block[] {
  const found: Block[] = [];
  const lines = block.text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const end = /<<-?\s*['"\\]?(\w+)['"]?/.exec(lines[i] ?? '')?.[1];
    if (end === undefined) continue;
    let close = i + 1;
    while (close < lines.length && lines[close]?.trim() !== end) close++;
    if (close === lines.length) close = -1;
    const body = lines.slice(i + 1, close === -1 ? undefined : close);
    found.push({
      kind: 'code',
      language: 'yaml',
      text: body.join('\n'),
      heading: block.heading,
      line: block.line + i + 1,
    });
    i = close === -1 ? lines.length : close;
  }
  return found;
}

export const hasHeredoc = (block: Block): boolean => /<<-?\s*['"\\]?\w+/.test(block.text);
