import { type Divergence, slug } from './divergence.ts';
import { quoted } from './document.ts';
import type { Extracted } from './extract/index.ts';
import { type ClusterFacts, unseen } from './facts.ts';
import { RULES, ruleById } from './rules/index.ts';
import { SEVERITIES, worse } from './rules/rule.ts';

/**
 * Each feature asked for gets an answer under its own name: from the rules that know it, else from the API it names, else
 * UNKNOWN. The finding that answers one keeps its id, so that two readings agree whatever was asked.
 */
export function answerFeatures(
  asked: readonly string[],
  found: readonly Divergence[],
  document: Extracted,
  facts: ClusterFacts,
): Divergence[] {
  const answers = found.filter((d) => d.divergence !== 'NONE');
  for (const feature of new Set(asked.map((a) => a.trim()).filter((a) => a !== ''))) {
    // What reads like an API is asked of discovery, whatever else its words fit.
    const matching = API.test(feature)
      ? found.filter((d) => d.feature === feature || d.feature.endsWith(`: ${feature}`))
      : found.filter((d) => answersTo(d, feature));
    const worst = matching.length === 0 ? undefined : matching.map((d) => d.divergence).reduce(worse);
    const first = matching.find((d) => d.divergence === worst);
    if (first === undefined || worst === undefined) {
      answers.push(unanswered(feature, document, facts));
      continue;
    }
    const at = answers.indexOf(first);
    // It answers under the name that was asked; one that has a name already answers a second time.
    if (at !== -1 && !asked.includes(first.feature)) answers[at] = { ...first, feature: quoted(feature) };
    else answers.push({ ...first, id: `feature/${slug(feature)}`, feature: quoted(feature) });
  }
  return answers;
}

function answersTo(divergence: Divergence, feature: string): boolean {
  const rule = ruleById(divergence.rule);
  if (rule === undefined) return false;
  const named = divergence.feature.split(': ').at(-1) ?? '';
  if (named.length > 2 && asWord(feature, named)) return true;
  const specific = bestRules(feature);
  return specific.has(rule.id);
}

/** Of the rules whose words fit, those whose words fit most of what was asked: "shared volumes" is not about docker.sock. */
function bestRules(feature: string): Set<string> {
  const scored = RULES.map((rule) => ({ id: rule.id, score: score(rule.words, feature) })).filter((r) => r.score > 0);
  const best = Math.max(0, ...scored.map((r) => r.score));
  return new Set(scored.filter((r) => r.score === best).map((r) => r.id));
}

function score(words: RegExp, feature: string): number {
  const seen = new Set([...feature.matchAll(new RegExp(words.source, 'gi'))].map((m) => m[0].toLowerCase()));
  return seen.size;
}

/** `redis` is in "a Redis 7 server", not in `azureredisCache`. */
function asWord(text: string, wanted: string): boolean {
  const [line, term] = [text.toLowerCase(), wanted.toLowerCase()];
  const edge = (character: string | undefined) => character === undefined || !/[\p{L}\p{N}]/u.test(character);
  for (let at = line.indexOf(term); at !== -1; at = line.indexOf(term, at + 1))
    if (edge(line[at - 1]) && edge(line[at + term.length])) return true;
  return false;
}

/** `apps/v1/Deployment`, `v1/Pod`. */
const API = /^(?:[a-z0-9.-]+\/)?v\d+(?:(?:alpha|beta)\d+)?\/[A-Z]\w+$/;

function unanswered(feature: string, document: Extracted, facts: ClusterFacts): Divergence {
  const terms = feature.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}.-]{2,}/gu) ?? [];
  const places =
    terms.length === 0
      ? []
      : document.linesWhere((line) => {
          return terms.every((t) => asWord(line, t));
        });
  const base = {
    id: `feature/${slug(feature)}`,
    feature: quoted(feature),
    rule: 'feature',
    adjustments: [],
    upstream: { text: places[0]?.quote ?? '', places: places.slice(0, 5), subjects: [] },
  };
  const known = RULES.filter((rule) => score(rule.words, feature) > 0);
  const api = API.exec(feature)?.[0];
  if (api !== undefined) {
    const served = facts.apis(api);
    const severity = ({ served: 'NONE', missing: 'HIGH', unknown: 'UNKNOWN' } as const)[served];
    return {
      ...base,
      local: { text: `${api}: ${served}`, evidence: `apis: ${served}` },
      divergence: severity,
      adjustment: severity === 'HIGH' ? `use ${facts.instead?.(api) ?? 'an API that is served'}` : 'none',
    };
  }
  const unknownFact = known.flatMap((rule) => rule.asks).find((name) => unseen(facts, name) !== undefined);
  const why =
    places.length === 0
      ? 'the document does not mention it'
      : known.length === 0
        ? 'the document mentions it, and no rule compares it with the cluster'
        : 'the document mentions it, but not in a form that a rule reads';
  return {
    ...base,
    local: {
      text: why,
      evidence:
        unknownFact === undefined
          ? 'nothing in the cluster’s facts answers it'
          : `${unknownFact}: ${unseen(facts, unknownFact)}`,
    },
    divergence: SEVERITIES[1] ?? 'UNKNOWN',
    adjustment: `verify "${quoted(feature)}" by an item (an API, image, operator or configuration requirement) or by manifests, or retire it`,
  };
}
