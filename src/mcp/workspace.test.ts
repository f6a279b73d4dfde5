import { describe, expect, test } from 'vitest';
import { createWorkspace } from './workspace.ts';

const client = { name: 'test', canShowForms: false, canOpenPages: false, hasRoots: true, hasTasks: false };
const roots = (...uris: string[]) => ({ roots: { roots: uris.map((uri) => ({ uri })) } });

describe('the folder a deployment is worked on in', () => {
  test('is the one given, before all others, and then nobody is asked', () => {
    const workspace = createWorkspace('/given', { CLAUDE_PROJECT_DIR: '/claude', INIT_CWD: '/npm' });
    expect(workspace.folder()).toBe('/given');
    expect(workspace.ask(client)).toBeUndefined();
  });

  test('is Claude Code’s project, before roots', () => {
    const workspace = createWorkspace(undefined, { CLAUDE_PROJECT_DIR: '/claude', INIT_CWD: '/npm' });
    workspace.learn(roots('file:///root'));
    expect(workspace.folder()).toBe('/claude');
  });

  test('is the first root that is a folder, before the caller of npm', () => {
    const workspace = createWorkspace(undefined, { INIT_CWD: '/npm' });
    expect(workspace.ask(client)).toBeDefined();
    workspace.learn(roots('https://example.org/x', 'file:///srv/my%20project'));
    expect(workspace.folder()).toBe('/srv/my project');
  });

  test('is asked for with every call of a first batch, only of a client that has roots, until there is an answer', () => {
    const workspace = createWorkspace(undefined, {});
    expect(workspace.ask({ ...client, hasRoots: false, hasTasks: false })).toBeUndefined();
    expect(workspace.ask(client)).toBeDefined();
    expect(workspace.ask(client)).toBeDefined();
    workspace.learn(roots());
    expect(workspace.ask(client)).toBeUndefined();
    expect(workspace.folder()).toBe(process.cwd());
  });

  test('is not asked for for ever when a client that claims to have roots never answers', () => {
    let now = 0;
    const workspace = createWorkspace(undefined, { INIT_CWD: '/npm' }, () => now);
    expect(workspace.ask(client)).toBeDefined();
    now = 5_000;
    expect(workspace.ask(client)).toBeUndefined();
    expect(workspace.folder()).toBe('/npm');
  });
});
