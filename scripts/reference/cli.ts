import { runProgram, type StoreCommands } from '../../src/cli/index.ts'
import { VERSION } from '../../src/version.ts'

/** Every command's help, as the command prints it. */
export async function cliReference(): Promise<string> {
  const sections: string[] = []
  await addCommand([], sections)
  return `# Commands\n\n${sections.join('\n\n')}\n`
}

async function addCommand(path: readonly string[], sections: string[]): Promise<void> {
  const help = await helpOf(path)
  sections.push(
    `## ${['keelson', ...path].join(' ')}\n\n\`\`\`text\n${withoutGlobalOptions(path, help).trim()}\n\`\`\``,
  )
  for (const command of commandsIn(help)) await addCommand([...path, command], sections)
}

async function helpOf(path: readonly string[]): Promise<string> {
  let printed = ''
  const write = (text: string) => {
    printed += text
  }
  await runProgram([...path, '--help'], {
    version: VERSION,
    stdout: { write },
    stderr: { write },
    stdin: (async function* () {})(),
    env: {},
    signal: new AbortController().signal,
    serve: () => Promise.reject(new Error('help starts no server')),
    store: {} as StoreCommands,
  })
  return printed
}

/** `  ws|workspace [options] [place]   what it does`; `help` is each command's own. */
function commandsIn(help: string): string[] {
  const [, list = ''] = help.split('\nCommands:\n')
  return [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help')
}

/** They are said once, at the top. */
function withoutGlobalOptions(path: readonly string[], help: string): string {
  return path.length === 0 ? help : help.replace(/\nGlobal Options:\n(?: .*\n)+/, '')
}
