import { Argument, type Command } from 'commander'
import type { Environment } from './environment.ts'

export function addCompletion(program: Command, { stdout }: Environment): void {
  program
    .command('completion')
    .summary('print a script that completes commands and options')
    .description('Print a script for a shell that completes commands and options:\n  source <(keelson completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish') => {
      stdout.write(SCRIPTS[shell](program))
    })
}

/** The words that may follow each command, `''` being the program itself. */
function wordsOf(command: Command, path = ''): [string, string[]][] {
  const flags = command.options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined)
  const own: [string, string[]] = [path, [...command.commands.map((each) => each.name()), ...flags]]
  return [own, ...command.commands.flatMap((each) => wordsOf(each, `${path} ${each.name()}`.trim()))]
}

const SCRIPTS: Readonly<Record<'bash' | 'zsh' | 'fish', (program: Command) => string>> = {
  bash: (program) => `_keelson() {
  local path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case "$path $word" in
${knownPaths(program)}
    esac ;; esac
  done
  local words=""
  case "$path" in
${wordsOf(program)
  .map(([path, words]) => `    "${path}") words="${words.join(' ')}" ;;`)
  .join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _keelson keelson
`,
  zsh: (program) => `autoload -Uz bashcompinit && bashcompinit\n${SCRIPTS.bash(program)}`,
  fish: (program) =>
    program.commands
      .map((each) => {
        const flags = each.options
          .map(({ long }) => (long === undefined ? '' : ` -l ${long.slice(2)}`))
          .filter((flag) => flag !== '')
        const command = `complete -c keelson -n __fish_use_subcommand -f -a ${each.name()} -d '${each.summary()}'`
        const seen = `complete -c keelson -n '__fish_seen_subcommand_from ${each.name()}'`
        return [command, ...flags.map((flag) => `${seen}${flag}`)].join('\n')
      })
      .join('\n')
      .concat('\n'),
}

function knownPaths(program: Command): string {
  return wordsOf(program)
    .filter(([path]) => path !== '')
    .map(([path]) => `      "${path.includes(' ') ? path : ` ${path}`}") path="${path}" ;;`)
    .join('\n')
}
