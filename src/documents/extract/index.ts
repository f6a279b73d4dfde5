import { posix } from 'node:path';
import { type Block, blocksOf } from '../blocks/index.ts';
import { type Part, type Place, quoted } from '../document.ts';
import { foreignFile } from '../foreign.ts';
import { type Command, commandsOf, hasHeredoc } from './commands.ts';
import { COMPOSE_TOP, type ComposeFile, type ComposeService, composeFile } from './compose.ts';
import { composeFaults } from './compose-faults.ts';
import { type ComposeDocument, isOverride, missingFiles, missingServices, togetherOf } from './compose-files.ts';
import { dotenv, filledIn } from './dotenv.ts';
import { elsewhere } from './elsewhere.ts';
import { embedded, formFaults } from './forms.ts';
import { type DocumentImage, imagesOf, textImages } from './images.ts';
import { isKustomization, kustomizeFaults } from './kustomize.ts';
import { manifestFaults, strangers } from './manifest-faults.ts';
import { type Manifest, manifestsOf, type PodSpec, podSpecOf } from './manifests.ts';
import { runOf } from './runs.ts';
import { flagSettings, type Setting, settingsOf } from './settings.ts';
import { type Statement, statementsOf } from './statements.ts';
import { type RequiredVersion, versionsOf } from './versions.ts';
import { isTemplate, type Path, textOf, type Unread, type YamlDocument } from './yaml.ts';
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
  /** Of files that may be of anything (data, pages, settings of tools): named where nothing else was understood. */
  const aside: Unread[] = [];
  const alone = parts.length === 1;
  const blocks: { block: Block; part: string }[] = [];

  const environments = new Map<string, ReadonlyMap<string, string>>();
  const names = new Set(parts.map((part) => part.name));
  const parsedParts = new Set<string>();
  const formsNamed = new Set<string>();
  let recognised = 0;
  for (const part of parts.filter(isDotenv)) {
    const { values, unread: lines } = dotenv(part.text);
    environments.set(posix.dirname(part.name), values);
    for (const line of lines)
      unread.push({
        place: { part: part.name, heading: '', line, quote: '' },
        because: 'it is no NAME=value of an .env file',
      });
  }
  for (const part of parts) {
    if (isDotenv(part)) continue;
    const before = unread.length;
    const because = part.unread ?? foreignFile(part.name);
    if (because !== undefined) {
      unread.push({ place: { part: part.name, heading: '', line: 1, quote: '' }, because });
      continue;
    }
    for (const block of await blocksOf(part)) {
      blocks.push({ block, part: part.name });
      const yaml = yamlIn(block, part.name);
      (isData(part, alone) ? aside : unread).push(...yaml.unread);
      for (const document of yaml.documents) read(document, part);
      const parsed = yaml.documents.length > 0;
      if (parsed) parsedParts.add(part.name);
      const said = parsed && block.kind === 'code' && !hasHeredoc(block) ? [] : commandsOf(block, part.name);
      commands.push(...said);
      for (const command of said) settings.push(...flagSettings(command.text, command.place));
      versions.push(...versionsOf(block, part.name));
      statements.push(...statementsOf(block, part.name));
      loose.push(...textImages(block, part.name, parsed));
    }
    const own = blocks.filter((one) => one.part === part.name);
    const nothing =
      part.kind === 'html'
        ? own.length === 0
        : part.kind === 'yaml' && !parsedParts.has(part.name) && !isBlankYaml(part.text);
    if (nothing && unread.length === before)
      (part.kind === 'html' || isData(part, alone) ? aside : unread).push({
        place: firstPlace([part]),
        because: nothingIn([part]),
      });
  }

  const composes = togetherOf(composeDocuments).flatMap((document) => composeFile(document) ?? []);
  unread.push(
    ...missingServices(composeDocuments),
    ...composes.flatMap((file) => composeFaults(file, isWhole(file.at().part))),
  );
  const pods = manifests.flatMap((m) => podSpecOf(m) ?? []);
  const runs = commands.flatMap((c) => runOf(c) ?? []);
  const images = [...imagesOf(composes, runs, pods, settings), ...loose];
  if (composes.length + manifests.length + runs.length + recognised === 0) unread.push(...elsewhere(commands));
  const everything = [composes, images, versions, commands, statements];
  const understood = recognised > 0 || everything.some((found) => found.length > 0);
  if (!understood && unread.length === 0)
    unread.push(...(aside.length > 0 ? aside : [{ place: firstPlace(parts), because: nothingIn(parts) }]));
  function isWhole(name: string): boolean {
    return parts.some((part) => part.name === name && part.kind === 'yaml');
  }
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

  function read(document: YamlDocument, part: Part) {
    const filled = filledIn(document, environmentOf(part.name, environments));
    const compose = isOverride(filled, part.name, names) || composeFile(filled) !== undefined;
    const includes = 'include' in document.value && Object.keys(document.value).every((key) => COMPOSE_TOP.test(key));
    if (compose || includes) {
      composeDocuments.push({ document: filled, part: part.name });
      unread.push(...missingFiles(document, part.name, names));
      if (compose) return;
    }
    const before = unread.length;
    const kustomized = isKustomization(document, part.name);
    if (kustomized) unread.push(...kustomizeFaults(document, part.name, [...names]));
    const objects = manifestsOf(document);
    manifests.push(...objects);
    for (const object of objects) {
      unread.push(...manifestFaults(object, part.kind === 'yaml'));
      const own = { value: object.object, at: (path: Path) => object.at(...path) };
      if (object.kind === 'ConfigMap') unread.push(...embedded(own, ['data']));
      // A custom resource's spec is values to its operator: images and storage stand where only it knows.
      if (podSpecOf(object) === undefined && object.apiVersion.includes('.') && !object.apiVersion.includes('k8s.io/'))
        settings.push(...settingsOf(own));
    }
    unread.push(...strangers(document));
    if (objects.length === 0) {
      const found = settingsOf(document);
      settings.push(...found);
      if (/(^|\/)Chart\.ya?ml$/.test(part.name)) versions.push(...chartVersions(found));
      if (!includes && !kustomized) {
        const { faults, unknown } = formFaults(document, part);
        // A playbook has many plays: its file is named once.
        const again =
          document.item === true ? faults.filter((one) => formsNamed.has(`${part.name} ${one.because}`)) : [];
        for (const one of faults) formsNamed.add(`${part.name} ${one.because}`);
        unread.push(...faults.filter((one) => !again.includes(one)), ...embedded(document, []));
        if (again.length > 0) return;
        if (unknown !== undefined) (alone ? unread : aside).push(unknown);
        if (unknown !== undefined) return;
      }
    }
    if (unread.length === before) recognised += 1;
  }
}

/** JSON beside other files that names nothing a cluster or compose takes: data, and settings of tools. */
const isData = (part: Part, alone: boolean): boolean =>
  !alone && /\.json$/i.test(part.name) && !/"(apiVersion|services|image|containerDefinitions)"\s*:/.test(part.text);

/** The values of the `.env` in a file's own folder, or in the nearest one above. */
function environmentOf(
  part: string,
  all: ReadonlyMap<string, ReadonlyMap<string, string>>,
): ReadonlyMap<string, string> {
  for (let folder = posix.dirname(part); ; folder = posix.dirname(folder)) {
    const found = all.get(folder);
    if (found !== undefined) return found;
    if (folder === '.' || folder === '/') return new Map();
  }
}

/** Nothing but comments, marks of documents, and null. */
const isBlankYaml = (text: string): boolean =>
  text.split('\n').every((line) => /^(#.*|---.*|\.\.\.|%.*|null|~|)$/.test(line.replace('\ufeff', '').trim()));

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
