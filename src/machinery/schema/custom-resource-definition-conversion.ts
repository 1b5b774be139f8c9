/** `spec.conversion` of a CustomResourceDefinition (apiextensions validation.go, apiserver/pkg/util/webhook). */
import { X509Certificate } from 'node:crypto'
import type { StatusCause } from '../errors.ts'
import { isDNS1035Label, isDNS1123Subdomain } from '../names/dns.ts'
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired } from '../names/field-error.ts'
import type { JsonObject } from '../object.ts'
import { objectIn, textIn, textsIn } from './custom-resource-definition-form.ts'
import { childPath, indexPath } from './field-path.ts'

const URL_FORM = '; desired format: https://host[/path]'

/** Paths are those of upstream's internal version, which has no `webhook` level. */
export function conversionCauses(
  conversion: JsonObject | undefined,
  path: string,
  options: { readonly allowInvalidCABundle: boolean },
): StatusCause[] {
  if (conversion === undefined) return []
  const strategy = textIn(conversion.strategy)
  const webhook = objectIn(conversion.webhook)
  const client = objectIn(webhook?.clientConfig)
  const clientPath = childPath(path, 'webhookClientConfig')
  const versions = textsIn(webhook?.conversionReviewVersions)
  const versionsPath = childPath(path, 'conversionReviewVersions')
  const causes = strategyCauses(strategy, childPath(path, 'strategy'))
  if (strategy === 'Webhook') {
    if (client === undefined) causes.push(fieldRequired(clientPath, 'required when strategy is set to Webhook'))
    else causes.push(...clientCauses(client, clientPath, options.allowInvalidCABundle))
    return [...causes, ...reviewVersionsCauses(versions, versionsPath)]
  }
  const detail = 'should not be set when strategy is not set to Webhook'
  if (client !== undefined) causes.push(fieldForbidden(clientPath, detail))
  if (versions.length > 0) causes.push(fieldForbidden(versionsPath, detail))
  return causes
}

function strategyCauses(strategy: string, path: string): StatusCause[] {
  if (strategy === '') return [fieldRequired(path, '')]
  const known = ['None', 'Webhook']
  return known.includes(strategy) ? [] : [fieldNotSupported(path, strategy, known)]
}

function clientCauses(client: JsonObject, path: string, allowInvalidCABundle: boolean): StatusCause[] {
  const url = typeof client.url === 'string' ? client.url : undefined
  const service = objectIn(client.service)
  const causes: StatusCause[] = []
  if ((url === undefined) === (service === undefined)) {
    causes.push(fieldRequired(path, 'exactly one of url or service is required'))
  } else if (url !== undefined) causes.push(...urlCauses(url, childPath(path, 'url')))
  else causes.push(...serviceCauses(service ?? {}, childPath(path, 'service')))
  const bundle = textIn(client.caBundle)
  if (bundle !== '' && !allowInvalidCABundle && !isCABundle(bundle)) {
    const detail = 'unable to load root certificates: unable to parse bytes as PEM block'
    causes.push(fieldInvalid(childPath(path, 'caBundle'), bundle, detail))
  }
  return causes
}

function urlCauses(text: string, path: string): StatusCause[] {
  const [, scheme = '', authority = '', rest = ''] =
    /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?(.*)$/is.exec(text) ?? []
  const causes: StatusCause[] = []
  if (scheme.toLowerCase() !== 'https') {
    causes.push(fieldInvalid(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${URL_FORM}`))
  }
  const at = authority.lastIndexOf('@')
  if (authority.slice(at + 1) === '') causes.push(fieldInvalid(path, '', `host must be specified${URL_FORM}`))
  if (at !== -1) {
    causes.push(fieldInvalid(path, authority.slice(0, at), 'user information is not permitted in the URL'))
  }
  const [, query = '', fragment = ''] = /^[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(rest) ?? []
  if (fragment !== '') causes.push(fieldInvalid(path, fragment, 'fragments are not permitted in the URL'))
  if (query !== '') causes.push(fieldInvalid(path, query, 'query parameters are not permitted in the URL'))
  return causes
}

/** Upstream hands name and namespace over in the wrong order, so each is missed under the other's field. */
function serviceCauses(service: JsonObject, path: string): StatusCause[] {
  const causes: StatusCause[] = []
  if (textIn(service.namespace) === '') causes.push(fieldRequired(childPath(path, 'name'), ''))
  if (textIn(service.name) === '') causes.push(fieldRequired(childPath(path, 'namespace'), ''))
  const port = typeof service.port === 'number' ? service.port : 443
  if (port < 1 || port > 65535) {
    const detail = 'port is not valid: must be between 1 and 65535, inclusive'
    causes.push(fieldInvalid(childPath(path, 'port'), port, detail))
  }
  return [...causes, ...servicePathCauses(textIn(service.path), childPath(path, 'path'))]
}

function servicePathCauses(text: string, path: string): StatusCause[] {
  if (text === '' || text === '/') return []
  if (text === '//') return [fieldInvalid(path, text, 'segment[0] may not be empty')]
  const causes = text.startsWith('/') ? [] : [fieldInvalid(path, text, "must start with a '/'")]
  const segments = text.slice(1).replace(/\/$/, '').split('/')
  for (const [index, segment] of segments.entries()) {
    const faults = segment === '' ? [' may not be empty'] : isDNS1123Subdomain(segment).map((fault) => `: ${fault}`)
    causes.push(...faults.map((fault) => fieldInvalid(path, text, `segment[${index}]${fault}`)))
  }
  return causes
}

/** At least one certificate in PEM, within base64. */
export function isCABundle(bundle: string): boolean {
  const text = Buffer.from(bundle, 'base64').toString('latin1')
  return (text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? []).some((pem) => {
    try {
      return new X509Certificate(pem).raw.length > 0
    } catch {
      return false
    }
  })
}

const REVIEW_VERSIONS = ['v1', 'v1beta1']

function reviewVersionsCauses(versions: readonly string[], path: string): StatusCause[] {
  if (versions.length === 0) return [fieldRequired(path, '')]
  const causes = versions.flatMap((version, index) => {
    const at = indexPath(path, index)
    if (versions.indexOf(version) < index) return [fieldInvalid(at, version, 'duplicate version')]
    return isDNS1035Label(version).map((fault) => fieldInvalid(at, version, fault))
  })
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    causes.push(fieldInvalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`))
  }
  return causes
}
