/**
 * A Makefile's recipes for the targets asked for, and what these depend on, as shell text. Plain rules and variables only;
 * `include`, functions and pattern rules aren't followed.
 */
export function makeText(text, words) {
  const variables = new Map();
  const rules = new Map();
  let first;
  let current;
  for (const line of text.replace(/\\\n[ \t]*/g, ' ').split('\n')) {
    const recipe = /^(?:\t| {4,})(.*)$/.exec(line);
    if (recipe !== null && current !== undefined) {
      current.recipe.push(recipe[1].replace(/^[@+-]+/, ''));
      continue;
    }
    const variable = /^\s*(?:export\s+)?([\w.-]+)\s*(?::|::|\?|\+)?=\s*(.*)$/.exec(line);
    if (variable !== null) {
      variables.set(variable[1], variable[2]);
      continue;
    }
    const rule = /^([^\s:#=][^:=#]*)::?\s*([^=;]*)(?:;(.*))?$/.exec(line);
    if (rule === null) {
      if (/^\S/.test(line)) current = undefined;
      continue;
    }
    current = {
      needs: rule[2].split(/\s+/).filter((one) => one !== ''),
      recipe: rule[3] === undefined ? [] : [rule[3]],
    };
    for (const target of rule[1].trim().split(/\s+/)) {
      rules.set(target, current);
      if (first === undefined && !target.startsWith('.')) first = target;
    }
  }
  for (const word of words) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(word) ?? [];
    if (name !== undefined) variables.set(name, value);
  }
  const targets = words.filter((word) => !word.includes('='));
  const lines = [];
  const seen = new Set();
  const build = (target) => {
    if (seen.has(target)) return;
    seen.add(target);
    const rule = rules.get(target);
    if (rule === undefined) return;
    for (const need of rule.needs) build(need);
    lines.push(...rule.recipe.map((line) => withVariables(line, variables)));
  };
  for (const target of targets.length > 0 ? targets : first === undefined ? [] : [first]) build(target);
  return lines.join('\n');
}

function withVariables(line, variables, depth = 0) {
  const replaced = line.replace(/\$(?:\(([\w.-]+)\)|\{([\w.-]+)\})/g, (whole, a, b) => {
    const value = variables.get(a ?? b);
    if (value === undefined) return `"\${${a ?? b}}"`;
    return depth > 8 ? whole : withVariables(value, variables, depth + 1);
  });
  return depth === 0 ? replaced.replaceAll('$$', '$') : replaced;
}
