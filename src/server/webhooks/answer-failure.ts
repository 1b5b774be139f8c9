/** What upstream's client makes of an answer that is no success (apimachinery/pkg/api/errors, NewGenericServerResponse). */
import { quote } from '../../machinery/index.ts'
import type { Posted } from './dialer.ts'

const BY_CODE: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
}
/** The server's own words say more. */
const SPEAKING = new Set([403, 406, 415])

/** Undefined for a success. */
export function answerFailure({ status, contentType, body }: Posted): string | undefined {
  if (status >= 200 && status <= 206) {
    return body.length > 0
      ? undefined
      : `0-length response with status code: ${status} and content type: ${contentType}`
  }
  const isText = contentType === '' || contentType.startsWith('text/')
  const message = isText ? body.toString('utf8', 0, 2048).trim() : 'unknown'
  if (SPEAKING.has(status)) return message
  const known = BY_CODE[status]
  if (known !== undefined) return known
  return status >= 500
    ? `an error on the server (${quote(message)}) has prevented the request from succeeding`
    : `the server responded with the status code ${status} but did not return more information`
}
