// dist/ from src/: a few bundled files that Node loads quickly, the assets beside them, and the answers a client gets first.
// Plain JavaScript: in a clone scripts/dev.mjs runs it before anything is built, in an image it runs by itself.
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');
const out = join(root, 'dist.new');
const dist = join(root, 'dist');

/** Brings native code, or is only used where somebody installed it (pg-native); everything else is bundled. */
const EXTERNAL = ['better-sqlite3', 'pg-native'];

rmSync(out, { recursive: true, force: true });
// A thread's module is a file of its own; flat, so that the module that starts it finds it beside itself, as in src/.
const workers = globSync('**/*.worker.ts', { cwd: src }).map((path) => join(src, path));
const bundle = await rolldown({
  input: Object.fromEntries([join(src, 'cli.ts'), ...workers].map((path) => [basename(path, '.ts'), path])),
  platform: 'node',
  external: EXTERNAL,
  // Its main file is UMD, whose own parts a bundler does not find.
  resolve: { alias: { 'jsonc-parser': join(root, 'node_modules', 'jsonc-parser', 'lib', 'esm', 'main.js') } },
  // client-node's generated API clients have no side effects, but it doesn't say so; of them we use nothing.
  treeshake: { moduleSideEffects: (id) => !id.includes('/@kubernetes/client-node/') },
});
const { output } = await bundle.write({
  dir: out,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunk-[name]-[hash].js',
});
await bundle.close();
// A part that is asked for at run time, by a path, is in no bundle: the command that needs it would fail, and only then.
const missing = output.flatMap(({ fileName, code = '' }) =>
  [...code.matchAll(/\brequire\(["'](\.{1,2}\/[^"']*)["']\)/g)].map(([, path]) => `${fileName} asks for ${path}`),
);
if (missing.length > 0) {
  console.error(`these are not bundled:\n${[...new Set(missing)].join('\n')}`);
  process.exit(1);
}
for (const path of globSync(['**/*.{md,sql}', '**/assets/*'], { cwd: src })) {
  if (path.includes('fixtures')) continue;
  mkdirSync(dirname(join(out, path)), { recursive: true });
  cpSync(join(src, path), join(out, path));
}
writeFileSync(join(out, 'LICENSES.txt'), licenses(output.flatMap((chunk) => chunk.moduleIds ?? [])));
const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts', 'first-answers.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
  maxBuffer: 64 << 20,
});
if (status !== 0) process.exit(status ?? 1);
writeFileSync(join(out, 'first-answers.json'), stdout);
const [stamp] = process.argv.slice(2);
if (stamp !== undefined) writeFileSync(join(out, '.built-from'), stamp);
rmSync(dist, { recursive: true, force: true });
renameSync(out, dist);

/** The bundled packages' licences ask for their texts to come along. */
function licenses(modules) {
  const folders = modules.flatMap((id) => id.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const [file] = globSync(['LICEN[SC]E*', 'licen[sc]e*', 'COPYING*'], { cwd: folder });
    const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
    return `${name} ${version} (${license})${text}`;
  });
  return `The files of this folder contain these packages.\n\n${texts.join('\n\n---\n\n')}\n`;
}
