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
  const match = query.get('resourceVersionMatch') ?? ''
  const initial = query.has('sendInitialEvents')
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

/** 0: everything in one answer. */
export function readLimit(query: URLSearchParams): number {
  const text = query.get('limit')
  if (text === null || text === '') return 0
  if (!/^\d{1,9}$/.test(text))
    throw badRequest(`invalid limit ${JSON.stringify(text)}: must be a whole number of at least 0`)
  return Number(text)
}

function hasContinue(query: URLSearchParams): boolean {
  return (query.get('continue') ?? '') !== ''
}

function refuse(causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes)
}
