/** When requests for certificates are cleaned away (kubernetes/pkg/controller/certificates/cleaner). */
import { X509Certificate } from 'node:crypto'
import type { KubeObject } from '../../machinery/index.ts'
import type { Expiry } from '../expiry/expiries.ts'
import { fieldsIn, objectsIn, textIn } from './untyped.ts'

const HOUR = 60 * 60_000
const DECIDED = HOUR
const PENDING = 24 * HOUR

/** The first of the times at which upstream's cleaner would find a reason; undefined: there is none. */
function expiresAt(object: KubeObject): number | undefined {
  const status = fieldsIn(object.status)
  const conditions = objectsIn(status.conditions)
  if (conditions.length === 0) return timeOf(object.metadata.creationTimestamp, PENDING)
  const certificate = textIn(status.certificate)
  const times = conditions.flatMap(({ type, lastUpdateTime }) => {
    if (type === 'Denied' || type === 'Failed') return [timeOf(lastUpdateTime, DECIDED)]
    if (type !== 'Approved') return []
    return certificate === ''
      ? [timeOf(lastUpdateTime, PENDING)]
      : [timeOf(lastUpdateTime, DECIDED), endOf(certificate)]
  })
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

function timeOf(time: unknown, later: number): number | undefined {
  const milliseconds = Date.parse(textIn(time))
  return Number.isNaN(milliseconds) ? undefined : milliseconds + later
}

function endOf(certificate: string): number | undefined {
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64')).validToDate.getTime()
  } catch {
    return undefined
  }
}

export const certificateExpiry: Expiry = {
  at: expiresAt,
  isDue: (object, now) => (expiresAt(object) ?? Number.POSITIVE_INFINITY) <= now,
}
