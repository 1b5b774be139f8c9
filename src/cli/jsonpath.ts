/**
 * kubectl's JSONPath templates (client-go/util/jsonpath): text, `{.path}`, `{range …}{end}`, quoted text, filters, slices,
 * unions and recursive descent.
 */
import { type Json, KeelsonError } from '../machinery/index.ts'
import { escapeHtml } from './go-json.ts'

type Step =
  | { readonly type: 'field'; readonly name: string }
  /** `['a','b.c']`: the values of all paths. */
  | { readonly type: 'union'; readonly paths: readonly (readonly Step[])[] }
  | { readonly type: 'wildcard' }
  | { readonly type: 'descend' }
  | { readonly type: 'index'; readonly indexes: readonly number[] }
  | { readonly type: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly by: number }
  | { readonly type: 'filter'; readonly left: Operand; readonly operator: string; readonly right: Operand | undefined }

type Operand = { readonly literal: Json } | { readonly path: readonly Step[] }

type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'path'; readonly path: readonly Step[] }
  | { readonly type: 'range'; readonly path: readonly Step[]; readonly body: readonly Node[] }

/** Renders a value; throws a KeelsonError for a template that cannot be read. */
export function compileJsonPath(template: string): (value: Json) => string {
  const nodes = parseNodes(template)
  return (value) => render(nodes, value, value)
}

function malformed(template: string, problem: string): KeelsonError {
  return new KeelsonError(
    `error parsing jsonpath ${template}, ${problem}`,
    "an example: -o jsonpath='{.items[*].metadata.name}'",
  )
}

function parseNodes(template: string): Node[] {
  const stack: { path: readonly Step[]; nodes: Node[] }[] = [{ path: [], nodes: [] }]
  const top = () => stack[stack.length - 1] as { path: readonly Step[]; nodes: Node[] }
  let at = 0
  while (at < template.length) {
    const open = template.indexOf('{', at)
    if (open !== at) {
      const end = open === -1 ? template.length : open
      top().nodes.push({ type: 'text', text: template.slice(at, end) })
      at = end
      continue
    }
    const close = endOfAction(template, open)
    if (close === -1) throw malformed(template, 'unclosed action')
    const action = template.slice(open + 1, close).trim()
    at = close + 1
    if (action === 'end') {
      const range = stack.pop()
      if (range === undefined || stack.length === 0) throw malformed(template, 'not in range, nothing to end')
      top().nodes.push({ type: 'range', path: range.path, body: range.nodes })
    } else if (/^range\s/.test(action)) {
      stack.push({ path: parsePath(action.slice(6).trim(), template), nodes: [] })
    } else if (/^["']/.test(action)) {
      top().nodes.push({ type: 'text', text: unquote(action, template) })
    } else top().nodes.push({ type: 'path', path: parsePath(action, template) })
  }
  if (stack.length > 1) throw malformed(template, 'unterminated range: {end} is missing')
  return top().nodes
}

/** The closing brace, quotes skipped. */
function endOfAction(template: string, open: number): number {
  let quote = ''
  for (let at = open + 1; at < template.length; at++) {
    const char = template[at] as string
    if (char === '\\') at++
    else if (quote !== '') quote = char === quote ? '' : quote
    else if (char === '"' || char === "'") quote = char
    else if (char === '}') return at
  }
  return -1
}

function unquote(text: string, template: string): string {
  const quote = text[0]
  if (text.length < 2 || !text.endsWith(quote as string)) throw malformed(template, 'unterminated quoted string')
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
  return text.slice(1, -1).replaceAll(/\\(.)/g, (_, char: string) => escapes[char] ?? char)
}

function parsePath(text: string, template: string): Step[] {
  const steps: Step[] = []
  let rest = text.replace(/^[$@]/, '')
  while (rest !== '') {
    const descend = /^\.\.(?=[^.])/.exec(rest)
    const field = /^\.?((?:\\.|[^.[\]{}\s\\])+)/.exec(rest)
    if (rest === '.') rest = ''
    else if (descend !== null) {
      steps.push({ type: 'descend' })
      rest = rest.slice(rest[2] === '[' ? 2 : 1)
    } else if (rest.startsWith('[')) {
      const end = endOfBracket(rest)
      if (end === -1) throw malformed(template, 'unterminated array')
      steps.push(parseBracket(rest.slice(1, end).trim(), template))
      rest = rest.slice(end + 1)
    } else if (field !== null) {
      const name = (field[1] ?? '').replaceAll(/\\(.)/g, '$1')
      steps.push(name === '*' ? { type: 'wildcard' } : { type: 'field', name })
      rest = rest.slice(field[0].length)
    } else throw malformed(template, `unrecognized character in action: ${JSON.stringify(rest[0])}`)
  }
  return steps
}

function endOfBracket(text: string): number {
  let depth = 0
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === '"' || char === "'") quote = char
    else if (char === '[') depth++
    else if (char === ']' && --depth === 0) return at
  }
  return -1
}

