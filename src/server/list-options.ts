/** What lists and watches may be asked for: apimachinery/pkg/apis/meta/internalversion/validation, KEP-2340, KEP-3157. */
import { badRequest, fieldForbidden, fieldNotSupported, invalid, type StatusCause } from '../machinery/index.ts'

const MATCHES = ['Exact', 'NotOlderThan', '']

/** Throws 422 for parameters of a list that contradict each other. */
export function checkListOptions(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? ''
  const version = query.get('resourceVersion') ?? ''
  const causes: StatusCause[] = []
  const forbid = (message: string) => causes.push(fieldForbidden('resourceVersionMatch', message))
  if (match !== '') {
    if (version === '') forbid('resourceVersionMatch is forbidden unless resourceVersion is provided')
    if (hasContinue(query)) forbid('resourceVersionMatch is forbidden when continue is provided')
    if (!MATCHES.includes(match)) causes.push(fieldNotSupported('resourceVersionMatch', match, MATCHES))
    if (match === 'Exact' && version === '0') {
      forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
  }
  if (query.has('sendInitialEvents')) {
    causes.push(fieldForbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  }
  refuse(causes)
}

/** Throws 422 for parameters of a watch that contradict each other. */
export function checkWatchOptions(query: URLSearchParams): void {
  const given = query.get('resourceVersionMatch') ?? ''
  // What is said of neither means both, for a watch from the beginning (SetListOptionsDefaults).
  const isLegacy = !query.has('sendInitialEvents') && given === '' && isFromTheBeginning(query)
  const match = isLegacy ? 'NotOlderThan' : given
  const initial = isLegacy || query.has('sendInitialEvents')
  const causes: StatusCause[] = []
  const forbid = (message: string) => causes.push(fieldForbidden('resourceVersionMatch', message))
  if (initial && match !== 'NotOlderThan') {
    forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  }
  if (match !== '') {
    if (!initial) forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
    if (match !== 'NotOlderThan') causes.push(fieldNotSupported('resourceVersionMatch', match, ['NotOlderThan']))
    if (hasContinue(query)) forbid('resourceVersionMatch is forbidden when continue is provided')
  }
  refuse(causes)
}

/** 0: everything in one answer, which is what a limit below asks for, too. */
export function readLimit(query: URLSearchParams): number {
  return Math.max(0, readInt64(query, 'limit'))
}

const INT64_LIMIT = 2n ** 63n

/** A parameter that Go reads as an int64; 0 when it is not there. Throws 400 with the message of strconv.ParseInt. */
export function readInt64(query: URLSearchParams, name: string): number {
  const text = query.get(name)
  if (text === null) return 0
  const parsing = `strconv.ParseInt: parsing ${JSON.stringify(text)}: `
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`${parsing}invalid syntax`)
  const value = BigInt(text.replace(/^\+/, ''))
  if (value >= INT64_LIMIT || value < -INT64_LIMIT) throw badRequest(`${parsing}value out of range`)
  return Number(value)
}

export function isFromTheBeginning(query: URLSearchParams): boolean {
  return ['', '0'].includes(query.get('resourceVersion') ?? '')
}

function hasContinue(query: URLSearchParams): boolean {
  return (query.get('continue') ?? '') !== ''
}

function refuse(causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes)
}
