/** A webhook that both servers call: the path says what it answers. */
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { temporaryFolder } from '../../temporary-folder.ts'
import { makeCertificates, readCertificate } from '../certificates.ts'

interface Review {
  readonly apiVersion: string
  readonly kind: string
  readonly request: { readonly uid: string; readonly object?: { readonly data?: Record<string, string> } | null }
}

interface Conversion {
  readonly apiVersion: string
  readonly kind: string
  readonly request: {
    readonly uid: string
    readonly desiredAPIVersion: string
    readonly objects: readonly (Record<string, unknown> & { spec?: Record<string, unknown> })[]
  }
}

export interface WebhookServer extends AsyncDisposable {
  readonly url: string
  /** Base64 of the authority's PEM. */
  readonly ca: string
}

const patch = (operations: readonly object[]): object => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
})

/** With sorted keys: which of two fields comes first is nobody's concern; who owns them is compared elsewhere. */
function echo(request: object): string {
  const text = JSON.stringify({ ...request, uid: '', userInfo: undefined }, (key, value: unknown) =>
    key === 'managedFields'
      ? undefined
      : typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
        : value,
  )
  return text.replace(/"annotations":\{"kcp.io\/cluster":"\w+"\},?/g, '').replaceAll(',}', '}')
}

/** Responses by path; what is not here is answered as it is in `RAW`. */
const RESPONSES: Readonly<Record<string, (review: Review) => object>> = {
  '/allow': () => ({ allowed: true }),
  '/warn': () => ({ allowed: true, warnings: ['first of two', 'second, with "quotes" and ü'] }),
  '/deny': () => ({ allowed: false }),
  '/deny-message': () => ({ allowed: false, status: { message: 'because' } }),
  '/deny-reason': () => ({ allowed: false, status: { reason: 'Forbidden', code: 403 } }),
  '/deny-full': () => ({
    allowed: false,
    status: {
      code: 422,
      reason: 'Invalid',
      message: 'all of it',
      details: { name: 'n', kind: 'k', causes: [{ reason: 'FieldValueInvalid', message: 'm', field: 'data.a' }] },
    },
  }),
  '/deny-success': () => ({ allowed: false, status: { status: 'Success', code: 200, message: 'fine' } }),
  /** The request itself is the message, but for who sends it and what kcp adds. */
  '/echo': ({ request }) => ({ allowed: false, status: { message: echo(request), code: 403 } }),
  '/label': () => patch([{ op: 'add', path: '/metadata/labels', value: { hooked: 'yes' } }]),
  '/data': ({ request }) =>
    patch([
      ...(request.object?.data === undefined ? [{ op: 'add', path: '/data', value: {} }] : []),
      { op: 'add', path: '/data/hooked', value: 'yes' },
    ]),
  /** Counts how often it was asked, in the object. */
  '/count': ({ request }) =>
    patch([{ op: 'add', path: '/data/count', value: `${request.object?.data?.count ?? ''}x` }]),
  '/after': ({ request }) =>
    request.object?.data?.after === undefined
      ? patch([{ op: 'add', path: '/data/after', value: 'yes' }])
      : { allowed: true },
  '/unknown-field': () => patch([{ op: 'add', path: '/nothing', value: { a: 1 } }]),
  '/wrong-type': () => patch([{ op: 'add', path: '/data', value: 'text' }]),
  '/absent-path': () => patch([{ op: 'add', path: '/absent/x', value: 1 }]),
  '/absent-key': () => patch([{ op: 'remove', path: '/data/absent' }]),
  '/replace-absent': () => patch([{ op: 'replace', path: '/absent/x/y', value: 1 }]),
  '/failed-test': () => patch([{ op: 'test', path: '/data/a', value: 'other' }]),
  '/empty-patch': () => patch([]),
  '/patch-no-type': () => ({ ...patch([{ op: 'add', path: '/data/x', value: '1' }]), patchType: undefined }),
  '/type-no-patch': () => ({ allowed: true, patchType: 'JSONPatch' }),
  '/strange-type': () => ({ ...patch([{ op: 'add', path: '/data/x', value: '1' }]), patchType: 'Other' }),
  '/no-patch-at-all': () => ({ allowed: true, patchType: 'JSONPatch', patch: Buffer.from('{').toString('base64') }),
  '/patch-no-list': () => ({ allowed: true, patchType: 'JSONPatch', patch: Buffer.from('{}').toString('base64') }),
  '/other-uid': () => ({ allowed: true, uid: 'other' }),
  '/rename': () => patch([{ op: 'replace', path: '/metadata/name', value: 'other' }]),
}

