import { baseName } from './text.ts';

/**
 * Programs that print variables, functions and completions for a shell to take up (`eval "$(ssh-agent -s)"`,
 * `source <(kubectl completion bash)`), and the files that hold such: not read, and taken for what they say they are.
 */
const SETS_UP =
  /^(ssh-agent|gpg-agent|direnv|brew|pyenv|rbenv|nodenv|goenv|jenv|fnm|mise|rtx|asdf|starship|zoxide|conda|mamba|micromamba|dircolors|lesspipe|opam|keychain|luarocks|thefuck|atuin|mcfly|fasd|register-python-argcomplete|resize)$/;

export function printsSetup(argv: readonly string[]): boolean {
  const [name = '', first = ''] = argv;
  const rest = argv.slice(1);
  return (
    SETS_UP.test(baseName(name)) ||
    rest.includes('completion') ||
    rest.includes('completions') ||
    rest.some((arg) => /^--?(bash|zsh|fish)$|^--(show-|print-|generate-)?completions?(-script)?(=.*)?$/.test(arg)) ||
    /^(docker|podman|oc|bundle|shell)-env$|^(shellenv|init-shell|hook)$/.test(first) ||
    (first === 'env' && /^(minikube|podman|colima|docker-machine|crc|devbox|pixi|opam|fnm)$/.test(baseName(name)))
  );
}

/** A shell's own start-up files, virtual environments and tool chains: a person's, and too clever to be read. */
const STARTUP =
  /(^|[\\/])(\.(bashrc|bash_profile|bash_aliases|bash_completion|profile|zshrc|zprofile|zshenv|envrc|env)|env|environment|profile|bash_completion|nvm\.sh|sdkman-init\.sh|asdf\.sh|conda\.sh|cargo-env|activate(\.\w+)?|(local_)?setup\.(ba|z)?sh|(env|environment|setvars|setenv|oneapi-vars|completion|completions)(\.\w+)?|[\w.-]*[_.-](env|rc|openrc|completion)(\.(ba|z)?sh)?|null)$/i;

export const isStartupFile = (path: string): boolean => STARTUP.test(path) || /^\/etc\/(profile|bash)/.test(path);
