import { readFileSync } from 'node:fs';
import { type Review, reviewLines } from '../src/review/index.ts';

/** How a person decides, with the review of the demo's plan as a run of the demo recorded it, rendered by the code of today. */
const recorded = new URL('../src/review/fixtures/demo.json', import.meta.url);

export function approvalDoc(): string {
  const { decided_at: now, review } = JSON.parse(readFileSync(recorded, 'utf8')) as {
    decided_at: string;
    review: Review;
  };
  const lines = reviewLines(review, { now, lookedAt: now, fresh: true });
  return `# What a person approves

A person approves what they were shown, and exactly that is what runs. What is shown is the **review**: one model made of
the plan, the server's dry run of every object, and the evidence on record. The terminal (\`infragate approve\`), a
client's form and \`deployment-status {show: "plan"}\` render the same model.

This is the review of the demo's plan, as the terminal shows it:

\`\`\`text
${lines.join('\n')}
\`\`\`

## How to read it

- \`!!\` stands before what leaves the namespace, the node or the rights that a workload has, \`!\` before what opens,
  deletes, replaces or changes something. **Look at first** repeats the worst of it.
- Every object has one line with what the server would make of it: images by tag and digest, privileges, access to the
  node, who reaches it, rights and to whom they are given, sizes of claims. What changes is given as \`old → new\`.
- Every command is there, and the text of every file that a command names: whole when it is short, else the lines that
  fetch, delete, write to the cluster, read credentials or take rights.
- **Since a person decided** compares with the plan that a person last decided about, never with the one last submitted.
  Everything is compared whole; only what is displayed is cut, and the cut is given.
- **Set aside** lists what was once assumed and is no more; an item that had failed is marked.
- Letters that are hidden, change the direction or look like others are named with their numbers (\`U+202E\`). Nothing
  written by an agent, a document, a registry or a container can move the cursor or begin a line of the review.

\`infragate show plan\`, \`show diff\` and \`show manifests\` page through all of it (\`$PAGER\`): nothing there is cut. At the
question, \`infragate approve\` takes the same words.

## What is recorded

The decision is recorded with two digests: the plan's, whose beginning the person types, and the review's. The review's
digest is that of its canonical JSON (RFC 8785), which the ledger keeps.

Right before a decision is recorded, the review is made again. Another plan, another dry run, or evidence that is newer
and speaks against it: nothing is decided, and the review is shown again. Where the cluster can't be asked, the review
gives the time of the last dry run, and each phase is compared with the cluster before it is applied.

Whose decision it is, and how sure that is, is in [the threat model](threat-model.md).
`;
}
