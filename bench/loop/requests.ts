/**
 * Requests that are large, or made to be dear: of each class one that is as large as the server takes. In paths and bodies ROUND
 * stands for a number that is another one in each round, VERSION for the resourceVersion of what was made before.
 */

export interface DearRequest {
  readonly title: string
  readonly method: string
  readonly path: string
  readonly type?: string
  readonly accept?: string
  readonly body?: string
  /** What it has to be answered; otherwise 201 to a POST and 200 to anything else. */
  readonly status?: number
  /** What is there before each of its rounds. */
  readonly before?: DearRequest
}

/** Just below the 3 MiB that a request may have. */
const LIMIT = 3 * 1024 * 1024 - 4096
/** Below what the store takes of one object. */
const STORED = 2 * 1024 * 1024 - 64 * 1024
/** Of an object whose fields have owners by name, which take more than the fields. */
const OWNED = STORED / 5

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const MAPS = '/api/v1/namespaces/default/configmaps'
const THINGS = '/apis/loop.keelson.dev/v1/namespaces/default/things'
const JSON_PATCH = 'application/json-patch+json'
const MERGE_PATCH = 'application/merge-patch+json'
const STRATEGIC_PATCH = 'application/strategic-merge-patch+json'
const APPLY_PATCH = 'application/apply-patch+yaml'
const YAML = 'application/yaml'

const item = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, count: { type: 'integer' } },
}

/** Lists that are plain and that are maps, a map of texts, a rule for each item, and a part that nothing is said of. */
export const definition = definitionOf('things', 'Thing', {
  items: { type: 'array', items: item },
  keyed: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: item },
  texts: { type: 'object', additionalProperties: { type: 'string' } },
  judged: {
    type: 'array',
    maxItems: 100_000,
    items: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= 0' }] },
  },
  open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
})

