import { compare } from '../src/documents/diverge.ts';
import { extract } from '../src/documents/extract/index.ts';
import { TARGETS } from '../src/documents/judge.fixture.ts';

/** Documents of a size in bytes, as people have them. */
const SHAPES: Readonly<Record<string, (bytes: number) => string>> = {
  compose: (bytes) =>
    grown('services:\n', bytes, (i) =>
      [
        `  svc${i}:`,
        `    image: ghcr.io/example/app${i}:1.2.3`,
        `    ports: ["${8000 + (i % 1000)}:8080"]`,
        `    volumes:\n      - ./data${i}:/data\n      - vol${i}:/var/lib/x`,
        `    environment:\n      UPSTREAM_URL: http://svc${i + 1}:8080/path\n      PASSWORD: \${PASS:-x}`,
        `    depends_on:\n      - svc${i + 1}\n`,
      ].join('\n'),
    ),
  'values.yaml': (bytes) =>
    grown('', bytes, (i) =>
      [
        `component${i}:`,
        `  image:\n    registry: ghcr.io\n    repository: example/app${i}\n    tag: 1.2.${i}`,
        `  resources:\n    requests: {cpu: 100m, memory: 128Mi}`,
        `  service:\n    type: ClusterIP\n    port: 8080\n`,
      ].join('\n'),
    ),
  'Markdown guide': (bytes) =>
    grown(
      '# Guide\n\n',
      bytes,
      (i) =>
        `## Step ${i}\n\nRun \`helm install a${i} repo/b\` on Kubernetes 1.24+.\n\n\`\`\`yaml\nkey${i}: value\n\`\`\`\n\n`,
    ),
};

function grown(head: string, bytes: number, piece: (i: number) => string): string {
  const pieces = [head];
  for (let i = 0, size = head.length; size < bytes; i++) {
    const next = piece(i);
    pieces.push(next);
    size += next.length;
  }
  return pieces.join('');
}

/** Reading and comparing 1 MiB of each shape, and how that grows from 256 KiB (4 times the text: 4.0 is linear). */
export async function parsingSpeed(): Promise<string> {
  const lines = ['', 'shape           256 KiB     1 MiB   growth'];
  for (const [shape, make] of Object.entries(SHAPES)) {
    const quarter = await timed(make(2 ** 18), shape);
    const whole = await timed(make(2 ** 20), shape);
    lines.push(
      `${shape.padEnd(14)}  ${`${Math.round(quarter)} ms`.padStart(7)}  ${`${Math.round(whole)} ms`.padStart(8)}  ${(whole / quarter).toFixed(1).padStart(7)}`,
    );
  }
  return lines.join('\n');
}

async function timed(text: string, shape: string): Promise<number> {
  const begun = performance.now();
  const extracted = await extract([{ name: shape, kind: shape.startsWith('Markdown') ? 'markdown' : 'yaml', text }]);
  compare({
    extracted,
    facts: TARGETS.A,
  });
  return performance.now() - begun;
}
