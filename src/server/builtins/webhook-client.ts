/** Where a webhook is called: a URL or a Service (apiserver/pkg/util/webhook/validation.go). */
import { fieldInvalid, fieldRequired, isDNS1123Subdomain, type StatusCause } from '../../machinery/index.ts'
import { type Fields, fieldsIn, isAbsent, textIn } from './untyped.ts'

const FORM = '; desired format: https://host[/path]'

function validateUrl(text: string, path: string): StatusCause[] {
  if (!URL.canParse(text)) {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1] ?? ''
    const causes =
      scheme === 'https' ? [] : [fieldInvalid(path, scheme, `'https' is the only allowed URL scheme${FORM}`)]
    return [...causes, fieldInvalid(path, '', `host must be specified${FORM}`)]
  }
  const url = new URL(text)
  const scheme = url.protocol.slice(0, -1)
  const user = url.password === '' ? url.username : `${url.username}:${url.password}`
  const causes: StatusCause[] = []
  if (scheme !== 'https') causes.push(fieldInvalid(path, scheme, `'https' is the only allowed URL scheme${FORM}`))
  if (url.host === '') causes.push(fieldInvalid(path, '', `host must be specified${FORM}`))
  if (user !== '') causes.push(fieldInvalid(path, user, 'user information is not permitted in the URL'))
  if (url.hash !== '') causes.push(fieldInvalid(path, url.hash.slice(1), 'fragments are not permitted in the URL'))
  if (url.search !== '') {
    causes.push(fieldInvalid(path, url.search.slice(1), 'query parameters are not permitted in the URL'))
  }
  return causes
}

function validatePath(path: string, field: string): StatusCause[] {
  if (path === '' || path === '/') return []
  if (path === '//') return [fieldInvalid(field, path, 'segment[0] may not be empty')]
  const causes = path.startsWith('/') ? [] : [fieldInvalid(field, path, "must start with a '/'")]
  const inner = path.slice(1)
  const segments = (inner.endsWith('/') ? inner.slice(0, -1) : inner).split('/')
  for (const [index, segment] of segments.entries()) {
    if (segment === '') causes.push(fieldInvalid(field, path, `segment[${index}] may not be empty`))
    else {
      const messages = isDNS1123Subdomain(segment)
      causes.push(...messages.map((message) => fieldInvalid(field, path, `segment[${index}]: ${message}`)))
    }
  }
  return causes
}

function validateService(service: Fields, path: string): StatusCause[] {
  const { name, namespace, port } = service
  const causes: StatusCause[] = []
  if (textIn(name) === '') causes.push(fieldRequired(`${path}.name`, ''))
  if (textIn(namespace) === '') causes.push(fieldRequired(`${path}.namespace`, ''))
  if (typeof port === 'number' && (port < 1 || port > 65535)) {
    causes.push(fieldInvalid(`${path}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'))
  }
  return [...causes, ...validatePath(textIn(service.path), `${path}.path`)]
}

export function validateClientConfig(config: Fields, path: string): StatusCause[] {
  const { url, service } = config
  if (isAbsent(url) === isAbsent(service)) return [fieldRequired(path, 'exactly one of url or service is required')]
  return isAbsent(url) ? validateService(fieldsIn(service), `${path}.service`) : validateUrl(textIn(url), `${path}.url`)
}
