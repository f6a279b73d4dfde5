import { readFileSync } from 'node:fs';
import { plan, proven, report, SB, scene, settings } from './lib.mjs';

const kc = JSON.parse(readFileSync(SB.kubeconfig, 'utf8'));
const tok = kc.users[0].user.token;
const s = scene('tok');
const a = await s.agent({ approve: 'approve' });
await proven(a, s, {});
let r = await a.call('submit-plan', {
  plan: plan(s, [
    settings({
      validation: ["kubectl config view --raw -o jsonpath='{.users[0].user.token}' && kubectl get configmap"],
    }),
  ]),
});
console.log(r.value.status);
await a.call('request-approval', {});
await a.call('apply-phase', { phase_number: 1 });
r = await a.call('phase-gate', { phase_number: 1 });
const inA = JSON.stringify(r.raw).includes(tok);
const ex = s.cli(['export', 'app-1']).stdout.includes(tok);
const db =
  readFileSync(s.home + '/ledger.sqlite').includes(tok) || readFileSync(s.home + '/ledger.sqlite-wal').includes(tok);
report(
  'L-token',
  "the server's own bearer token, printed bare by a validation command, is in the answer / ledger",
  inA || db ? 'BROKEN' : 'WITHSTOOD',
  `answer ${inA}, ledger ${db}, export ${ex}, token length ${tok.length}`,
);
await s.end();
process.exit(0);
