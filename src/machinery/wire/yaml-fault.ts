/**
 * What go.yaml.in/yaml/v2 says of a text that is no YAML. It stops where its scanner or its parser no longer knows on; both count
 * lines in their own way, and leave the first one out (yaml.go, decode.go: parser.fail).
 */
export interface LibraryFault {
  /** Of the library `yaml`, or our own. */
  readonly message: string
  readonly pos: readonly [number, number]
}

interface GoFault {
  readonly problem: string
  /** The line that is named, counted from 0. */
  readonly line: number
  readonly by: 'scanner' | 'parser'
}

/** The whole of upstream's message; undefined for what it has no words for, or would take. */
export function goYamlFault(fault: LibraryFault, text: string): string | undefined {
  const found = goFault(fault, text)
  if (found === undefined) return undefined
  const { problem, line, by } = found
  if (line === 0) return `yaml: ${problem}`
  return `yaml: line ${by === 'scanner' ? line + 1 : line}: ${problem}`
}

const NO_NODE = 'did not find expected node content'
const NO_KEY = 'did not find expected key'
const NO_TOKEN = 'found character that cannot start any token'
const NO_COLON = "could not find expected ':'"

type Words = (at: Place) => GoFault | undefined

interface Place {
  readonly fault: LibraryFault
  readonly text: string
  readonly line: number
  /** The last character before it that is not blank. */
  readonly before: string
}

const scanner =
  (problem: string): Words =>
  ({ line }) => ({ problem, line, by: 'scanner' })
const parser =
  (problem: string): Words =>
  ({ line }) => ({ problem, line, by: 'parser' })

/** By the beginning of the library's message. */
const WORDS: readonly (readonly [string, Words])[] = [
  ['Flow ', unended],
  [
    'Missing closing ',
    ({ text }) => ({ problem: 'found unexpected end of stream', line: linesIn(text), by: 'scanner' }),
  ],
  ['Nested mappings are not allowed', nested],
  ['Implicit keys need to be on a single line', nested],
  ['Tabs are not allowed as indentation', tab],
  ['Plain value cannot start with', scanner(NO_TOKEN)],
  ['All mapping items must start at the same column', parser(NO_KEY)],
  ['Implicit map keys need to be followed by map values', keyAlone],
  ['Sequence item without - indicator', keyAlone],
  ['Unexpected scalar at node end', atEnd],
  ['Unexpected , in flow', parser(NO_NODE)],
  ['Unexpected flow-', closed],
  ['Block scalar header includes extra characters', scanner('did not find expected comment or line break')],
  ['Invalid escape sequence', escaped],
  ['Unexpected block-seq-ind on same line', scanner('block sequence entries are not allowed in this context')],
  ['A node can have at most one', parser(NO_KEY)],
  ['Anchor cannot be an empty string', scanner('did not find expected alphabetic or numeric character')],
  ['Alias cannot be an empty string', scanner('did not find expected alphabetic or numeric character')],
  ['Verbatim tags must end with', scanner("did not find the expected '>'")],
  ['Could not resolve tag', parser('found undefined tag handle')],
  // What is found out while values are made of nodes names no line.
  ['cannot decode !!', asItIs],
  ['!!binary value contains', asItIs],
  ['unknown anchor ', asItIs],
]

function goFault(fault: LibraryFault, text: string): GoFault | undefined {
  const [start] = fault.pos
  const place = {
    fault,
    text,
    line: linesIn(text.slice(0, start)),
    before: text.slice(0, start).trimEnd().at(-1) ?? '',
  }
  return WORDS.find(([beginning]) => fault.message.startsWith(beginning))?.[1](place)
}

function linesIn(text: string): number {
  return text.split('\n').length - 1
}

function asItIs({ fault }: Place): GoFault {
  return { problem: fault.message, line: 0, by: 'parser' }
}

/** At the end of the text go-yaml begins another line. */
function unended({ fault, text, line, before }: Place): GoFault {
  const isAtEnd = fault.pos[0] >= text.trimEnd().length
  const end = fault.message.startsWith('Flow map') ? '}' : ']'
  return {
    problem: '[{,'.includes(before) ? NO_NODE : `did not find expected ',' or '${end}'`,
    line: isAtEnd ? linesIn(text.trimEnd()) + 1 : line,
    by: 'parser',
  }
}

/** The colon that is one too many, if there is one. */
function nested({ fault, text, line }: Place): GoFault {
  const colon = text.slice(fault.pos[0]).search(/:(?:\s|$)/)
  if (colon < 0) return { problem: NO_KEY, line, by: 'parser' }
  const at = linesIn(text.slice(0, fault.pos[0] + colon))
  return { problem: 'mapping values are not allowed in this context', line: at, by: 'scanner' }
}

/** A plain text goes on in the next line, which must not begin with a tab. */
function tab({ line, before }: Place): GoFault {
  const isOpen = before !== '' && !':-?'.includes(before)
  return { problem: isOpen ? 'found a tab character that violates indentation' : NO_TOKEN, line, by: 'scanner' }
}

/** What may have been a key is known to be none when the next line begins. */
function keyAlone({ line }: Place): GoFault {
  return { problem: NO_COLON, line: line + 1, by: 'scanner' }
}

function atEnd({ fault, text, line }: Place): GoFault {
  const isItem = text.trimStart().startsWith('-') && (text[fault.pos[0] - 1] ?? '\n') === '\n'
  return { problem: isItem ? "did not find expected '-' indicator" : NO_KEY, line, by: 'parser' }
}

function closed({ line, before }: Place): GoFault {
  return { problem: before === '' || ':-'.includes(before) ? NO_NODE : NO_KEY, line, by: 'parser' }
}

function escaped({ fault, line }: Place): GoFault {
  const isCode = /\\[xuU]/.test(fault.message)
  const problem = isCode ? 'did not find expected hexdecimal number' : 'found unknown escape character'
  return { problem, line, by: 'scanner' }
}
