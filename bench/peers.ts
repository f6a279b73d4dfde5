import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../src/sandbox/places.ts';

/** Other MCP servers for Kubernetes, from npm, kept in the cache: installed once, no script of theirs is run. */
const PINNED = { 'kubernetes-mcp-server': '0.0.67', 'mcp-server-kubernetes': '4.1.7' } as const;

export type Peer = { readonly name: string; readonly command: string; readonly args: readonly string[] };

/** The Go server as its program and as its npm package starts it, and the Node server. */
export function peers(): readonly Peer[] {
  const folder = join(cache(), 'peers');
  const modules = join(folder, 'node_modules');
  if (!existsSync(join(modules, '.installed'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: PINNED }));
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error('the peers could not be installed from npm');
    writeFileSync(join(modules, '.installed'), '');
  }
  const platform = `kubernetes-mcp-server-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const go = `kubernetes-mcp-server ${PINNED['kubernetes-mcp-server']}`;
  return [
    { name: `${go} (Go)`, command: join(modules, platform, 'bin', platform), args: [] },
    {
      name: `${go} (Go, by its npm package)`,
      command: process.execPath,
      args: [join(modules, 'kubernetes-mcp-server', 'bin', 'index.js')],
    },
    {
      name: `mcp-server-kubernetes ${PINNED['mcp-server-kubernetes']} (Node)`,
      command: process.execPath,
      args: [join(modules, 'mcp-server-kubernetes', 'dist', 'index.js')],
    },
  ];
}
