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

/** The words that may follow each command, `''` being the program itself, whose flags go with all of them. */
function wordsOf(command: Command, path = '', inherited: readonly string[] = []): [string, string[]][] {
  const flags = [...flagsOf(command), ...inherited]
  const children = command.commands.flatMap((each) => namesOf(each).map((name) => [name, each] as const))
  const own: [string, string[]] = [path, [...children.map(([name]) => name), ...flags]]
  return [
    own,
    ...children.flatMap(([name, each]) => wordsOf(each, `${path} ${name}`.trim(), path === '' ? flags : inherited)),
  ]
}

function namesOf(command: Command): string[] {
  return [command.name(), ...command.aliases()]
}

function flagsOf({ options }: Command): string[] {
  return options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined)
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
    [
      ...fishFlags(program, ''),
      ...program.commands.flatMap((each) => {
        const within = ` -n '__fish_seen_subcommand_from ${namesOf(each).join(' ')}'`
        return [
          fishWord(each, ' -n __fish_use_subcommand'),
          ...each.commands.map((below) => fishWord(below, within)),
          ...fishFlags(each, within),
          ...each.commands.flatMap((below) =>
            fishFlags(
              below,
              ` -n '__fish_seen_subcommand_from ${each.name()}; and __fish_seen_subcommand_from ${below.name()}'`,
            ),
          ),
        ]
      }),
      '',
    ].join('\n'),
}

function fishWord(command: Command, condition: string): string {
  return `complete -c keelson${condition} -f -a ${command.name()} -d '${command.summary().replaceAll("'", "\\'")}'`
}

function fishFlags({ options }: Command, condition: string): string[] {
  return options.map(({ short, long, description }) => {
    const names = [short && ` -s ${short.slice(1)}`, long && ` -l ${long.slice(2)}`].filter(Boolean).join('')
    return `complete -c keelson${condition}${names} -d '${description.replaceAll("'", "\\'")}'`
  })
}

function knownPaths(program: Command): string {
  return wordsOf(program)
    .filter(([path]) => path !== '')
    .map(([path]) => `      "${path.includes(' ') ? path : ` ${path}`}") path="${path}" ;;`)
    .join('\n')
}
