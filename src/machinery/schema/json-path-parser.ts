/** Reads the text of a JSONPath (client-go/util/jsonpath/parser.go) into steps. */
import type { Filter, Operand, Step } from './json-path.ts'

export type StepsResult =
  | { readonly ok: true; readonly value: readonly Step[] }
  | { readonly ok: false; readonly error: string }

/** Where a name ends, unless a backslash stands before. */
const NAME = /^(?:\\.|[^\\\s.[\]{}()'"|,@$&<>=!?])+/s
const QUOTED = /^'(?:\\.|[^'\\])*'|^"(?:\\.|[^"\\])*"/s

/** What the next step is read from; returned by each reader with the step. */
interface Read {
  readonly steps: readonly Step[]
  readonly rest: string
}
type ReadResult = { readonly ok: true; readonly value: Read } | { readonly ok: false; readonly error: string }

function failure(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error }
}

export function parseSteps(text: string): StepsResult {
  const steps: Step[] = []
  let rest = text.replace(/^[$@]/, '')
  while (rest !== '') {
    const read = readStep(rest, steps.length === 0)
    if (!read.ok) return read
    steps.push(...read.value.steps)
    rest = read.value.rest
  }
  return { ok: true, value: steps }
}

function readStep(text: string, isFirst: boolean): ReadResult {
  if (text.startsWith('[')) return readBrackets(text)
  if (text.startsWith('..')) {
    const rest = text.slice(2)
    const name =
      rest.startsWith('[') || rest === '' ? { ok: true as const, value: { steps: [], rest } } : readName(rest)
    return name.ok ? { ok: true, value: { ...name.value, steps: [{ type: 'recursive' }, ...name.value.steps] } } : name
  }
  if (text.startsWith('.')) {
    const rest = text.slice(1)
    // A dot alone is the value itself.
    return rest === '' || rest.startsWith('[') ? { ok: true, value: { steps: [], rest } } : readName(rest)
  }
  return isFirst ? readName(text) : failure(`unrecognized character in action: ${unicode(text)}`)
}

function unicode(text: string): string {
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0)
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `U+${code} '${character}'`
}

function readName(text: string): ReadResult {
  const name = NAME.exec(text)?.[0]
  if (name === undefined) return failure(`unrecognized character in action: ${unicode(text)}`)
  const step: Step = name === '*' ? { type: 'wildcard' } : { type: 'field', name: name.replace(/\\(.)/gs, '$1') }
  return { ok: true, value: { steps: [step], rest: text.slice(name.length) } }
}

function readBrackets(text: string): ReadResult {
  const end = closingBracket(text)
  if (end === -1) return failure('unterminated array')
  const content = text.slice(1, end).trim()
  const step = content.startsWith('?') ? readFilter(content) : readSubscript(content)
  return step.ok ? { ok: true, value: { steps: [step.value], rest: text.slice(end + 1) } } : step
}

/** The bracket that closes the one at the start, none of those in quotes. */
function closingBracket(text: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === "'" || character === '"') at += (QUOTED.exec(text.slice(at))?.[0].length ?? text.length) - 1
    else if (character === '[') depth += 1
    else if (character === ']' && --depth === 0) return at
  }
  return -1
}

type StepResult = { readonly ok: true; readonly value: Step } | { readonly ok: false; readonly error: string }

/** Splits at what is not in quotes or brackets. */
function split(text: string): string[] {
  return text.match(/(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\[[^\]]*\]|[^,])+/gs) ?? []
}

function readSubscript(content: string): StepResult {
  const parts = split(content)
  if (parts.length > 1) {
    const members: (readonly Step[])[] = []
    for (const part of parts) {
      const member = readSubscript(part.trim())
      if (!member.ok) return member
      members.push([member.value])
    }
    return { ok: true, value: { type: 'union', members } }
  }
  if (content === '*') return { ok: true, value: { type: 'wildcard' } }
  if (QUOTED.exec(content)?.[0] === content && content !== '') {
    return { ok: true, value: { type: 'field', name: unquoted(content) } }
  }
  const [whole, start, colon, end, step] = /^(-?\d+)?(?:(:)(-?\d+)?(?::(\d+)?)?)?$/.exec(content) ?? []
  if (whole === undefined || whole === '') return failure(`invalid array index ${content}`)
  const first = start === undefined ? undefined : Number(start)
  if (colon === undefined && first !== undefined) {
    // The last item ends at the length, for which -1 + 1 would not stand.
    return { ok: true, value: { type: 'slice', start: first, end: first === -1 ? undefined : first + 1, step: 1 } }
  }
  if (step !== undefined && Number(step) === 0) return failure('step must be > 0')
  const last = end === undefined ? undefined : Number(end)
  return { ok: true, value: { type: 'slice', start: first, end: last, step: step === undefined ? 1 : Number(step) } }
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, '$1')
}

const OPERATOR = /^((?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^'"<>=!])*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/s

function readFilter(content: string): StepResult {
  const inner = /^\?\((.*)\)$/s.exec(content)?.[1]?.trim()
  if (inner === undefined) return failure('unterminated filter')
  const [, leftText = inner, operator = 'exists', rightText] = OPERATOR.exec(inner) ?? []
  const left = readOperand(leftText.trim())
  if (!left.ok) return left
  const right = rightText === undefined ? undefined : readOperand(rightText.trim())
  if (right?.ok === false) return right
  return {
    ok: true,
    value: { type: 'filter', operator: operator as Filter['operator'], left: left.value, right: right?.value },
  }
}

function readOperand(
  text: string,
): { readonly ok: true; readonly value: Operand } | { readonly ok: false; readonly error: string } {
  if (text === 'true' || text === 'false') return { ok: true, value: { type: 'value', value: text === 'true' } }
  if (/^[+-]?\d+(?:\.\d+)?$/.test(text)) return { ok: true, value: { type: 'value', value: Number(text) } }
  if (text !== '' && QUOTED.exec(text)?.[0] === text)
    return { ok: true, value: { type: 'value', value: unquoted(text) } }
  if (!/^[@$.[]/.test(text)) return failure(`unrecognized filter operand ${text}`)
  const steps = parseSteps(text)
  return steps.ok ? { ok: true, value: { type: 'path', steps: steps.value } } : steps
}
