import { word } from '../document.ts';
import { isPostgres, parseName, postgresData } from './known-images.ts';
import { type Mounted, mounted } from './mounts.ts';
import type { Found, Rule } from './rule.ts';

/** Paths that images come with files in: Docker copies them into a new named volume. */
const FILLED =
  /^\/(var\/www|usr\/(src|share|local)|opt|srv|app|code|etc|home|root\/\.[\w-]+$|[\w/-]+\/(node_modules|vendor|public|static|assets|html|plugins|themes|modules|extensions|site-packages))(\/|$)/;
/** … and folders below them that are empty in most images. */
const EMPTY_BELOW =
  /\/(data|storage|uploads?|cache|logs?|backups?|tmp|temp|db|database|state|repositories|index(es)?|media)(\/|$)/;

export const dataRules: readonly Rule[] = [
  {
    id: 'postgres-on-mount',
    feature: 'PostgreSQL’s data at the mount itself',
    looks_for: 'postgres images, and those built on it, with a volume mounted at PGDATA itself',
    asks: [],
    severity: 'HIGH',
    because:
      'a new volume has lost+found in it, or belongs to another user: initdb refuses the folder, and the container restarts for ever',
    adjustment: 'PGDATA in a folder below the mount (/var/lib/postgresql/data/pgdata), or a subPath of the volume',
    words: /PGDATA|postgres.{0,100}(volume|mount|data)/i,
    proof: { by: 'workload' },
    find: (x) =>
      mounted(x)
        .filter((m) => m.image !== undefined && isPostgres(m.image) && !m.subPath && m.source !== 'empty')
        .filter((m) => m.target.replace(/(?<!\/)\/+$/, '') === postgresData(m.image ?? '', m.environment('PGDATA')))
        .map((m) => ({
          place: m.place,
          local: 'initdb wants an empty folder that it may own; the root of a claim is neither',
          evidence: 'PGDATA is the mount itself',
          adjustment: `PGDATA=${word(m.target.replace(/(?<!\/)\/+$/, ''))}/pgdata, or subPath: pgdata`,
        })),
  },
  {
    id: 'volume-filled-from-image',
    feature: 'volumes that the image fills',
    looks_for:
      'named volumes over folders that images come with files in, and one volume that two services have at the same such path',
    asks: [],
    severity: 'MEDIUM',
    because:
      'Docker copies what the image has there into a new named volume; a claim starts empty, and hides those files',
    adjustment:
      'an init container of the same image that copies the files into the volume; or no volume there, and the files in both images',
    words: /filled|copies|empty volume/i,
    proof: { by: 'workload' },
    find: (x) => {
      const volumes = mounted(x).filter((m) => m.source === 'volume');
      const filled = (m: Mounted) =>
        FILLED.test(m.target) && !EMPTY_BELOW.test(m.target.replace(/^\/(data|app|srv)(?=\/|$)/, ''));
      return volumes.filter(filled).map(
        (m): Found => ({
          place: m.place,
          local: 'a claim is empty, and hides what the image has there',
          evidence: 'Kubernetes copies nothing into a volume',
          adjustment: `${word(m.target)}: an init container of ${word(m.image === undefined ? '' : parseName(m.image))} that copies it into ${m.name === '' ? 'an emptyDir' : `the volume ${word(m.name)}`}`,
        }),
      );
    },
  },
];
