/** What calls cost at most, by the sizes of their operands (apiserver/pkg/cel/library/cost.go, cel-go checker/cost.go). */
import { fixed, plus, type Range, scaled, times, UNKNOWN, union } from './estimate.ts'
import type { Expression } from './expression.ts'
import { sameType, type Type } from './type.ts'

/** An operand, and what is known of it. */
export interface Operand {
  readonly expression: Expression
  readonly type: Type
  readonly size: Range
  /** The size of the items of a list. */
  readonly itemSize: Range | undefined
}

export interface Estimate {
  /** Without that of the operands. */
  readonly cost: Range
  readonly size?: Range
}

export interface CallOperands {
  readonly overload: string
  readonly target: Operand | undefined
  readonly args: readonly Operand[]
}

const TRAVERSAL = 0.1
const REGEX = 0.25
const FORMAT_REGEX_SIZE = 128
const MAX_FORMAT_SIZE = 64
const LIST_COST = 10
const ADDRESS_SIZE: Range = { min: 4, max: 16 }
const ONE = fixed(1)

type Estimator = (call: CallOperands) => Estimate | undefined

function sizeOf(operand: Operand | undefined): Range {
  return operand?.size ?? UNKNOWN
}

const nominal: Estimator = () => ({ cost: ONE })

/** Reads the target, or the first argument, from end to end. */
function traversing(factor: number, keepsSize: boolean): Estimator {
  return ({ target, args }) => {
    const size = sizeOf(target ?? args[0])
    return { cost: scaled(size, factor * TRAVERSAL), ...(keepsSize && { size }) }
  }
}

/** Looks at all items of a list, or at all of a text. */
const scanning: Estimator = ({ target }) => {
  if (target === undefined) return undefined
  const item = target.type.params[0]
  if (item === undefined) return { cost: scaled(target.size, TRAVERSAL) }
  const isText = item.kind === 'string' || item.kind === 'bytes'
  const each = isText ? plus(ONE, scaled(target.itemSize ?? UNKNOWN, TRAVERSAL)) : ONE
  return { cost: times(target.size, each) }
}

/** How often something is found, and what is left of the text: at most and at least. */
const replacing: Estimator = ({ target, args }) => {
  const text = sizeOf(target)
  const [old, replacement] = [sizeOf(args[0]), sizeOf(args[1])]
  let most = { count: Math.ceil(text.max / old.min), kept: 0 }
  if (old.min === 0) most = { count: text.max + 1, kept: text.max }
  else if (replacement.max <= old.min) most = { count: 0, kept: text.max }
  let least = { count: Math.ceil(text.min / old.max), kept: 0 }
  if (old.max === 0) least = { count: text.min + 1, kept: text.min }
  else if (old.max <= replacement.min) least = { count: 0, kept: text.min }
  const size = plus(times({ min: least.count, max: most.count }, replacement), { min: least.kept, max: most.kept })
  return { cost: scaled(text, 2 * TRAVERSAL), size }
}

const splitting: Estimator = ({ target, args }) => {
  const text = sizeOf(target)
  const limit = args[1]?.expression
  const max = limit?.kind === 'literal' && typeof limit.value === 'number' ? limit.value : text.max
  // A negative limit is none.
  return { cost: scaled(text, 2 * TRAVERSAL), size: { min: 0, max: max < 0 ? Number.POSITIVE_INFINITY : max } }
}

const joining: Estimator = ({ target, args }) => {
  const list = sizeOf(target)
  const items = target?.type.params[0] === undefined ? fixed(0) : times(list, target.itemSize ?? UNKNOWN)
  const separators = { min: Math.max(0, list.min - 1), max: Math.max(0, list.max - 1) }
  const size = args.length > 0 ? plus(items, times(sizeOf(args[0]), separators)) : items
  return { cost: scaled(size, TRAVERSAL), size }
}

function regexCost(text: Range, pattern: Range): Range {
  return times(scaled(plus(text, ONE), TRAVERSAL), scaled(pattern, REGEX))
}

const finding: Estimator = ({ target, args }) => {
  if (target === undefined) return undefined
  return { cost: regexCost(target.size, sizeOf(args[0])), size: { min: 0, max: target.size.max } }
}

const containingAddress: Estimator = ({ overload, args }) => {
  const reading = overload.endsWith('_string') ? scaled(sizeOf(args[0]), TRAVERSAL) : fixed(0)
  const compared = scaled(plus(ADDRESS_SIZE, ADDRESS_SIZE), TRAVERSAL)
  if (overload.startsWith('cidr_contains_ip')) return { cost: plus(compared, reading) }
  return { cost: plus(compared, scaled(ADDRESS_SIZE, TRAVERSAL), ONE, reading) }
}

const equality: Estimator = ({ args: [left, right] }) => {
  if (left === undefined || right === undefined || !sameType(left.type, right.type)) return undefined
  switch (left.type.name) {
    case 'net.IP':
    case 'net.CIDR':
    case 'kubernetes.Quantity':
    case 'kubernetes.Semver':
      return { cost: ONE }
    case 'kubernetes.NamedFormat':
      return { cost: scaled({ min: 1, max: MAX_FORMAT_SIZE }, TRAVERSAL) }
    case 'kubernetes.URL':
      return { cost: scaled({ min: 1, max: Number.isFinite(right.size.max) ? right.size.max : 1 }, TRAVERSAL) }
    default:
      return undefined
  }
}

/** A list is made for the result. */
function allocating(factor: number, size: Range): Estimate {
  return { cost: plus(scaled(size, factor), fixed(1 + LIST_COST)), size }
}

