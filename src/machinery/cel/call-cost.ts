/**
 * What calls cost, in the units of cel-go (interpreter/runtimecost.go) and with the amounts of Kubernetes
 * (apiserver/pkg/cel/library/cost.go). Costs are known before the call, so that none is made that is not paid for.
 */
import { isInt, isKind, type Result, type Value } from './value.ts'

export const LIST_COST = 10
export const MAP_COST = 30
export const STRUCT_COST = 40
const TRAVERSAL = 0.1
const REGEX = 0.25

export function actualSize(value: Result | undefined): number {
  if (typeof value === 'string') return value.length
  if (value === undefined || value === null || typeof value !== 'object') return 1
  switch (value.kind) {
    case 'bytes':
      return value.value.length
    case 'list':
    case 'map':
      return value.size
    case 'optional':
      return actualSize(value.value)
    case 'opaque':
      return value.size ?? 1
    default:
      return 1
  }
}

function traversal(value: Value | undefined, factor = 1): number {
  return Math.ceil(actualSize(value) * factor * TRAVERSAL)
}

/** All that is in a value; stops counting where nobody could pay for it. */
function wholeTraversal(value: Value | undefined, limit: number): number {
  if (typeof value === 'string') return Math.floor(value.length * TRAVERSAL)
  if (value === undefined || value === null || typeof value !== 'object') return 1
  if (value.kind === 'bytes') return Math.floor(value.value.length * TRAVERSAL)
  let cost = 0
  if (value.kind === 'list') {
    if (value.size > limit * 10) return value.size
    for (let index = 0; index < value.size && cost <= limit; index++) cost += wholeTraversal(value.at(index), limit)
    return cost
  }
  if (value.kind !== 'map') return 1
  for (const key of value.keys()) cost += wholeTraversal(key, limit) + wholeTraversal(value.get(key), limit)
  return cost
}

function regexCost(text: Value | undefined, pattern: Value | undefined): number {
  return Math.ceil((1 + actualSize(text)) * TRAVERSAL) * Math.ceil(actualSize(pattern) * REGEX)
}

function allocating(factor: number, size: number): number {
  return Math.floor(size * factor) + 1 + LIST_COST
}

/** Comparing the items of a list with each other. */
function selfComparison(list: Value | undefined): number {
  const size = actualSize(list)
  const first = list !== undefined && isKind(list, 'list') && list.size > 0 ? list.at(0) : undefined
  const isText = typeof first === 'string' || (first !== undefined && isKind(first, 'bytes'))
  return allocating(isText ? 2 + TRAVERSAL : 2, size * size)
}

function depthOf(value: Value | undefined): number {
  return value !== undefined && isInt(value) ? Number(value) : 1
}

type Cost = (args: readonly Value[], limit: number, overload: string) => number

const nominal: Cost = () => 1
const targetTraversal: Cost = ([target]) => traversal(target)
const doubleTraversal: Cost = ([target]) => traversal(target, 2)
const wholeTarget: Cost = ([target], limit) => wholeTraversal(target, limit)
const compared: Cost = ([left, right]) => Math.ceil(Math.min(actualSize(left), actualSize(right)) * TRAVERSAL)
const product: Cost = ([left, right]) => actualSize(left) * actualSize(right)

function named(names: string, cost: Cost): [string, Cost][] {
  return names.split(' ').map((name) => [name, cost])
}

/** Two questions in one expression, and no third. */
const AUTHORIZATION_CHECK = 350_000
const selectorCost: Cost = ([, text]) => LIST_COST + traversal(text) + Math.ceil(actualSize(text) * 0.5 * 50)

const BY_FUNCTION: ReadonlyMap<string, Cost> = new Map([
  ...named('check', () => AUTHORIZATION_CHECK),
  ...named('fieldSelector labelSelector', selectorCost),
  ...named('isSorted sum max min indexOf lastIndexOf', wholeTarget),
  ...named(
    'url jsonpatch.escapeKey lowerAscii upperAscii substring trim cidr isIP isCIDR quantity isQuantity semver isSemver',
    targetTraversal,
  ),
  ...named('replace split ip.isCanonical', doubleTraversal),
  ...named('find findAll', ([text, pattern]) => regexCost(text, pattern)),
  ...named('ip', ([target], _, overload) => (overload === 'cidr_ip' ? 1 : traversal(target))),
  ...named('masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast', nominal),
  ...named('isGlobalUnicast format.named sign asInteger isInteger asApproximateFloat isGreaterThan', nominal),
  ...named('isLessThan compareTo add sub major minor patch', nominal),
  ...named('getScheme getHostname getHost getPort getEscapedPath getQuery', nominal),
  ...named('containsIP', ([cidr, other], _, overload) => {
    return traversal(cidr, 2) + (overload === 'cidr_contains_ip_string' ? traversal(other) : 0)
  }),
  ...named('containsCIDR', ([cidr, other], _, overload) => {
    return traversal(cidr, 2) + traversal(cidr) + 1 + (overload === 'cidr_contains_cidr_string' ? traversal(other) : 0)
  }),
  // The size of a named format is that of the expression behind it.
  ...named('validate', ([format, text]) => regexCost(text, format)),
  ...named('_==_', (args, limit, overload) => {
    const [left] = args
    return left !== undefined && isKind(left, 'opaque') ? 1 : compared(args, limit, overload)
  }),
  ...named('_!=_', compared),
  ...named('sort distinct', ([list]) => selfComparison(list)),
  ...named('@sortByAssociatedKeys', ([, keys]) => selfComparison(keys)),
  ...named('flatten', ([list, depth]) => allocating(depthOf(depth), actualSize(list))),
  ...named('slice', ([, start, end]) => allocating(1, Math.max(0, depthOf(end) - depthOf(start)))),
  ...named('lists.range', ([count]) => allocating(1, Math.max(0, depthOf(count)))),
  ...named('reverse', ([list]) => allocating(1, actualSize(list))),
  ...named('sets.contains sets.intersects', (args, limit, overload) => 1 + product(args, limit, overload)),
  ...named('sets.equivalent', (args, limit, overload) => 1 + 2 * product(args, limit, overload)),
  ...named('contains', ([text, part]) => traversal(text) * traversal(part)),
  ...named('matches', ([text, pattern]) => regexCost(text, pattern)),
  ...named('startsWith endsWith format', targetTraversal),
])

/** The least that the items of a joined list cost; the result's size is counted by `resultCost`. */
const BY_OVERLOAD: ReadonlyMap<string, Cost> = new Map([
  ...named('string_to_bytes bytes_to_string', targetTraversal),
  ...named('in_list', ([, list]) => actualSize(list)),
  ...named('add_string add_bytes', ([left, right]) => Math.ceil((actualSize(left) + actualSize(right)) * TRAVERSAL)),
  ...['less', 'less_equals', 'greater', 'greater_equals'].flatMap((name) =>
    named(`${name}_string ${name}_bytes`, compared),
  ),
])

/** @param limit - more than this need not be told apart. */
export function callCost(name: string, overload: string, args: readonly Value[], limit: number): number {
  const cost = BY_FUNCTION.get(name) ?? BY_OVERLOAD.get(overload)
  return cost === undefined ? 1 : cost(args, limit, overload)
}

/** What is known only when the call has been made, in addition. */
export function resultCost(name: string, result: Result): number {
  return name === 'join' ? Math.max(0, Math.ceil(actualSize(result) * 2 * TRAVERSAL) - 1) : 0
}
