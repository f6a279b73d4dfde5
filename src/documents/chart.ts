import type { Part } from './document.ts';

/** Renders a chart as `helm template` does, without a cluster; `message`: why it could not. */
export type RenderChart = (
  folder: string,
) => Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string }>;

/** Of a chart's files, those that say what is deployed; tests, examples and other values are not installed. */
export const isOfChart = (name: string): boolean =>
  /^(Chart\.ya?ml|values\.ya?ml|README\.md)$/i.test(name) || name.startsWith('crds/');

/** … and those that what helm renders has in it already. */
export const isRendered = (name: string): boolean => /^(values\.ya?ml$|crds\/)/.test(name);

const isTemplate = (name: string): boolean =>
  /^(charts\/[^/]+\/)*templates\/(?!tests\/)/.test(name) && !/NOTES\.txt$|\/_[^/]*$/.test(name);
const isPackage = (name: string): boolean => /^charts\/[^/]+\.tgz$/.test(name);

export type ChartFiles = {
  /** The chart's folder or package, and its files with `/` between their parts. */
  readonly path: string;
  readonly files: readonly string[];
  /** Chart.yaml's text. */
  readonly about: string;
};

/**
 * The templates of a chart and of its subcharts, rendered: one part for each of them. Without helm they are listed as not
 * read, with the command that renders them and where its output goes.
 */
export async function renderedParts({ path, files, about }: ChartFiles, render?: RenderChart): Promise<Part[]> {
  if (/^type:\s*["']?library/m.test(about)) return [notRead(LIBRARY)];
  const templates = files.filter(isTemplate).length;
  const packages = files.filter(isPackage).length;
  const declared = /^dependencies:\s*$/m.test(about);
  if (templates === 0 && packages === 0 && !declared) return [];
  const result = await render?.(path);
  if (result?.ok === true) return splitBySource(result.text);
  const what = [
    ...(templates > 0 ? [`${templates} templates of the chart`] : []),
    ...(packages > 0 ? [`${packages} packaged subcharts`] : []),
    ...(declared && packages === 0 && !files.some((f) => /^charts\/[^/]+\/Chart\.ya?ml$/.test(f))
      ? ['the charts it depends on (they are not in charts/)']
      : []),
  ];
  return [notRead(howToRender(path, what.join(' and '), result?.message))];
}

/** What a folder or package of a chart is without helm. */
export function howToRender(path: string, what: string, message: string | undefined): string {
  const first = /missing in charts|dependenc/i.test(message ?? '') ? `helm dependency build ${path} && ` : '';
  const command = `${first}helm template NAME ${path} > rendered.yaml`;
  const why = message === undefined ? '' : ` (${message.split('\n')[0]?.slice(0, 200)})`;
  return `${what} were not rendered${why}: run "${command}" and pass rendered.yaml to divergence-check as upstream_source, or its text in verified_by.manifests; or give infragate a helm (INFRAGATE_HELM, the PATH, or "infragate sandbox helm")`;
}

const LIBRARY = 'it is a library chart, which deploys nothing by itself: pass a chart that uses it';

const notRead = (unread: string): Part => ({ name: 'templates/', kind: 'text', text: '', unread });

/** `# Source: chart/templates/web.yaml` above each document says where it comes from. */
export function splitBySource(text: string): Part[] {
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
