import { styleText } from 'node:util'
import { alignColumns, TABLE_COLUMNS } from './columns.ts'
import type { TreeNode } from './tree-nodes.ts'

const HEADERS = ['NAME', 'READY', 'ENDPOINT', 'MESSAGE']
const STYLES = { True: 'green', False: 'red', Unknown: 'yellow' } as const

/** A line a node, as `clusterctl describe` draws them; colours on a terminal only. */
export function treeText(root: TreeNode, { terminal }: { readonly terminal: boolean }): string {
  const rows: string[][] = []
  const add = (node: TreeNode, start: string, indent: string): void => {
    const { kind, name, workspace, ready, endpoint, message, children } = node
    const title = kind === 'Workspace' ? (start === '' ? workspace : name) : `${kind}/${name}`
    rows.push([`${start}${title}`, ready, endpoint, message.replaceAll('\n', ' ')])
    for (const [index, child] of children.entries()) {
      const last = index === children.length - 1
      add(child, `${indent}${last ? '└── ' : '├── '}`, `${indent}${last ? '    ' : '│   '}`)
    }
  }
  add(root, '', '')
  // A column in which nothing stands says nothing.
  const used = HEADERS.map((_, column) => rows.some((cells) => cells[column] !== ''))
  const lines = [HEADERS, ...rows].map((cells) => cells.filter((_, column) => used[column]))
  const text = alignColumns(lines, TABLE_COLUMNS).replaceAll(/ +$/gm, '')
  if (!terminal) return text
  return text.replaceAll(/(?<= )(True|False|Unknown)(?=\s)/g, (status) =>
    styleText(STYLES[status as keyof typeof STYLES], status, { validateStream: false }),
  )
}

/** `:root:acme:shop` for a workspace, the workspace and the object for everything else. */
export function treeNames({ kind, workspace, object, children }: TreeNode): string[] {
  const own = kind === 'Workspace' ? `:${workspace}` : `:${workspace} ${object}`
  return [own, ...children.flatMap(treeNames)]
}
