import { type Block, blocksOf } from '../blocks/index.ts';
import { type Part, type Place, quoted } from '../document.ts';
import { type Command, commandsOf, hasHeredoc } from './commands.ts';
import { type ComposeFile, type ComposeService, composeFile } from './compose.ts';
import { type ComposeDocument, missingFiles, togetherOf } from './compose-files.ts';
import { dotenv, filledIn } from './dotenv.ts';
import { type DocumentImage, imagesOf, textImages } from './images.ts';
import { type Manifest, manifestsOf, type PodSpec, podSpecOf } from './manifests.ts';
import { runOf } from './runs.ts';
import { flagSettings, type Setting, settingsOf } from './settings.ts';
import { type Statement, statementsOf } from './statements.ts';
import { type RequiredVersion, versionsOf } from './versions.ts';
import { isTemplate, textOf, type Unread, type YamlDocument } from './yaml.ts';
import { yamlIn } from './yaml-in.ts';

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
  /** What was not read, where, and why: never nothing. */
  readonly unread: readonly Unread[];
  /** Whether anything was understood at all. */
  readonly understood: boolean;
  /** Every line for which this holds, to find what nothing above knows. */
  linesWhere(holds: (line: string) => boolean): Place[];
};

export async function extract(parts: readonly Part[]): Promise<Extracted> {
  const composeDocuments: ComposeDocument[] = [];
  const manifests: Manifest[] = [];
  const settings: Setting[] = [];
  const loose: DocumentImage[] = [];
  const versions: RequiredVersion[] = [];
  const commands: Command[] = [];
  const statements: Statement[] = [];
  const unread: Unread[] = [];
  const blocks: { block: Block; part: string }[] = [];

  const environment = new Map(parts.filter(isDotenv).flatMap((part) => [...dotenv(part.text)]));
  const names = new Set(parts.map((part) => part.name));
  for (const part of parts) {
    if (isDotenv(part)) continue;
    if (part.unread !== undefined) {
      unread.push({ place: { part: part.name, heading: '', line: 1, quote: '' }, because: part.unread });
      continue;
    }
    for (const block of await blocksOf(part)) {
      blocks.push({ block, part: part.name });
      const yaml = yamlIn(block, part.name);
      unread.push(...yaml.unread);
      for (const document of yaml.documents) read(document, part.name);
      const parsed = yaml.documents.length > 0;
      const said = parsed && block.kind === 'code' && !hasHeredoc(block) ? [] : commandsOf(block, part.name);
      commands.push(...said);
      for (const command of said) settings.push(...flagSettings(command.text, command.place));
      versions.push(...versionsOf(block, part.name));
      statements.push(...statementsOf(block, part.name));
      loose.push(...textImages(block, part.name, parsed));
    }
  }

  const composes = togetherOf(composeDocuments).flatMap((document) => composeFile(document) ?? []);
  const pods = manifests.flatMap((m) => podSpecOf(m) ?? []);
  const runs = commands.flatMap((c) => runOf(c) ?? []);
  const images = [...imagesOf(composes, runs, pods, settings), ...loose];
  const everything = [composes, manifests, settings, images, versions, commands, statements];
  const understood = everything.some((found) => found.length > 0);
  if (!understood && unread.length === 0) unread.push({ place: firstPlace(parts), because: nothingIn(parts) });
  return {
    composes,
    runs,
    manifests,
    pods,
    settings,
    images,
    versions,
    commands,
    statements,
    unread,
    understood,
    linesWhere: (holds) => blocks.flatMap(({ block, part }) => linesOf(block, part, holds)),
  };

  function read(document: YamlDocument, part: string) {
    const filled = filledIn(document, environment);
    const compose = composeFile(filled);
    if (compose !== undefined) composeDocuments.push({ document: filled, part });
    if (compose !== undefined || document.value.include !== undefined)
      unread.push(...missingFiles(document, part, names));
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

/** What compose reads beside its file; its values may be secret, and are never quoted. */
const isDotenv = (part: Part): boolean => /(^|\/)\.env$/.test(part.name);

const linesOf = (block: Block, part: string, holds: (line: string) => boolean): Place[] =>
  block.text
    .split('\n')
    .flatMap((line, offset) =>
      line.trim() === '' || !holds(line)
        ? []
        : [{ part, heading: block.heading, line: block.line + offset, quote: quoted(line) }],
    );

const firstPlace = (parts: readonly Part[]): Place => ({
  part: parts[0]?.name ?? '',
  heading: '',
  line: 1,
  quote: quoted(parts[0]?.text.slice(0, 400).split('\n')[0] ?? ''),
});

/** Why a document gave nothing. */
function nothingIn(parts: readonly Part[]): string {
  const text = parts.map((part) => part.text).join('\n');
  if (text.trim() === '') return 'it is empty';
  if (/<input[^<>]*type=["']?password/i.test(text)) return 'it is a page to log in, not the document';
  if (parts.some((part) => part.kind === 'html'))
    return 'the page has no text in it: it is made by scripts, or it is not the document';
  if (isTemplate(text)) return 'it is a template that another program fills in: render it, and compare what comes out';
  return 'nothing in it is in a form that a rule reads (compose, manifests, chart values, commands, images, versions, requirements)';
}

/** A chart's kubeVersion: ">=1.23.0-0". */
function chartVersions(settings: readonly Setting[]): RequiredVersion[] {
  return settings.flatMap((s) => {
    const atLeast =
      s.path.length === 1 && s.key === 'kubeVersion'
        ? /(?<!\d)(\d+\.\d+(?:\.\d+)?)/.exec(textOf(s.value) ?? '')?.[1]
        : undefined;
    return atLeast === undefined ? [] : [{ product: 'Kubernetes', atLeast, place: s.place }];
  });
}
