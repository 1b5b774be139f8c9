/** A plan for people: on a terminal, or as a comment on a pull request. */
import type { Item, Plan } from '../platform/index.ts'
import { alignColumns, DESCRIPTION_COLUMNS } from './columns.ts'
import { printable } from './table.ts'

const SIGNS: Readonly<Partial<Record<Item['action'], string>>> = {
  create: '+',
  resume: '~',
  adopt: '>',
  update: '~',
  repair: '~',
  start: '~',
  replace: '±',
  'wait-then-create': '±',
  delete: '-',
  release: '-',
}

/** Nobody was asked where that would be. */
const NOTHING_ASKED = 'The manifests have neither control centers nor platforms.\n'

function sign({ action, outcome }: Item): string {
  if (outcome === 'blocked') return '!'
  if (outcome === 'unknown') return '?'
  return SIGNS[action] ?? ' '
}

/** A line an item, below it what differs; then how many of what. */
export function planText({ items, scope, command }: Plan): string {
  if (scope.workspace === '') return NOTHING_ASKED
  const what = command.type === 'destroy' ? 'Destroying' : 'Plan for'
  const head = `${what} workspace ${scope.workspace}:\n\n`
  if (items.length === 0) return `${head}  nothing is wanted, and nothing is there\n\n${summary(items)}\n`
  const cells = items.map((item) => [
    `  ${sign(item)} ${item.address}`,
    item.action,
    providerText(item),
    printable(item.reason),
  ])
  // What differs stands between the lines of a column, and is no part of it.
  const lines = alignColumns(cells, DESCRIPTION_COLUMNS).split('\n')
  const told = items.flatMap((item, at) => [
    `${lines[at]}\n`,
    ...changesOf(item).map(({ field, before, after }) => `      ${field}: ${value(before)} -> ${value(after)}\n`),
  ])
  return `${head}${told.join('')}\n${summary(items)}\n`
}

export function planMarkdown({ items, scope, command }: Plan): string {
  if (scope.workspace === '') return NOTHING_ASKED
  const what = command.type === 'destroy' ? 'Destroying' : 'Plan for'
  const rows = items.map((item) => {
    const changes = changesOf(item).map(
      ({ field, before, after }) => `${field}: \`${value(before)}\` → \`${value(after)}\``,
    )
    const why = [item.reason, ...changes].map((text) => printable(text).replaceAll('|', '\\|')).join('<br>')
    return `| ${sign(item).trim()} | ${item.address} | ${item.action} | ${providerText(item)} | ${why} |\n`
  })
  const table = `| | item | action | provider | why |\n|---|---|---|---|---|\n${rows.join('')}`
  return `### ${what} workspace \`${scope.workspace}\`\n\n${table}\n**${summary(items)}**\n`
}

/** What is not ours differs as it likes. */
function changesOf({ action, changes }: Item): Item['changes'] {
  return action === 'conflict' || action === 'foreign' ? [] : changes
}

function providerText({ configured: { name, provider } }: Item): string {
  return `${name} (${provider.capabilities().notice})`
}

function value(of: unknown): string {
  if (of === null || of === undefined) return 'not set'
  return printable(typeof of === 'string' ? of : JSON.stringify(of))
}

const COUNTED: readonly (readonly [string, (item: Item) => boolean])[] = [
  ['to create', ({ action }) => action === 'create' || action === 'wait-then-create'],
  ['to adopt', ({ action }) => action === 'adopt'],
  ['to change', ({ action }) => ['update', 'repair', 'start', 'resume', 'release'].includes(action)],
  ['to replace', ({ action }) => action === 'replace'],
  ['to delete', ({ action }) => action === 'delete'],
]

export function summary(items: readonly Item[]): string {
  const changing = items.filter(({ outcome }) => outcome === 'change')
  const counts = COUNTED.map(([word, is]) => [changing.filter(is).length, word] as const)
  const others = [
    [items.filter(({ outcome }) => outcome === 'settled').length, 'as they are'],
    [items.filter(({ outcome }) => outcome === 'blocked').length, 'blocked'],
    [items.filter(({ outcome }) => outcome === 'unknown').length, 'unknown'],
  ] as const
  const told = [...counts, ...others].filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return told.length === 0 ? 'Nothing to do.' : `${told.join(', ')}.`
}
