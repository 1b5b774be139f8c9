/** What encoding/json says of a text that is no JSON: clients see it in messages. Looked for only once it is known. */

type Expectation = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'after pair' | 'after element' | 'end'

const LOOKING: Readonly<Record<Expectation, string>> = {
  value: 'looking for beginning of value',
  'value or end': 'looking for beginning of value',
  key: 'looking for beginning of object key string',
  'key or end': 'looking for beginning of object key string',
  colon: 'after object key',
  'after pair': 'after object key:value pair',
  'after element': 'after array element',
  end: 'after top-level value',
}
const END = 'unexpected end of JSON input'
const LITERALS = ['true', 'false', 'null']

/**
 * @param text that JSON.parse refuses.
 * @example goJsonError('{"a",}') // invalid character ',' after object key
 */
export function goJsonError(text: string): string {
  const open: ('{' | '[')[] = []
  let expected = 'value' as Expectation
  let at = 0
  const afterValue = (): Expectation => {
    const inside = open.at(-1)
    return inside === undefined ? 'end' : inside === '{' ? 'after pair' : 'after element'
  }
  for (;;) {
    while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at++
    const character = text.charAt(at)
    if (character === '') return END
    const wrong = `invalid character ${quoted(character)} ${LOOKING[expected]}`
    if (expected === 'end') return wrong
    if (expected === 'colon') {
      if (character !== ':') return wrong
      expected = 'value'
      at++
    } else if (expected === 'after pair' || expected === 'after element') {
      if (character === ',') expected = expected === 'after pair' ? 'key' : 'value'
      else if (character === (expected === 'after pair' ? '}' : ']')) {
        open.pop()
        expected = afterValue()
      } else return wrong
      at++
    } else if ((expected === 'key or end' && character === '}') || (expected === 'value or end' && character === ']')) {
      open.pop()
      expected = afterValue()
      at++
    } else if (character === '"') {
      const end = endOfText(text, at + 1)
      if (typeof end === 'string') return end
      expected = expected === 'key' || expected === 'key or end' ? 'colon' : afterValue()
      at = end
    } else if (expected === 'key' || expected === 'key or end') return wrong
    else if (character === '{' || character === '[') {
      open.push(character)
      expected = character === '{' ? 'key or end' : 'value or end'
      at++
    } else {
      const end = endOfScalar(text, at)
      if (typeof end === 'string') return end === '' ? wrong : end
      expected = afterValue()
      at = end
    }
  }
}

function endOfText(text: string, start: number): number | string {
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"') return at + 1
    if (character < ' ') return `invalid character ${quoted(character)} in string literal`
    if (character === '\\') {
      at++
      const escaped = text.charAt(at)
      if (escaped !== '' && !'"\\/bfnrtu'.includes(escaped)) {
        return `invalid character ${quoted(escaped)} in string escape code`
      }
    }
  }
  return END
}

/** '': it begins no value. */
function endOfScalar(text: string, start: number): number | string {
  const literal = LITERALS.find((one) => one.startsWith(text.charAt(start)))
  if (literal !== undefined) {
    for (let index = 1; index < literal.length; index++) {
      const character = text.charAt(start + index)
      if (character === '') return END
      if (character !== literal[index]) {
        return `invalid character ${quoted(character)} in literal ${literal} (expecting ${quoted(literal.charAt(index))})`
      }
    }
    return start + literal.length
  }
  const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(text.slice(start, start + 400))?.[0]
  if (number !== undefined) return start + number.length
  if (text.charAt(start) !== '-') return ''
  const next = text.charAt(start + 1)
  return next === '' ? END : `invalid character ${quoted(next)} in numeric literal`
}

/** strconv.Quote with single quotes, as encoding/json's quoteChar has it. */
function quoted(character: string): string {
  if (character === "'") return `'\\''`
  if (character === '"') return `'"'`
  return `'${JSON.stringify(character).slice(1, -1)}'`
}