function definitionOf(plural: string, kind: string, properties: object): object {
  const spec = { type: 'object', properties }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.loop.keelson.dev` },
    spec: {
      group: 'loop.keelson.dev',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
}

function filled<Value>(bytes: number, make: (index: number) => Value): Value[] {
  const values: Value[] = []
  for (let size = 0; size < bytes; ) {
    const value = make(values.length)
    size += JSON.stringify(value).length + 1
    values.push(value)
  }
  return values
}

const pairs = (bytes: number, make: (index: number) => [string, unknown]) => Object.fromEntries(filled(bytes, make))
const things = (bytes: number) => filled(bytes, (index) => ({ name: `item-${index}`, count: index, note: 'unknown' }))
const known = (bytes: number) => filled(bytes, (index) => ({ name: `item-${index}`, count: index }))
const label = (index: number): [string, string] => [`example.com/label-${index}`, `value-${index}`]

const thing = (spec: object, metadata: object = {}, name = 'one') =>
  JSON.stringify({ apiVersion: 'loop.keelson.dev/v1', kind: 'Thing', metadata: { name, ...metadata }, spec })
const map = (rest: object, metadata: object = {}) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', ...metadata }, ...rest })

const dry = '?dryRun=All'
const post = (title: string, path: string, body: string, type = 'application/json'): DearRequest => ({
  title,
  method: 'POST',
  path,
  type,
  body,
})
const patch = (title: string, path: string, type: string, body: string, before?: DearRequest): DearRequest => ({
  title,
  method: 'PATCH',
  path,
  type,
  body,
  ...(before !== undefined && { before }),
})

const refused = (request: DearRequest, status: number): DearRequest => ({ ...request, status })

const largeThing = post('', THINGS, thing({ keyed: known(OWNED) }))
const largeMap = post('', MAPS, map({ data: pairs(STORED / 2, (index) => [`key-${index}`, 'v'.repeat(20)]) }))
const largeKind = post('', DEFINITIONS, JSON.stringify(largeDefinition('ROUND', STORED / 2)))
const remove = (path: string): DearRequest => ({ title: '', method: 'DELETE', path })
export const removals: readonly DearRequest[] = [remove(`${THINGS}/one`), remove(`${MAPS}/one`)]

export const dearRequests: readonly DearRequest[] = [
  refused(post('a text of 3 MiB', MAPS + dry, map({ data: { text: 'x'.repeat(LIMIT) } })), 422),
  post('a text of 3 MiB that is taken', THINGS + dry, thing({ texts: { text: 'x'.repeat(LIMIT) } })),
  post(
    'a ConfigMap with 80,000 keys',
    MAPS + dry,
    map({ data: Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`key-${index}`, 'v'.repeat(12)])) }),
  ),
  post('a list of 40,000 items with unknown fields', THINGS + dry, thing({ items: things(LIMIT) })),
  post('a list of 80,000 items', THINGS + dry, thing({ items: known(LIMIT) })),
  post('a list that is a map', THINGS + dry, thing({ keyed: known(LIMIT) })),
  post('a rule for each of 99,000 items', THINGS + dry, thing({ judged: Array.from({ length: 99_000 }, (_, n) => n) })),
  refused(post('wrong items', THINGS + dry, thing({ items: filled(LIMIT, (index) => ({ name: index })) })), 422),
  post('what no schema knows', THINGS + dry, thing({ open: { items: known(LIMIT) } })),
  post('labels', THINGS + dry, thing({}, { labels: pairs(LIMIT, label) })),
  post('labels of a ConfigMap', MAPS + dry, map({}, { labels: pairs(LIMIT, label) })),
  refused(
    post('labels that are wrong', THINGS + dry, thing({}, { labels: pairs(LIMIT, (index) => [`/-${index}`, '-']) })),
    422,
  ),
  refused(post('annotations', THINGS + dry, thing({}, { annotations: pairs(LIMIT, label) })), 422),
  post('finalizers', THINGS + dry, thing({}, { finalizers: filled(LIMIT, (index) => `example.com/${index}`) })),
  refused(
    post(
      'owners',
      THINGS + dry,
      thing(
        {},
        {
          ownerReferences: filled(LIMIT, (index) => ({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: `c${index}`,
            uid: `u${index}`,
          })),
        },
      ),
    ),
    413,
  ),
  post('nested as deep as may be', THINGS + dry, thing({ open: nested(490) })),
  refused(post('brackets', THINGS + dry, '['.repeat(LIMIT)), 400),
  refused(post('JSON that ends too early', THINGS + dry, thing({ items: known(LIMIT) }).slice(0, -1)), 400),
  post('a definition of 3 MiB', DEFINITIONS + dry, JSON.stringify(largeDefinition('', LIMIT))),
  { ...largeKind, title: 'a definition of 1 MiB, made' },
  {
    ...post('the first object of a definition of 1 MiB', THINGS.replace('things', 'largesROUND'), largeObject()),
    before: largeKind,
  },
  post('YAML of 400 KiB', THINGS + dry, yaml(400 * 1024), YAML),
  post('created', THINGS, thing({ items: known(STORED) })),
  {
    ...post('updated', `${THINGS}/one`, thing({ keyed: known(OWNED), items: [] }, { resourceVersion: 'VERSION' })),
    method: 'PUT',
    before: largeThing,
  },
  {
    ...patch('applied, new', `${THINGS}/one${dry}&fieldManager=a`, APPLY_PATCH, thing({ keyed: known(LIMIT) })),
    status: 201,
  },
  patch(
    'applied by another',
    `${THINGS}/one?fieldManager=b&force=true`,
    APPLY_PATCH,
    thing({ keyed: known(OWNED) }),
    largeThing,
  ),
  patch(
    'a small merge patch of a large object',
    `${THINGS}/one`,
    MERGE_PATCH,
    '{"metadata":{"labels":{"a":"b"}}}',
    largeThing,
  ),
  patch(
    'a large merge patch',
    `${THINGS}/one${dry}`,
    MERGE_PATCH,
    JSON.stringify({ spec: { items: known(LIMIT) } }),
    largeThing,
  ),
  patch('10,000 operations', `${MAPS}/one${dry}`, JSON_PATCH, JSON.stringify(operations(10_000)), largeMap),
  patch(
    'a strategic patch',
    `${MAPS}/one${dry}`,
    STRATEGIC_PATCH,
    JSON.stringify({ data: pairs(LIMIT, (index) => [`k-${index}`, 'v']) }),
    largeMap,
  ),
  { title: 'read', method: 'GET', path: `${THINGS}/one`, before: largeThing },
  { title: 'read for people', method: 'GET', path: `${THINGS}/one?pretty=true`, before: largeThing },
  { title: 'read as YAML', method: 'GET', path: `${THINGS}/one`, accept: YAML, before: largeThing },
  {
    title: 'read as a Table',
    method: 'GET',
    path: `${THINGS}/one`,
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    before: largeThing,
  },
  {
    title: 'read as protobuf',
    method: 'GET',
    path: `${MAPS}/one`,
    accept: 'application/vnd.kubernetes.protobuf',
    before: largeMap,
  },
  {
    title: 'a label selector of 14 KiB',
    method: 'GET',
    path: `${MAPS}?labelSelector=${encodeURIComponent(`a in (${filled(9000, (index) => `v${index}`).join(',')})`)}`,
  },
]

function largeObject(): string {
  return JSON.stringify({ apiVersion: 'loop.keelson.dev/v1', kind: 'LargeROUND', metadata: { name: 'one' }, spec: {} })
}

function nested(depth: number): object {
  let value: object = {}
  for (let level = 0; level < depth; level++) value = { a: value }
  return value
}

function operations(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({ op: 'add', path: `/data/new-${index}`, value: 'v' }))
}

function yaml(bytes: number): string {
  const lines = filled(bytes, (index) => `  - {name: item-${index}, count: ${index}}`)
  return `apiVersion: loop.keelson.dev/v1\nkind: Thing\nmetadata: {name: one}\nspec:\n  items:\n${lines.join('\n')}\n`
}

function largeDefinition(suffix: string, bytes: number): object {
  const described = (index: number): [string, object] => [
    `field${index}`,
    { type: 'object', description: 'd'.repeat(100), properties: { a: { type: 'string', maxLength: 9 } } },
  ]
  return definitionOf(`larges${suffix}`, `Large${suffix}`, pairs(bytes, described))
}