function integerLiteral(operand: Operand | undefined, otherwise: number): number {
  const expression = operand?.expression
  if (expression?.kind !== 'literal' || typeof expression.value !== 'number') return otherwise
  return Math.max(0, expression.value)
}

/** Compares the items of a list with each other. */
function sorting(list: Operand | undefined, overload: string): Estimate {
  const factor = /^list_(?:string|bytes)_/.test(overload) ? 2 + TRAVERSAL : 2
  return allocating(factor, times(sizeOf(list), sizeOf(list)))
}

function setComparison(factor: number): Estimator {
  return ({ args }) => ({ cost: plus(scaled(times(sizeOf(args[0]), sizeOf(args[1])), factor), ONE) })
}

function named(names: string, estimator: Estimator): [string, Estimator][] {
  return names.split(' ').map((name) => [name, estimator])
}

const BY_FUNCTION: ReadonlyMap<string, Estimator> = new Map([
  ...named('isSorted sum max min indexOf lastIndexOf', scanning),
  ...named('url lowerAscii upperAscii substring trim', traversing(1, true)),
  ...named('cidr isIP isCIDR quantity isQuantity semver isSemver', traversing(1, false)),
  ...named('ip.isCanonical', traversing(2, false)),
  ...named('ip', (call) => (call.overload === 'cidr_ip' ? { cost: ONE } : traversing(1, false)(call))),
  ...named('replace', replacing),
  ...named('split', splitting),
  ...named('join', joining),
  ...named('find findAll', finding),
  ...named('masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast', nominal),
  ...named('isGlobalUnicast format.named sign asInteger isInteger asApproximateFloat isGreaterThan', nominal),
  ...named('isLessThan compareTo add sub major minor patch', nominal),
  ...named('getScheme getHostname getHost getPort getEscapedPath getQuery', nominal),
  ...named('containsIP containsCIDR', containingAddress),
  ...named('validate', ({ args }) => ({
    cost: scaled(scaled(sizeOf(args[0]), TRAVERSAL), FORMAT_REGEX_SIZE * REGEX),
  })),
  ...named('_==_', equality),
  ...named('slice', ({ target, args }) => {
    const [start, end] = [integerLiteral(args[0], 0), integerLiteral(args[1], sizeOf(target).max)]
    return allocating(1, fixed(Math.max(0, end - start)))
  }),
  ...named('lists.range', ({ args }) => allocating(1, fixed(integerLiteral(args[0], Number.POSITIVE_INFINITY)))),
  ...named('reverse', ({ target }) => allocating(1, sizeOf(target))),
  ...named('flatten', ({ target, args }) => {
    const depth = args.length === 0 ? 1 : integerLiteral(args[0], Number.POSITIVE_INFINITY)
    return allocating(depth, sizeOf(target))
  }),
  ...named('distinct', ({ target }) => allocating(2, times(sizeOf(target), sizeOf(target)))),
  ...named('sort', ({ target, overload }) => sorting(target, overload)),
  ...named('@sortByAssociatedKeys', ({ args, overload }) => sorting(args[0], overload)),
  ...named('sets.contains sets.intersects', setComparison(1)),
  ...named('sets.equivalent', setComparison(2)),
])

const appending: Estimator = ({ overload, args }) => {
  const size = plus(sizeOf(args[0]), sizeOf(args[1]))
  return { cost: overload === 'add_list' ? ONE : scaled(size, TRAVERSAL), size }
}

const comparing: Estimator = ({ args }) => {
  const max = Math.min(sizeOf(args[0]).max, sizeOf(args[1]).max)
  return { cost: scaled({ min: max > 0 ? 1 : 0, max }, TRAVERSAL) }
}

function resized(change: (size: Range) => Range): Estimator {
  return ({ args }) => ({ cost: scaled(sizeOf(args[0]), TRAVERSAL), size: change(sizeOf(args[0])) })
}

const ORDERS = ['less', 'less_equals', 'greater', 'greater_equals']

const BY_OVERLOAD: ReadonlyMap<string, Estimator> = new Map([
  ...named('string_format', ({ target }) => ({ cost: scaled(sizeOf(target), TRAVERSAL) })),
  ...named(
    'string_to_bytes',
    resized(({ min, max }) => ({ min, max: max * 4 })),
  ),
  ...named(
    'bytes_to_string',
    resized(({ min, max }) => ({ min: Math.floor(min / 4), max })),
  ),
  ...named(
    'strings_quote',
    resized(({ min, max }) => ({ min: min + 2, max: max * 2 + 2 })),
  ),
  ...named('starts_with_string ends_with_string', ({ args }) => ({ cost: scaled(sizeOf(args[0]), TRAVERSAL) })),
  ...named('in_list', ({ args }) => ({ cost: sizeOf(args[1]) })),
  ...named('matches_string', ({ target, args }) => ({ cost: regexCost(sizeOf(target), sizeOf(args[0])) })),
  ...named('contains_string', ({ target, args }) => {
    return { cost: times(scaled(sizeOf(target), TRAVERSAL), scaled(sizeOf(args[0]), TRAVERSAL)) }
  }),
  ...named('conditional', ({ args }) => ({ cost: fixed(0), size: union(sizeOf(args[1]), sizeOf(args[2])) })),
  ...named('add_string add_bytes add_list', appending),
  ...ORDERS.flatMap((name) => named(`${name}_string ${name}_bytes`, comparing)),
  ...named('equals not_equals', comparing),
])

export function estimateCall(name: string, call: CallOperands): Estimate {
  return BY_FUNCTION.get(name)?.(call) ?? BY_OVERLOAD.get(call.overload)?.(call) ?? { cost: ONE }
}
