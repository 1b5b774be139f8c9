/** Spellings that Go's flag library takes and commander does not, so that kubectl's command lines work as they are. */
import type { Command } from 'commander'

/** `--wait=false` is `--no-wait`, `--watch=true` is `--watch`; `-o=yaml` is `-o yaml`. */
export function normalizeArguments(program: Command, args: readonly string[]): string[] {
  const booleans = booleanFlags(program)
  const normalized: string[] = []
  for (const [index, arg] of args.entries()) {
    if (arg === '--') return [...normalized, ...args.slice(index)]
    const boolean = /^--([a-z-]+)=(true|false)$/.exec(arg)
    const short = /^(-[a-zA-Z])=(.*)$/s.exec(arg)
    if (boolean !== null && booleans.has(boolean[1] ?? '')) {
      if (boolean[2] === 'true') normalized.push(`--${boolean[1]}`)
      else if (booleans.has(`no-${boolean[1]}`)) normalized.push(`--no-${boolean[1]}`)
    } else if (short !== null) normalized.push(short[1] ?? '', short[2] ?? '')
    else normalized.push(arg)
  }
  return normalized
}

function booleanFlags(command: Command): Set<string> {
  const own = command.options
    .filter((option) => !option.required && !option.optional)
    .map(({ long }) => long?.slice(2) ?? '')
  return new Set([...own, ...command.commands.flatMap((each) => [...booleanFlags(each)])])
}
