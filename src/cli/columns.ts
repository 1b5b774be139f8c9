/**
 * Text in columns as Go's text/tabwriter lays it out, because kubectl's tables and descriptions are laid out by it: a
 * column is as wide as its widest cell plus padding; a cell belongs to a column when a tab ends it; a column ends with
 * the first line that has no cell in it.
 */
interface ColumnOptions {
  readonly minWidth: number
  readonly padding: number
}

/** `kubectl get` */
export const TABLE_COLUMNS: ColumnOptions = { minWidth: 6, padding: 3 }
/** `kubectl describe` */
export const DESCRIPTION_COLUMNS: ColumnOptions = { minWidth: 0, padding: 2 }

/** `remembered` carries widths from one call to the next, for the rows of a watch. */
export function alignColumns(
  lines: readonly (readonly string[])[],
  { minWidth, padding }: ColumnOptions,
  remembered?: number[],
): string {
  const widths: number[][] = lines.map(() => [])
  const measure = (from: number, to: number, column: number): void => {
    for (let at = from; at < to; at++) {
      if (column >= (lines[at]?.length ?? 0) - 1) continue
      let end = at
      let width = Math.max(minWidth, remembered?.[column] ?? 0)
      for (; end < to && column < (lines[end]?.length ?? 0) - 1; end++) {
        width = Math.max(width, lengthOf(lines[end]?.[column] ?? '') + padding)
      }
      if (remembered !== undefined) remembered[column] = width
      for (let line = at; line < end; line++) (widths[line] ?? [])[column] = width
      measure(at, end, column + 1)
      at = end - 1
    }
  }
  measure(0, lines.length, 0)
  return lines
    .map((cells, line) => {
      const padded = cells.map((cell, column) => pad(cell, widths[line]?.[column] ?? 0))
      return `${padded.join('')}\n`
    })
    .join('')
}

/** tabwriter counts code points. */
function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)))
}
