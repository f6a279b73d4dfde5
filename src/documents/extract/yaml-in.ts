import type { Block } from '../blocks/index.ts';
import { quoted } from '../document.ts';
import { foreignFile } from '../foreign.ts';
import { heredocs } from './commands.ts';
import { readYaml, type Unread, type YamlDocument, type YamlRead } from './yaml.ts';

const NONE: YamlRead = { documents: [], unread: [] };
const YAML = /^(ya?ml|json|jsonc|k8s|kubernetes|docker-?compose|compose|helm)$/;
const SHELL = /^(sh|shell|bash|console|zsh|terminal|shell-session|shellsession|powershell|ps1|bat|cmd)$/;
/** Code of languages that are never YAML. */
const OTHER =
  /^(go|golang|python|py|js|javascript|ts|typescript|json5|dockerfile|docker|ini|toml|sql|java|kotlin|ruby|rust|c|cpp|csharp|php|hcl|terraform|nginx|xml|html|css|lua|promql|logql|graphql|mermaid|properties|caddyfile|caddy|makefile|http)$/;

/** The YAML of a block: a whole file, a fence of YAML, a patch of it, or what a command reads inline. */
export function yamlIn(block: Block, part: string): YamlRead {
  if (block.kind !== 'code') return NONE;
  const language = block.language ?? '';
  if (/^(diff|patch)$/.test(language)) {
    const after = { ...block, text: patched(block.text), language: 'yaml' };
    return looksLike(after.text) ? readYaml(after, part) : NONE;
  }
  if (YAML.test(language)) return ownOrInline(withoutDots(block), part, true);
  if (/^(hcl|terraform|tf)$/.test(language) && /^\s{0,16}resource "/m.test(block.text)) {
    const place = { part, heading: block.heading, line: block.line, quote: quoted(block.text.split('\n')[0] ?? '') };
    return { documents: [], unread: [{ place, because: foreignFile('main.tf') ?? '' }] };
  }
  if (OTHER.test(language)) return NONE;
  if (SHELL.test(language) || /^#!/.test(block.text)) {
    const inline = heredocs(block);
    if (inline.length > 0) return joined(inline.map((body) => likelyYaml(body, part)));
    return looksLike(block.text) ? readYaml(shown(block), part) : NONE;
  }
  return ownOrInline(withoutDots(block), part, looksLike(block.text));
}

/** Lines of an excerpt that only say that others were left out. */
const DOTS =
  /^[ \t]+(\.\.\.|…|\[(\.\.\.|…)\]|<(\.\.\.|…|snip)>|\((\.\.\.|…)\))[ \t]*$|^(…|\[\.\.\.\]|\.\.\.[ \t]*(?=\n[ \t]))[ \t]*$/gm;

const withoutDots = (block: Block): Block =>
  /\.\.\.|…/.test(block.text) ? { ...block, text: block.text.replace(DOTS, '') } : block;

/** YAML may itself hold a shell's heredoc (in args), and a listing without a language a command with YAML. */
function ownOrInline(block: Block, part: string, certain: boolean): YamlRead {
  const own = readYaml(block, part);
  if (own.documents.length > 0) return certain ? own : { ...own, unread: [] };
  const inline = heredocs(block);
  if (inline.length > 0) {
    const read = joined(inline.map((body) => likelyYaml(body, part)));
    if (read.documents.length > 0) return read;
  }
  return certain ? own : NONE;
}

const likelyYaml = (block: Block, part: string): YamlRead => {
  const read = readYaml(block, part);
  return looksLike(block.text) ? read : { documents: read.documents, unread: [] };
};

const joined = (reads: readonly YamlRead[]): YamlRead => ({
  documents: reads.flatMap((read): readonly YamlDocument[] => read.documents),
  unread: reads.flatMap((read): readonly Unread[] => read.unread),
});

/** A field at the start of a line that manifests and compose files have, in a text that isn't a command. */
const looksLike = (text: string): boolean => /^(apiVersion|services):/m.test(text);

/** What a command printed, without the command: lines with a prompt, and those before the YAML begins, are blank. */
const shown = (block: Block): Block => {
  const begin = /^(apiVersion|services|version|kind|name|x-[\w-]{1,64}):/m.exec(block.text)?.index ?? 0;
  const blank = (text: string) => text.replace(/^.+$/gm, '');
  const text = blank(block.text.slice(0, begin)) + block.text.slice(begin).replace(/^[$#%>] .*$/gm, '');
  return { ...block, text };
};

/** A patch as the file is after it, line for line: what goes is blank. */
const patched = (text: string): string =>
  text
    .split('\n')
    .map((line) => (/^(-|@@|diff |index |\+\+\+ )/.test(line) ? '' : line.replace(/^[+ ]/, '')))
    .join('\n');