function parseBracket(inner: string, template: string): Step {
  if (inner === '*') return { type: 'wildcard' }
  const filter = /^\?\((.*)\)$/s.exec(inner)
  if (filter !== null) return parseFilter((filter[1] ?? '').trim(), template)
  if (/^["']/.test(inner)) {
    const names = inner.match(/'[^']*'|"[^"]*"/g) ?? []
    return { type: 'union', paths: names.map((name) => parsePath(name.slice(1, -1), template)) }
  }
  const slice = /^(-?\d*):(-?\d*)(?::(-?\d*))?$/.exec(inner)
  if (slice !== null) {
    const bound = (text: string | undefined) => (text === undefined || text === '' ? undefined : Number(text))
    return { type: 'slice', from: bound(slice[1]), to: bound(slice[2]), by: bound(slice[3]) ?? 1 }
  }
  if (/^-?\d+(\s*,\s*-?\d+)*$/.test(inner)) return { type: 'index', indexes: inner.split(',').map(Number) }
  throw malformed(template, `invalid array index ${inner}`)
}

function parseFilter(text: string, template: string): Step {
  const split = /^((?:[^=!<>"']|"[^"]*"|'[^']*')+?)\s*(==|!=|<=|>=|<|>)\s*(.+)$/s.exec(text)
  const operand = (source: string): Operand => {
    if (/^[@$.]/.test(source)) return { path: parsePath(source, template) }
    if (/^["']/.test(source)) return { literal: unquote(source, template) }
    try {
      return { literal: JSON.parse(source) as Json }
    } catch {
      throw malformed(template, `unrecognized filter operand ${source}`)
    }
  }
  if (split === null) return { type: 'filter', left: operand(text), operator: 'exists', right: undefined }
  const [, left = '', operator = '', right = ''] = split
  return { type: 'filter', left: operand(left.trim()), operator, right: operand(right.trim()) }
}

function render(nodes: readonly Node[], value: Json, root: Json): string {
  return nodes
    .map((node) => {
      if (node.type === 'text') return node.text
      const found = evaluate(node.path, [value])
      if (node.type === 'range') return found.map((each) => render(node.body, each, root)).join('')
      return found.map(textOf).join(' ')
    })
    .join('')
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : value === null ? '' : escapeHtml(JSON.stringify(value))
}

function evaluate(path: readonly Step[], values: readonly Json[]): Json[] {
  let current = [...values]
  for (const step of path) current = current.flatMap((value) => take(step, value))
  return current
}

/** A missing key gives nothing: kubectl allows missing keys. */
function take(step: Step, value: Json): Json[] {
  const list = Array.isArray(value) ? value : undefined
  const map =
    value !== null && typeof value === 'object' && list === undefined ? (value as { [key: string]: Json }) : undefined
  switch (step.type) {
    case 'field':
      return map !== undefined && Object.hasOwn(map, step.name) ? [map[step.name] as Json] : []
    case 'union':
      return step.paths.flatMap((path) => evaluate(path, [value]))
    case 'wildcard':
      return list ?? (map === undefined ? [] : Object.values(map))
    case 'descend':
      return descendants(value)
    case 'index':
      return list === undefined ? [] : step.indexes.map((index) => itemAt(list, index))
    case 'slice':
      return (list ?? []).slice(step.from, step.to).filter((_, index) => index % step.by === 0)
    case 'filter':
      return (list ?? []).filter((each) => holds(step, each))
  }
}

function itemAt(list: readonly Json[], index: number): Json {
  const item = list.at(index)
  if (item !== undefined) return item
  throw new KeelsonError(
    `array index out of bounds: index ${index}, length ${list.length}`,
    'a slice takes what is there: [0:1]',
  )
}

function descendants(value: Json): Json[] {
  const children = value !== null && typeof value === 'object' ? Object.values(value) : []
  return [value, ...children.flatMap(descendants)]
}

function holds({ left, operator, right }: Extract<Step, { type: 'filter' }>, value: Json): boolean {
  const operandValues = (operand: Operand) =>
    'literal' in operand ? [operand.literal] : evaluate(operand.path, [value])
  const [one] = operandValues(left)
  if (right === undefined) return one !== undefined
  const [other] = operandValues(right)
  if (one === undefined || other === undefined) return false
  if (operator === '==') return one === other
  if (operator === '!=') return one !== other
  if (typeof one !== typeof other || one === null || other === null) return false
  return operator === '<'
    ? one < other
    : operator === '<='
      ? one <= other
      : operator === '>'
        ? one > other
        : one >= other
}
