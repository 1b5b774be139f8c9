/** Bodies and answers in protobuf: of every built-in kind, and of what is no message or not the one that is expected. */
import { type Case, cases, del, type Fields, get, type Json, post, put, type RequestStep, type Step } from '../case.ts'
import { encodeObject, PROTOBUF } from '../protobuf.ts'
import { kinds } from './kinds.ts'
import { CONFIG_MAPS, CRDS, configMap, LEASES, lease, SECRETS, secret, WIDGETS, widget } from './objects.ts'

const wire = (step: Step): Step => ({ ...(step as RequestStep), protobuf: true })
const raw = (method: string, path: string, hex: string, more: Partial<RequestStep> = {}): Step => ({
  method,
  path,
  body: '',
  protobuf: { hex },
  ...more,
})
const patched = (
  path: string,
  body: Json,
  type = 'application/merge-patch+json',
  more: Partial<RequestStep> = {},
): Step => wire({ method: 'PATCH', path, body, type, ...more })

const ofEach = (steps: (kind: (typeof kinds)[string]) => readonly Step[]): Record<string, readonly Step[]> =>
  Object.fromEntries(Object.entries(kinds).map(([title, kind]) => [title, steps(kind)]))
/** Its status is written by a controller, sooner or later. */
const CHECKED_LATER = 'a validating policy'
const stored = Object.fromEntries(
  Object.entries(kinds).filter(([title, { name }]) => name !== undefined && title !== CHECKED_LATER),
)
const ofStored = (steps: (kind: (typeof kinds)[string]) => readonly Step[]): Record<string, readonly Step[]> =>
  Object.fromEntries(Object.entries(stored).map(([title, kind]) => [title, steps(kind)]))

/** Tags and lengths of one byte each, which is enough here. */
const field = (number: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value])
const varint = (number: number, ...bytes: number[]): Buffer => Buffer.from([number << 3, ...bytes])
const text = (number: number, value: string): Buffer => field(number, Buffer.from(value))
const envelope = (...parts: readonly Buffer[]): string =>
  Buffer.concat([Buffer.from('k8s\0'), ...parts]).toString('hex')
const typeMeta = (apiVersion: string, kind: string): Buffer =>
  field(
    1,
    Buffer.concat([...(apiVersion === '' ? [] : [text(1, apiVersion)]), ...(kind === '' ? [] : [text(2, kind)])]),
  )
const MAP = typeMeta('v1', 'ConfigMap')
const named = field(1, text(1, 'one'))
const entry = (...parts: readonly Buffer[]): Buffer => field(2, Buffer.concat(parts))
const made = (...parts: readonly Buffer[]): string => envelope(MAP, field(2, Buffer.concat([named, ...parts])))
const whole = encodeObject(configMap('one', { data: { a: '1' } }) as Fields).toString('hex')
const options = (fields: Fields, apiVersion = 'v1'): string =>
  encodeObject({ apiVersion, kind: 'DeleteOptions', ...fields }).toString('hex')

const bodies = (path: string, all: Record<string, string>): Record<string, readonly Step[]> =>
  Object.fromEntries(Object.entries(all).map(([title, hex]) => [title, [raw('POST', path, hex)]]))

