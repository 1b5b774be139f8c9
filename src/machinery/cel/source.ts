/** What is wrong with an expression, told with its place as cel-go tells it (common/error.go). */

export interface Issue {
  /** In UTF-16 units from the beginning of the expression; -1 where there is no place. */
  readonly at: number
  readonly message: string
}

const MAX_ISSUES = 100
/** Longer lines are not shown. In UTF-8 bytes, as upstream counts. */
const MAX_SNIPPET = 16384
const ENCODER = new TextEncoder()

interface Place {
  readonly line: number
  /** In code points, from zero. */
  readonly column: number
  readonly snippet: string
}

function placeOf(text: string, at: number): Place {
  if (at < 0) return { line: -1, column: -1, snippet: '' }
  const before = text.slice(0, at)
  const start = before.lastIndexOf('\n') + 1
  const end = text.indexOf('\n', at)
  return {
    line: before.split('\n').length,
    column: [...before.slice(start)].length,
    snippet: text.slice(start, end === -1 ? undefined : end),
  }
}

function formatIssue(message: string, { line, column, snippet }: Place): string {
  const head = `ERROR: <input>:${line}:${column + 1}: ${message}`
  if (line < 0 || ENCODER.encode(snippet).length > MAX_SNIPPET) return head
  const points = [...snippet.replaceAll('\t', ' ')]
  const dots = points.slice(0, column).map((point) => (isWide(point) ? '\uff0e' : '.'))
  return `${head}\n | ${points.join('')}\n | ${dots.join('')}${isWide(points[column]) ? '\uff3e' : '^'}`
}

function isWide(point: string | undefined): boolean {
  return point !== undefined && (point.codePointAt(0) as number) > 0x7f
}

/**
 * All issues in the order of their places.
 *
 * @example formatIssues('a + b', [{ at: 0, message: "undeclared reference to 'a' (in container '')" }])
 */
export function formatIssues(text: string, issues: readonly Issue[]): string {
  const shown = issues.slice(0, MAX_ISSUES).map((issue) => ({ issue, place: placeOf(text, issue.at) }))
  shown.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
  const lines = shown.map(({ issue, place }) => formatIssue(issue.message, place))
  if (issues.length > MAX_ISSUES) lines.push(`${issues.length - MAX_ISSUES} more errors were truncated`)
  return lines.join('\n')
}
