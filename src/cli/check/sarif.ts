import { createHash } from 'node:crypto';
import { isAbsolute, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Log, ReportingDescriptor, Result } from 'sarif';
import { version } from '../../package.ts';
import { type FailOn, type Level, levelOf, type Row } from './rows.ts';

/** SARIF 2.1.0 (OASIS): one result for each row that isn't simply so. Types: @types/sarif, made from its schema. */
export function sarif(rows: readonly Row[], failOn: FailOn): Log {
  const shown = rows.filter((row) => levelOf(row, failOn) !== 'none');
  const ids = [...new Set(shown.map(ruleOf))];
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'infragate',
            semanticVersion: version(),
            informationUri: 'https://github.com/infragate/infragate',
            rules: ids.map((id) => rule(id, shown)),
          },
        },
        automationDetails: { id: 'infragate/check/' },
        columnKind: 'utf16CodeUnits',
        results: shown.map((row) => resultOf(row, ids.indexOf(ruleOf(row)), levelOf(row, failOn))),
      },
    ],
  };
}

const ruleOf = (row: Row): string => `${row.category}/${row.reason}`;

const ASKED: Readonly<Record<Row['category'], string>> = {
  namespaces: 'The namespace that is meant is there.',
  apis: 'An API that is assumed is served, with its version and field.',
  images: 'An image that is planned can be pulled by the cluster.',
  operators: 'An operator that is needed would act on a new object in the namespace.',
  configuration: 'A requirement on the cluster holds.',
  manifests: 'The API server takes a manifest, and admission its Pod.',
  divergences: 'What a document takes for granted is so on this cluster.',
};

function rule(id: string, rows: readonly Row[]): ReportingDescriptor {
  const [category = '', reason = ''] = id.split('/');
  const one = rows.find((row) => ruleOf(row) === id);
  const asked = one === undefined ? category : ASKED[one.category];
  const words = reason
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]/g, ' ')
    .toLowerCase();
  return {
    id,
    name: reason.replaceAll(/[^A-Za-z0-9]/g, '') || category,
    shortDescription: { text: `${category}: ${words}` },
    fullDescription: { text: asked },
    help: { text: `${asked} This one is not as assumed: ${words}. The message says what was found, and what to do.` },
    helpUri: 'https://github.com/infragate/infragate/blob/main/docs/reference/assumptions.md',
  };
}

function resultOf(row: Row, ruleIndex: number, level: Level): Result {
  const next = row.suggestion === undefined ? '' : ` → ${row.suggestion}`;
  const { file, line, column } = row.place;
  return {
    ruleId: ruleOf(row),
    ruleIndex,
    level: level === 'none' ? 'note' : level,
    message: { text: `${row.status} ${row.name}: ${row.message}${next}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
        logicalLocations: [{ fullyQualifiedName: `${row.category}/${row.name}` }],
      },
    ],
    // The same assumption that fails for the same reason is the same result, wherever in the file it stands.
    partialFingerprints: { 'infragateAssumption/v1': fingerprint(row) },
    ...(row.accepted === undefined
      ? {}
      : { suppressions: [{ kind: 'inSource', status: 'accepted', justification: row.accepted }] }),
  };
}

const fingerprint = (row: Row): string =>
  createHash('sha256').update([row.place.file, row.category, row.name, row.reason].join('\n')).digest('hex');

/** RFC 3986: relative to the folder that the command was called in, unless it is absolute. */
const uriOf = (file: string): string =>
  isAbsolute(file) ? pathToFileURL(file).href : file.split(sep).map(encodeURIComponent).join('/');