export const protobufCases: readonly Case[] = [
  ...cases('create', 'protobuf', {
    ...ofEach(({ path, object, pick }) => [wire(post(path, object, pick && { pick }))]),
    'one that json shows': [wire(post(CONFIG_MAPS, configMap('one', { data: { a: '1' } }))), get(`${CONFIG_MAPS}/one`)],
    'a widget': [wire(post(WIDGETS, widget('one'), { type: 'application/json' }))],
    'a widget for protobuf or json': [
      post(WIDGETS, widget('one'), { headers: { accept: `${PROTOBUF},application/json` } }),
    ],
    'a dry run': [wire(post(`${LEASES}?dryRun=All`, lease('one')))],
    'one that is there': [wire(post(LEASES, lease('one'))), wire(post(LEASES, lease('one')))],
    'one without a name': [wire(post(LEASES, lease('')))],
    'one of another namespace': [wire(post(LEASES, lease('one', {}, { namespace: 'other' })))],
    'one that is invalid': [wire(post(LEASES, lease('Bad_Name', { spec: { leaseDurationSeconds: -1 } })))],
  }),
  ...cases('get', 'protobuf', {
    ...ofStored(({ path, object, name, pick }) => [
      post(path, object, { pick: ['/kind'] }),
      wire(get(`${path}/${name}`, pick && { pick })),
    ]),
    'what is not there': [wire(get(`${CONFIG_MAPS}/none`))],
    'a widget': [post(WIDGETS, widget('one')), wire(get(`${WIDGETS}/one`))],
    'metadata of a widget': [
      post(WIDGETS, widget('one')),
      get(`${WIDGETS}/one`, { headers: { accept: `${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io` } }),
    ],
    'metadata of a lease': [
      post(LEASES, lease('one')),
      get(`${LEASES}/one`, { headers: { accept: `${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io` } }),
    ],
    'a table of leases': [
      post(LEASES, lease('one')),
      get(`${LEASES}/one`, { headers: { accept: `${PROTOBUF};as=Table;v=v1;g=meta.k8s.io` } }),
    ],
    'a scale': [post(WIDGETS, widget('one')), wire(get(`${WIDGETS}/one/scale`))],
    'a namespace status': [wire(get('/api/v1/namespaces/<ns>/status'))],
    'a path that is nowhere': [wire(get('/apis/oracle.keelson.dev/v1/nowhere'))],
    'a resource that is nowhere': [wire(get('/api/v1/nowhere'))],
    'a version that is none': [wire(get(`${LEASES}/one?resourceVersion=x`))],
  }),
  ...cases('list', 'protobuf', {
    ...ofStored(({ path, object, name, pick }) => [
      post(path, object, { pick: ['/kind'] }),
      wire(
        get(
          `${path}?fieldSelector=metadata.name%3D${name}`,
          pick && { pick: ['/apiVersion', '/kind', '/metadata', ...pick.map((pointer) => `/items${pointer}`)] },
        ),
      ),
    ]),
    'page by page': [
      post(LEASES, lease('a')),
      post(LEASES, lease('b')),
      post(LEASES, lease('c')),
      { ...wire(get(`${LEASES}?limit=2`)), as: 'page' } as Step,
      wire(get(`${LEASES}?limit=2&continue=<page.metadata.continue>`)),
    ],
    nothing: [wire(get(LEASES))],
    'metadata of widgets': [
      post(WIDGETS, widget('one')),
      get(WIDGETS, { headers: { accept: `${PROTOBUF};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io` } }),
    ],
    'metadata of leases': [
      post(LEASES, lease('one')),
      get(LEASES, { headers: { accept: `${PROTOBUF};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io` } }),
    ],
    widgets: [wire(get(WIDGETS))],
    'a selector that is none': [wire(get(`${LEASES}?labelSelector=a+b`))],
    'what contradicts itself': [wire(get(`${LEASES}?resourceVersionMatch=Exact`))],
    'a token that is none': [wire(get(`${LEASES}?continue=abc`))],
  }),
  ...cases('patch', 'protobuf', {
    ...ofStored(({ path, object, name, pick }) => [
      post(path, object, { pick: ['/kind'] }),
      patched(
        `${path}/${name}`,
        { metadata: { labels: { more: 'yes' }, annotations: null } },
        undefined,
        pick && { pick },
      ),
    ]),
    'by parts': [
      post(LEASES, lease('one')),
      patched(
        `${LEASES}/one`,
        [{ op: 'add', path: '/spec', value: { holderIdentity: 'me' } }],
        'application/json-patch+json',
      ),
    ],
    'by merging as built-in kinds do': [
      post(LEASES, lease('one', {}, { finalizers: ['a.b/c'] })),
      patched(`${LEASES}/one`, { metadata: { finalizers: ['d.e/f'] } }, 'application/strategic-merge-patch+json'),
    ],
    'by applying': [
      wire({
        method: 'PATCH',
        path: `${LEASES}/one?fieldManager=alice`,
        body: lease('one', { spec: { holderIdentity: 'me' } }),
        type: 'application/apply-patch+yaml',
      }),
    ],
    'of another type': [post(LEASES, lease('one')), raw('PATCH', `${LEASES}/one`, whole)],
    'what is not there': [patched(`${LEASES}/none`, {})],
    'that does not fit': [
      post(LEASES, lease('one')),
      patched(`${LEASES}/one`, { spec: { leaseDurationSeconds: 'x' } }),
    ],
  }),
  ...cases('update', 'protobuf', {
    ...ofStored(({ path, object, name, pick }) => [
      post(path, object, { as: 'made', pick: ['/kind'] }),
      wire(
        put(
          `${path}/${name}`,
          {
            ...object,
            metadata: {
              ...(object.metadata as Fields),
              resourceVersion: '<made.metadata.resourceVersion>',
              labels: { more: 'yes' },
            },
          },
          pick && { pick },
        ),
      ),
    ]),
    'of an old version': [
      post(LEASES, lease('one')),
      wire(put(`${LEASES}/one`, lease('one', {}, { resourceVersion: '1' }))),
    ],
    'of another name': [post(LEASES, lease('one')), wire(put(`${LEASES}/one`, lease('two')))],
    'of a namespace status': [
      wire(put('/api/v1/namespaces/<ns>/status', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: '<ns>' } })),
    ],
  }),
  ...cases('delete', 'protobuf', {
    'with options': [
      post(LEASES, lease('one')),
      raw('DELETE', `${LEASES}/one`, options({ propagationPolicy: 'Background', gracePeriodSeconds: 0 })),
    ],
    "with options of the resource's group": [
      post(LEASES, lease('one')),
      raw('DELETE', `${LEASES}/one`, options({ propagationPolicy: 'Background' }, 'coordination.k8s.io/v1')),
    ],
    'with a condition that does not hold': [
      post(LEASES, lease('one')),
      raw('DELETE', `${LEASES}/one`, options({ preconditions: { uid: 'other' } })),
    ],
    'with a policy that is none': [
      post(LEASES, lease('one')),
      raw('DELETE', `${LEASES}/one`, options({ propagationPolicy: 'Sometimes' })),
    ],
    'with another kind': [post(LEASES, lease('one')), raw('DELETE', `${LEASES}/one`, whole)],
    'with what is none': [post(LEASES, lease('one')), raw('DELETE', `${LEASES}/one`, '6b3873')],
    'without options': [post(LEASES, lease('one')), wire(del(`${LEASES}/one`))],
    'a configmap without options': [post(CONFIG_MAPS, configMap('one')), wire(del(`${CONFIG_MAPS}/one`))],
    'what waits for its finalizer': [
      post(LEASES, lease('one', {}, { finalizers: ['a.b/c'] })),
      wire(del(`${LEASES}/one`)),
    ],
    'of a collection': [
      post(LEASES, lease('one')),
      post(LEASES, lease('two', {}, { finalizers: ['a.b/c'] })),
      raw('DELETE', LEASES, options({ propagationPolicy: 'Background' })),
    ],
    'of a widget': [
      post(WIDGETS, widget('one')),
      raw('DELETE', `${WIDGETS}/one`, options({ propagationPolicy: 'Background' }), {
        headers: { accept: `${PROTOBUF},application/json` },
      }),
    ],
  }),
  ...cases('create', 'broken protobuf', {
    ...bodies(CONFIG_MAPS, {
      nothing: '',
      'part of the magic': '6b3873',
      'the magic alone': '6b387300',
      'another magic': '6b387301',
      json: Buffer.from('{"kind":"ConfigMap"}').toString('hex'),
      'cut inside the envelope': whole.slice(0, 40),
      'cut inside the object': made(entry(text(1, 'a'), text(2, '1'))).slice(0, -4),
      'an empty envelope': envelope(field(1, Buffer.alloc(0)), field(2, Buffer.alloc(0))),
      'without a kind': envelope(typeMeta('v1', ''), field(2, named)),
      'without a version': envelope(typeMeta('', 'ConfigMap'), field(2, named)),
      'without either': envelope(field(2, named)),
      'without an object': envelope(MAP),
      'of a kind that is none': envelope(typeMeta('v1', 'Nothing'), field(2, named)),
      'of a version that is none': envelope(typeMeta('v9', 'ConfigMap'), field(2, named)),
      'of a group that is none': envelope(typeMeta('none.dev/v1', 'ConfigMap'), field(2, named)),
      'of a version that cannot be read': envelope(typeMeta('a/b/c', 'ConfigMap'), field(2, named)),
      'of another kind': envelope(typeMeta('v1', 'Secret'), field(2, named)),
      'of another group': envelope(typeMeta('coordination.k8s.io/v1', 'Lease'), field(2, named)),
      'of a custom kind': envelope(typeMeta('oracle.keelson.dev/v1', 'Widget'), field(2, named)),
      'with a content type': envelope(MAP, field(2, named), text(4, 'application/json')),
      'with a content encoding': envelope(MAP, field(2, named), text(3, 'gzip')),
      'with an unknown field in the envelope': envelope(MAP, field(2, named), text(15, 'x')),
      'with two objects': envelope(MAP, field(2, field(1, text(1, 'zero'))), field(2, named)),
      'with two kinds': envelope(typeMeta('v1', 'Secret'), MAP, field(2, named)),
      'with an object before its kind': envelope(field(2, named), MAP),
      'with an unknown text': made(text(15, 'x')),
      'with an unknown number': made(varint(15, 1)),
      'with an unknown fixed number of 64 bits': made(Buffer.from([(15 << 3) | 1, 1, 2, 3, 4, 5, 6, 7, 8])),
      'with an unknown fixed number of 32 bits': made(Buffer.from([(15 << 3) | 5, 1, 2, 3, 4])),
      'with an unknown group': made(Buffer.from([(15 << 3) | 3, (15 << 3) | 4])),
      'with a group that is not closed': made(Buffer.from([(15 << 3) | 3])),
      'with the end of a group': made(Buffer.from([(15 << 3) | 4])),
      'with a wire type that is none': made(Buffer.from([(15 << 3) | 7])),
      'with a field 0': made(Buffer.from([2, 1, 0x61])),
      'with a map of another wire type': made(varint(2, 1)),
      'with metadata of another wire type': envelope(MAP, field(2, varint(1, 1))),
      'with a name of another wire type': envelope(MAP, field(2, field(1, varint(1, 1)))),
      'with a tag that is too long': made(Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1])),
      'with a length beyond the end': made(Buffer.from([(15 << 3) | 2, 9, 0x61])),
      'with a known length beyond the end': made(Buffer.from([(2 << 3) | 2, 9, 0x61])),
      'with a negative length': made(Buffer.from([(2 << 3) | 2, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1])),
      'with a length that overflows': made(Buffer.from([(2 << 3) | 2, 255, 255, 255, 255, 255, 255, 255, 255, 127])),
      'with an entry without a value': made(entry(text(1, 'a'))),
      'with an entry without a key': made(entry(text(2, '1'))),
      'with an empty entry': made(entry()),
      'with an entry with more': made(entry(text(1, 'a'), text(2, '1'), text(3, 'x'))),
      'with an entry twice': made(entry(text(1, 'a'), text(2, '1')), entry(text(1, 'a'), text(2, '2'))),
      'with a text that is no utf8': made(entry(text(1, 'a'), field(2, Buffer.from([255, 254])))),
      'with immutable': made(varint(4, 1)),
      'with immutable of 2': made(varint(4, 2)),
      'with metadata twice': made(field(1, text(2, 'prefix-'))),
      'with a name twice': envelope(MAP, field(2, field(1, Buffer.concat([text(1, 'zero'), text(1, 'one')])))),
      'with bytes behind it': `${whole}00`,
      'as it should be': made(entry(text(1, 'a'), text(2, '1'))),
    }),
    'unknown fields strictly': [raw('POST', `${CONFIG_MAPS}?fieldValidation=Strict`, made(text(15, 'x')))],
    'a webhook with an empty bundle': [
      wire(
        post('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
          apiVersion: 'admissionregistration.k8s.io/v1',
          kind: 'ValidatingWebhookConfiguration',
          metadata: { name: '<id>' },
          webhooks: [
            {
              name: 'never.keelson.dev',
              clientConfig: { url: 'https://never.keelson.dev', caBundle: '' },
              sideEffects: 'None',
              admissionReviewVersions: ['v1'],
            },
          ],
        }),
      ),
    ],
    'a secret with bytes': [wire(post(SECRETS, secret('one', { data: { a: 'AP8=' }, stringData: { b: 'x' } })))],
    'to a widget': [raw('POST', WIDGETS, envelope(typeMeta('oracle.keelson.dev/v1', 'Widget'), field(2, named)))],
    'to a widget as a configmap': [raw('POST', WIDGETS, whole)],
    'to what is not there': [raw('POST', '/api/v1/namespaces/<ns>/nothings', whole)],
    'said to be json': [raw('POST', CONFIG_MAPS, whole, { type: 'application/json' })],
    'said to be yaml': [raw('POST', CONFIG_MAPS, whole, { type: 'application/yaml' })],
    'with parameters': [raw('POST', CONFIG_MAPS, whole, { type: `${PROTOBUF};charset=utf-8` })],
    'an integer of too many bits': [
      raw(
        'POST',
        LEASES,
        envelope(
          typeMeta('coordination.k8s.io/v1', 'Lease'),
          field(2, Buffer.concat([named, field(2, varint(2, 129, 128, 128, 128, 128, 1))])),
        ),
      ),
    ],
    'a negative integer': [
      raw(
        'POST',
        LEASES,
        envelope(
          typeMeta('coordination.k8s.io/v1', 'Lease'),
          field(2, Buffer.concat([named, field(2, varint(2, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1))])),
        ),
      ),
    ],
    'a quantity that is none': [
      raw(
        'POST',
        '/api/v1/namespaces/<ns>/resourcequotas',
        envelope(
          typeMeta('v1', 'ResourceQuota'),
          field(
            2,
            Buffer.concat([named, field(2, field(1, Buffer.concat([text(1, 'configmaps'), field(2, text(1, 'x'))])))]),
          ),
        ),
      ),
    ],
    'an empty quantity': [
      raw(
        'POST',
        '/api/v1/namespaces/<ns>/resourcequotas',
        envelope(
          typeMeta('v1', 'ResourceQuota'),
          field(
            2,
            Buffer.concat([
              named,
              field(2, field(1, Buffer.concat([text(1, 'configmaps'), field(2, Buffer.alloc(0))]))),
            ]),
          ),
        ),
      ),
    ],
    'a schema that is no json': [
      raw('POST', CRDS, envelope(typeMeta('apiextensions.k8s.io/v1', 'CustomResourceDefinition'), field(2, named))),
    ],
  }),
]
