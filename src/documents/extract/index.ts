import { type Block, blocksOf } from '../blocks/index.ts';
import { type Part, type Place, quoted } from '../document.ts';
import { type Command, commandsOf, heredocs } from './commands.ts';
import { type ComposeFile, type ComposeService, composeFile } from './compose.ts';
import { type DocumentImage, imagesOf, textImages } from './images.ts';
import { type Manifest, manifestsOf, type PodSpec, podSpecOf } from './manifests.ts';
import { runOf } from './runs.ts';
import { flagSettings, type Setting, settingsOf } from './settings.ts';
import { type Statement, statementsOf } from './statements.ts';
import { type RequiredVersion, versionsOf } from './versions.ts';
import { textOf, type YamlDocument, yamlDocuments } from './yaml.ts';

/** Everything a document takes for granted that this can read, each with its place. */
export type Extracted = {
  readonly composes: readonly ComposeFile[];
  /** What `docker run` commands start. */
  readonly runs: readonly ComposeService[];
  readonly manifests: readonly Manifest[];
  readonly pods: readonly PodSpec[];
  readonly settings: readonly Setting[];
  readonly images: readonly DocumentImage[];
  readonly versions: readonly RequiredVersion[];
  readonly commands: readonly Command[];
  readonly statements: readonly Statement[];
  /** Every line that isn't blank, to find what nothing above knows. */
  readonly lines: readonly Place[];
};

/** A document with more than this is cut: what is beyond isn't compared, and a feature found there stays unknown. */
const MAX_LINES = 60_000;

export async function extract(parts: readonly Part[]): Promise<Extracted> {
  const composes: ComposeFile[] = [];
  const manifests: Manifest[] = [];
  const settings: Setting[] = [];
  const loose: DocumentImage[] = [];
  const versions: RequiredVersion[] = [];
  const commands: Command[] = [];
  const statements: Statement[] = [];
  const lines: Place[] = [];

  for (const part of parts) {
    for (const block of await blocksOf(part)) {
      if (lines.length > MAX_LINES) break;
      const documents = yamlIn(block, part.name);
      for (const document of documents) read(document, part.name);
      const said =
        documents.length > 0 && block.kind === 'code' && !hasHeredoc(block) ? [] : commandsOf(block, part.name);
      commands.push(...said);
      for (const command of said) settings.push(...flagSettings(command.text, command.place));
      versions.push(...versionsOf(block, part.name));
      statements.push(...statementsOf(block, part.name));
      loose.push(...textImages(block, part.name, documents.length > 0));
      block.text.split('\n').forEach((line, offset) => {
        if (line.trim() !== '')
          lines.push({ part: part.name, heading: block.heading, line: block.line + offset, quote: quoted(line) });
      });
    }
  }

  const pods = manifests.flatMap((m) => podSpecOf(m) ?? []);
  const runs = commands.flatMap((c) => runOf(c) ?? []);
  const images = [...imagesOf(composes, runs, pods, settings), ...loose];
  return { composes, runs, manifests, pods, settings, images, versions, commands, statements, lines };

  function read(document: YamlDocument, part: string) {
    const compose = composeFile(document);
    if (compose !== undefined) composes.push(compose);
    const objects = compose === undefined ? manifestsOf(document) : [];
    manifests.push(...objects);
    if (compose === undefined && objects.length === 0) {
      const found = settingsOf(document);
      settings.push(...found);
      if (/(^|\/)Chart\.ya?ml$/.test(part)) versions.push(...chartVersions(found));
    }
    // A custom resource's spec is values to its operator: images and storage stand where only it knows.
    for (const object of objects) {
      if (
        podSpecOf(object) === undefined &&
        object.apiVersion.includes('.') &&
        !object.apiVersion.includes('k8s.io/')
      ) {
        settings.push(...settingsOf({ value: object.object, at: (path) => object.at(...path) }));
      }
    }
  }
}

function yamlIn(block: Block, part: string): YamlDocument[] {
  if (block.kind !== 'code') return [];
  const inline = heredocs(block);
  if (inline.length > 0) return inline.flatMap((b) => yamlDocuments(b, part));
  if (
    block.language !== undefined &&
    /^(sh|shell|bash|console|zsh|powershell|go|python|js|json5|dockerfile|ini|toml|sql)$/.test(block.language)
  )
    return [];
  return yamlDocuments(block, part);
}

const hasHeredoc = (block: Block) => heredocs(block).length > 0;

/** A chart's kubeVersion: ">=1.23.0-0". */
function chartVersions(settings: readonly Setting[]): RequiredVersion[] {
  return settings.flatMap((s) => {
    const atLeast =
      s.path.length === 1 && s.key === 'kubeVersion'
        ? /(\d+\.\d+(?:\.\d+)?)/.exec(textOf(s.value) ?? '')?.[1]
        : undefined;
    return atLeast === undefined ? [] : [{ product: 'Kubernetes', atLeast, place: s.place }];
  });
}
