import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import type { Deployment } from '../workflow/index.ts';
import { escapeJson, visible, visibleLines } from '../workflow/visible.ts';
import type { Channel } from './channel.ts';
import { known } from './known.ts';
import { beginning } from './prompts.ts';
import { VIEWS, type View, view } from './views.ts';

const MARKDOWN = 'text/markdown';

/** Most that a client is shown; any other deployment's resources can be read by their URI. */
const LISTED = 25;

/** A URI → report table: what deployment-status shows, as documents a person or an agent can attach. */
export function registerResources(server: McpServer, channel: Channel): void {
  for (const { name, title, description } of VIEWS) {
    const template = new ResourceTemplate(uriOf('{id}', name), {
      list: async () => ({
        resources: (await known(channel)).slice(0, LISTED).map((d) => ({
          uri: uriOf(d.id, name),
          name: visible(`${d.component}: ${name}`),
          title: visible(`${title}: ${d.component} (${d.id}${d.closed === '' ? '' : `, ${d.closed}`})`),
          mimeType: MARKDOWN,
        })),
      }),
      complete: {
        id: async (typed) =>
          beginning(
            typed,
            (await known(channel)).map((d) => d.id),
          ),
      },
    });
    server.registerResource(name, template, { title, description, mimeType: MARKDOWN }, async (uri, variables) => ({
      contents: [
        { uri: uri.href, mimeType: MARKDOWN, text: visibleLines(await read(channel, uri, single(variables.id), name)) },
      ],
    }));
  }
  server.registerResource(
    'evidence',
    new ResourceTemplate('infragate://evidence/{digest}', { list: undefined }),
    {
      title: 'Evidence',
      description: 'One observation, whole, by the digest an answer gave or its first digits',
      mimeType: 'application/json',
    },
    async (uri, variables) => {
      const id = single(variables.digest);
      const found = await (await existing(channel, uri)).findEvidence(id);
      if (found.kind === 'none') throw new ResourceNotFoundError(uri.href);
      if (found.kind === 'several') {
        const { notOne } = await import('../engine/index.ts');
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, notOne(id, found));
      }
      return { contents: [{ uri: uri.href, mimeType: found.mediaType, text: shown(found) }] };
    },
  );
}

/** JSON stays the same value; text is text that may be shown. */
const shown = ({ text, mediaType }: { text: string; mediaType: string }): string =>
  mediaType === 'application/json' ? escapeJson(text) : visibleLines(text);

const uriOf = (id: string, name: View) => `infragate://deployments/${id}/${name}`;

/** A URI's variable comes as it stands in the URI: `sha256%3A…` is `sha256:…`. */
function single(variable: string | string[] | undefined): string {
  const text = Array.isArray(variable) ? variable.join(',') : (variable ?? '');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function read(channel: Channel, uri: URL, id: string, name: View): Promise<string> {
  const engine = await existing(channel, uri);
  const found = await engine.read(id);
  if (!found.ok) {
    if (found.refusal.code === 'NO_DEPLOYMENT') throw new ResourceNotFoundError(uri.href);
    throw new ProtocolError(ProtocolErrorCode.InternalError, `${found.refusal.code}: ${found.refusal.message}`);
  }
  const d: Deployment = found.deployment;
  return view(name, d, engine);
}

/** Reading what can't be there must not make a ledger. */
async function existing(channel: Channel, uri: URL) {
  const { existsSync } = await import('node:fs');
  const engine = await channel.engine();
  if (!existsSync(engine.home)) throw new ResourceNotFoundError(uri.href);
  return engine;
}
