import type { Offer, Place, Shell } from './places.ts';

/**
 * Pure: places → a script. In each shell the words before the cursor are walked: options with their values are passed over,
 * a word that is no subcommand is an argument. Values come from `infragate completion --values KIND` when they are asked for;
 * they are others' text, so no script evaluates them.
 */
export const SCRIPT: Record<Shell, (places: readonly Place[]) => string> = { bash, zsh, fish };

/** `  "/sandbox up") place=/sandbox/up nth=0; continue ;;` */
const branches = (places: readonly Place[]): string =>
  places
    .filter(({ path }) => path.length > 0)
    .map(
      ({ path }) =>
        `        ${quoted(`${key(path.slice(0, -1))} ${path.at(-1)}`)}) place=${key(path)}; nth=0; continue ;;`,
    )
    .join('\n');

const taking = (places: readonly Place[]): string =>
  places
    .flatMap(({ path, options }) => options.flatMap(({ spellings }) => spellings.map((one) => `${key(path)} ${one}`)))
    .map(quoted)
    .join('|');

/** `offer=` of bash and zsh: `words a b`, `kind contexts`, `files`, `folders`, `anything`. */
const offer = (one: Offer): string =>
  one.from === 'words' ? `words ${one.words.join(' ')}` : one.from === 'kind' ? `kind ${one.kind}` : one.from;

const optionOffers = (places: readonly Place[]): string =>
  places
    .flatMap(({ path, options }) =>
      options.map(
        (one) =>
          `      ${one.spellings.map((spelling) => quoted(`${key(path)} ${spelling}`)).join('|')}) offer=${quoted(offer(one.offer))} ;;`,
      ),
    )
    .join('\n');

const argumentOffers = (places: readonly Place[]): string =>
  places
    .flatMap(({ path, arguments: all }) =>
      all.map(({ offer: own, repeated }, index) => {
        const nth = repeated ? `${quoted(`${key(path)} `)}*` : quoted(`${key(path)} ${index}`);
        return `      ${nth}) offer=${quoted(offer(own))} ;;`;
      }),
    )
    .join('\n');

/** The same in both: place, nth, option and offer, from the words before the cursor. */
const walk = (places: readonly Place[], before: string, word: string): string => `  for word in ${before}; do
    if [[ -n $option ]]; then option=""; continue; fi
    if [[ $word == -* ]]; then
      case "$place $word" in
        ${taking(places)}) option=$word ;;
      esac
      continue
    fi
    case "$place $word" in
${branches(places)}
    esac
    nth=$((nth + 1))
  done
  if [[ -z $option && ${word} == --*=* ]]; then option=${word}; option=\${option%%=*}; joined=1; fi
  if [[ -n $option ]]; then
    case "$place $option" in
${optionOffers(places)}
    esac
  else
    case "$place $nth" in
${argumentOffers(places)}
    esac
  fi`;

function bash(places: readonly Place[]): string {
  return `# infragate completion for bash: source <(infragate completion bash)
_infragate() {
  local line="\${COMP_LINE:0:COMP_POINT}" word place="" option="" offer="" joined="" nth=0 current="" words="" value about
  local -a typed
  # Split here, because bash takes "=" and ":" for the ends of words, which options and contexts have in them.
  read -ra typed <<< "$line"
  if [[ $line != *[[:space:]] ]]; then current="\${typed[\${#typed[@]}-1]}"; unset "typed[\${#typed[@]}-1]"; fi
${walk(places, `"\${typed[@]:1}"`, '$current')}
  local given="$current" breaks="" head=""
  [[ -n $joined ]] && current="\${current#*=}"
  # bash puts the answer in place of what follows the last end of a word.
  [[ $COMP_WORDBREAKS == *:* ]] && breaks=":"
  [[ $COMP_WORDBREAKS == *=* ]] && breaks="$breaks="
  [[ -n $breaks && $given == *[$breaks]* ]] && head="\${given%"\${given##*[$breaks]}"}"
  local lead=""
  [[ -n $joined ]] && lead="$option="
  COMPREPLY=()
  case "$offer" in
    "words "*) words="\${offer#words }" ;;
    files) compopt -o filenames 2> /dev/null; while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$current"); return ;;
    folders) compopt -o filenames 2> /dev/null; while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -d -- "$current"); return ;;
    "kind "*)
      while IFS=$'\\t' read -r value about; do
        [[ $value == "$current"* ]] || continue
        value="$lead$(printf %q "$value")"
        COMPREPLY+=("\${value#"$head"}")
      done < <("\${typed[0]}" completion --values "\${offer#kind }" 2> /dev/null)
      ;;
  esac
  if [[ -z $option ]]; then
    case "$place" in
${places.map(({ path, words }) => `      "${key(path)}") words="$words ${words.map((one) => one.word).join(' ')}" ;;`).join('\n')}
    esac
  fi
  for value in $words; do
    value="$lead$value"
    [[ $value == "$given"* ]] && COMPREPLY+=("\${value#"$head"}")
  done
}
complete -F _infragate infragate`;
}