const RAW: Readonly<Record<string, { readonly status: number; readonly text: string; readonly type?: string }>> = {
  '/empty': { status: 200, text: '' },
  '/text': { status: 200, text: 'hello', type: 'text/plain' },
  '/html': { status: 200, text: '<html></html>', type: 'text/html' },
  '/no-kind': { status: 200, text: '{}' },
  '/other-kind': { status: 200, text: '{"apiVersion":"v1","kind":"ConfigMap"}' },
  '/no-response': { status: 200, text: '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}' },
  '/old-version': {
    status: 200,
    text: '{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","response":{"allowed":true}}',
  },
  ...Object.fromEntries(
    [400, 401, 403, 404, 405, 409, 410, 418, 422, 429, 500, 502, 503, 504].map((status) => [
      `/status-${status}`,
      { status, text: `it is ${status}`, type: 'text/plain' },
    ]),
  ),
}

/** `v1` has `spec.size`, `v2` has `spec.dimensions.size`. */
function convert({ request }: Conversion, path: string): object {
  const { objects, desiredAPIVersion, uid } = request
  if (path === '/convert-fail') return { uid, result: { status: 'Failure', message: 'no conversion today' } }
  if (path === '/convert-silent') return { uid, result: { status: 'Failure' } }
  const convertedObjects = objects.map((object) => {
    const { dimensions, size, ...rest } = object.spec ?? {}
    const known = size ?? (dimensions as { size?: unknown } | undefined)?.size
    const spec = desiredAPIVersion.endsWith('/v2') ? { ...rest, dimensions: { size: known } } : { ...rest, size: known }
    const converted: Record<string, unknown> = { ...object, apiVersion: desiredAPIVersion, spec }
    return converted
  })
  if (path === '/convert-fewer') convertedObjects.pop()
  if (path === '/convert-version') for (const each of convertedObjects) each.apiVersion = 'example.com/v9'
  if (path === '/convert-name') for (const each of convertedObjects) each.metadata = { name: 'other' }
  if (path === '/convert-labels') {
    for (const each of convertedObjects) {
      const metadata = each.metadata as Record<string, unknown>
      each.metadata = { ...metadata, labels: { converted: 'yes' }, finalizers: ['example.com/none'] }
    }
  }
  return { uid, convertedObjects, result: { status: 'Success' } }
}

export async function startWebhookServer(): Promise<WebhookServer> {
  await using cleanup = new AsyncDisposableStack()
  const { path: folder } = cleanup.use(await temporaryFolder())
  await makeCertificates(folder)
  const [cert, key, authority] = await Promise.all(
    ['apiserver.crt', 'apiserver.key', 'ca.crt'].map((name) => readCertificate(folder, name)),
  )
  const server = createServer({ cert, key }, async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    const review = (await json(request)) as Review & Conversion
    if (path === '/hang') return
    const raw = RAW[path]
    if (raw !== undefined) {
      response.writeHead(raw.status, { 'content-type': raw.type ?? 'application/json' }).end(raw.text)
      return
    }
    const { apiVersion, kind } = review
    const said = kind === 'ConversionReview' ? convert(review, path) : RESPONSES[path]?.(review)
    const answer = { apiVersion, kind, response: { uid: review.request.uid, ...said } }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const disposal = cleanup.move()
  return {
    url: `https://127.0.0.1:${port}`,
    ca: Buffer.from(authority ?? '').toString('base64'),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}
