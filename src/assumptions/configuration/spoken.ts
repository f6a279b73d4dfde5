/**
 * Pure: other ways in which people say a requirement, each turned into a form of the table. They are tried only where no form
 * fits, so that what was understood before keeps its subject.
 */
const SPOKEN: readonly (readonly [RegExp, string])[] = [
  [/["'`]/g, ''],
  [/^(we |i )?(need|require|must have|want)s? /i, ''],
  [/^allow(ed|s)? (?=\S)/i, ''],
  [/ (is |are )?(allowed|permitted|possible|open|working|works|present|there|available|enabled|supported)$/i, ''],
  [/ (must|should|has to) exist$/i, ' exists'],
  [
    /^(egress|outbound( access| traffic)?|traffic|connections?) (is |are )?(allowed|permitted|possible) to /i,
    'egress to ',
  ],
  [/^(pods? |we )?(can |may )?(connect|talk|access|get out) to (?=\S+[.:])/i, 'egress to '],
  [/^(resource )?metrics( server| api)?$|^kubectl top$|^top pods$/i, 'metrics API available'],
  [
    /^(rwo|rwx|readwriteonce|readwritemany) (pvcs?|claims?|persistent ?volume ?claims?|persistent ?volumes?|pvs?|storage ?class(es)?|access)$/i,
    '$1 volumes',
  ],
  [/^(volumes|storage|pvcs?) (with|of) (rwo|rwx|readwriteonce|readwritemany)( access)?( mode)?$/i, '$3 volumes'],
  [/^(kubectl )?exec$/i, 'can exec into pods'],
  [/^(?=exec (into|in) |attach to |port-?forward|read (pod )?logs|evict pods)/i, 'can '],
  [
    /^((?:can|may) (?:exec|attach|port-?forward|read|scale|evict) .+) in (?!namespace )(?:the )?([a-z0-9][-a-z0-9]*)( namespace)?$/i,
    '$1 in namespace $2',
  ],
  [
    /^((we |i )?(can|may) )?use (the )?(?!scc )([a-z0-9][-a-z0-9.]*) (scc|security ?context ?constraints?)$/i,
    'can use SCC $5',
  ],
  [/^(scc|security ?context ?constraints?) ([a-z0-9][-a-z0-9.]*)( usable)?$/i, 'can use SCC $2'],
  [/^(pods? |containers? )?(can |may )?run (as )?privileged( pods?| containers?)?$/i, 'privileged containers'],
  [/^load ?balancer services? types?$|^services? type load ?balancer$/i, 'LoadBalancer services'],
  [/^(crd|custom ?resource ?definition) (?=[a-z0-9.-]+)/i, 'CustomResourceDefinition '],
  [/^([A-Za-z][A-Za-z ]*) ([a-z0-9][-a-z0-9]*)\/([a-z0-9][-a-z0-9.]*)(?= exists$|$)/i, '$1 $3 in namespace $2'],
  [
    /^([A-Z][A-Za-z0-9]* [a-z0-9][-a-z0-9.]*) in (?!namespace )([a-z0-9][-a-z0-9]*)(?= exists$|$)/,
    '$1 in namespace $2',
  ],
];

/** The sentence after each way of saying it in turn, as often as something changes: at most once for each row. */
export function* saidOtherwise(sentence: string): Generator<string> {
  let text = sentence;
  for (const [pattern, form] of SPOKEN) {
    const next = text.replace(pattern, form);
    if (next === text) continue;
    text = next;
    yield text;
  }
}