function zsh(places: readonly Place[]): string {
  return `#compdef infragate
# infragate completion for zsh: source <(infragate completion zsh)
_infragate() {
  local word place="" option="" offer="" joined="" nth=0 value about
  local -a offered
${walk(places, `"\${(@)words[2,CURRENT-1]}"`, `\${words[CURRENT]}`)}
  [[ -n $joined ]] && compset -P '*='
  case "$offer" in
    "words "*) offered=(\${=offer#words }) ;;
    files) _files; return ;;
    folders) _files -/; return ;;
    "kind "*)
      while IFS=$'\\t' read -r value about; do
        offered+=("\${value//:/\\\\:}:$about")
      done < <("\${words[1]}" completion --values "\${offer#kind }" 2> /dev/null)
      ;;
  esac
  if [[ -z $option ]]; then
    case "$place" in
${places
  .map(
    ({ path, words }) =>
      `      "${key(path)}") offered+=(${words.map((one) => quoted(`${one.word.replaceAll(':', '\\:')}:${one.about}`)).join(' ')}) ;;`,
  )
  .join('\n')}
    esac
  fi
  _describe infragate offered
}
compdef _infragate infragate`;
}

function fish(places: readonly Place[]): string {
  const at = (path: readonly string[], nth?: string) =>
    quoted(`__infragate_at ${quotedInFish(key(path))}${nth === undefined ? '' : ` ${nth}`}`);
  const source = (one: Offer): string =>
    one.from === 'words'
      ? `-f -a ${quoted(one.words.join(' '))}`
      : one.from === 'kind'
        ? `-f -a '(infragate completion --values ${one.kind} 2>/dev/null)'`
        : one.from === 'folders'
          ? `-f -a '(__fish_complete_directories (commandline -ct))'`
          : '-F';
  const lines = places.flatMap((place) => [
    ...place.words.map(({ word, about }) => {
      const taken = place.options.find(({ spellings }) => spellings.includes(word));
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      const value = taken === undefined ? '-f' : `-r ${source(taken.offer)}`;
      return `complete -c infragate -n ${at(place.path)} ${value} ${what} -d ${quoted(about)}`;
    }),
    ...place.arguments
      .filter(({ offer: own }) => own.from !== 'anything')
      .map(
        ({ offer: own, repeated }, index) =>
          `complete -c infragate -n ${at(place.path, repeated ? '' : String(index))} ${source(own)}`,
      ),
  ]);
  return `# infragate completion for fish: infragate completion fish | source
function __infragate_at --description 'place [nth]: whether the cursor is there'
  set -l place ''
  set -l nth 0
  set -l option ''
  set -l tokens (commandline -opc)
  for word in $tokens[2..-1]
    if test -n "$option"
      set option ''
      continue
    end
    switch "$place $word"
      case ${takingInFish(places)}
        set option $word
        continue
      case '* -*'
        continue
${places
  .filter(({ path }) => path.length > 0)
  .map(
    ({ path }) =>
      `      case ${quoted(`${key(path.slice(0, -1))} ${path.at(-1)}`)}\n        set place ${key(path)}\n        set nth 0\n        continue`,
  )
  .join('\n')}
    end
    set nth (math $nth + 1)
  end
  test "$place" = "$argv[1]"; or return 1
  test (count $argv) -lt 2; or test "$nth" = "$argv[2]"
end
complete -c infragate -e
complete -c infragate -f
${lines.join('\n')}`;
}

const takingInFish = (places: readonly Place[]): string =>
  places
    .flatMap(({ path, options }) => options.flatMap(({ spellings }) => spellings.map((one) => `${key(path)} ${one}`)))
    .map(quoted)
    .join(' ');

const key = (path: readonly string[]) => path.map((one) => `/${one}`).join('');
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** Inside of a text that stands in single quotes itself. */
const quotedInFish = (text: string) => `"${text}"`;
