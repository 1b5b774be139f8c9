/** Which plain scalars are not text: the rules of go.yaml.in/yaml/v2, on which sigs.k8s.io/yaml stands. */
import type { ScalarTag, Tags } from 'yaml'

const BOOLEAN = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/

/** strconv.ParseInt with base 0, and ParseFloat of what looks like YAML's floats; undefined means text. */
function parseNumber(text: string): number | undefined {
  if (text.startsWith('.')) return /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/.test(text) ? finite(Number(text)) : undefined
  const plain = text.replaceAll('_', '')
  const [, sign, digits = ''] = /^([-+]?)(.*)$/s.exec(plain) ?? []
  const octal = /^0[oO]?([0-7]+)$/.exec(digits)?.[1]
  const isInteger = octal !== undefined || /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|[1-9][0-9]*|0)$/.test(digits)
  const isFloat = /^(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(digits)
  if (!isInteger && !isFloat) return undefined
  const value = Number(octal === undefined ? digits : `0o${octal}`)
  // Of the integers only decimal ones become floats beyond 64 bits.
  if (isInteger && !isFloat && BigInt(octal === undefined ? digits : `0o${octal}`) >= 2n ** 64n) return undefined
  return finite(sign === '-' ? -value || 0 : value)
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}

const nullTag: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:null',
  test: /^(?:~|null|Null|NULL)?$/,
  resolve: () => null,
}

const booleanTag: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: BOOLEAN,
  resolve: (text) => /^(?:[yt]|on)/i.test(text),
}

const numberTag: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+.0-9]/,
  resolve: (text) => parseNumber(text) ?? text,
}

/** What is said to be a number by its tag. */
const taggedNumbers = ['int', 'float'].map(
  (name): ScalarTag => ({
    tag: `tag:yaml.org,2002:${name}`,
    resolve: (text, onError) => {
      const number = parseNumber(text)
      if (number === undefined) onError(`cannot decode !!str \`${text}\` as a !!${name}`)
      return number
    },
  }),
)

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** In JSON its bytes are text. */
const binaryTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve: (text, onError) => {
    const encoded = text.replace(/[\r\n]/g, '')
    if (!BASE64.test(encoded)) onError('!!binary value contains invalid base64 data')
    return Buffer.from(encoded, 'base64').toString('utf8')
  },
}

/** Becomes an error: JSON has no such numbers. */
const infinityTag: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: (text) => (/n$/i.test(text) ? Number.NaN : text.startsWith('-') ? -Infinity : Infinity),
}

/** Replaces the library's tags; its maps, lists and texts stay. */
export function goYamlTags(tags: Tags): Tags {
  const kept = tags.filter((tag) => typeof tag === 'object' && /^tag:yaml\.org,2002:(map|seq|str)$/.test(tag.tag))
  return [...kept, nullTag, booleanTag, infinityTag, numberTag, ...taggedNumbers, binaryTag]
}
