import { sep } from 'node:path';
import type { Part } from './document.ts';

/** Renders a chart as `helm template` does, without a cluster; `because`: why it could not. */
export type RenderChart = (
  folder: string,
) => Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string }>;

/** Of a chart's files, those that say what is deployed; tests, examples and other values are not installed. */
export const isOfChart = (name: string): boolean =>
  /^(Chart\.ya?ml|values\.ya?ml|README\.md)$/i.test(name) || name.startsWith(`crds${sep}`);

/**
 * The templates, rendered: one part for each of them. Without helm they are told of as not read, with the command that
 * renders them and where its output goes.
 */
export async function renderedParts(folder: string, templates: number, render?: RenderChart): Promise<Part[]> {
  if (templates === 0) return [];
  const rendered = await render?.(folder);
  if (rendered?.ok === true) return splitBySource(rendered.text);
  const command = `helm template NAME ${folder} > rendered.yaml`;
  const why = rendered === undefined ? '' : ` (${rendered.message.split('\n')[0]?.slice(0, 200)})`;
  const unread = `${templates} templates of the chart were not rendered${why}: run "${command}" and pass rendered.yaml to divergence-check as upstream_source, or its text in verified_by.manifests; or set INFRAGATE_HELM to a helm`;
  return [{ name: 'templates/', kind: 'text', text: '', unread }];
}

/** `# Source: chart/templates/web.yaml` above each document says where it comes from. */
function splitBySource(text: string): Part[] {
  const found = new Map<string, string[]>();
  let name = 'rendered.yaml';
  for (const document of text.split(/^---\s*$/m)) {
    name = /^# Source: [^/\s]+\/(\S+)$/m.exec(document)?.[1] ?? name;
    found.set(name, [...(found.get(name) ?? []), document]);
  }
  return [...found].flatMap(([source, documents]): Part[] => {
    const body = documents.join('---\n');
    return body.trim() === '' ? [] : [{ name: `${source} (rendered)`, kind: 'yaml', text: body }];
  });
}
