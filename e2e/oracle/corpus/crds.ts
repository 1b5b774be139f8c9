import { type Case, cases, del, type Fields, get, type Json, mergePatch, post, type Step } from '../case.ts'
import { CRDS } from './objects.ts'

const OBJECT = { type: 'object' }
const STATUS: Fields = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { a: { type: 'string' }, n: { type: 'integer' } } } },
}

function crd(
  spec: Fields = {},
  {
    version = {},
    schema = STATUS,
    names = {},
    metadata = {},
  }: { version?: Fields; schema?: Json; names?: Fields; metadata?: Fields } = {},
): Fields {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.<id>.dev', ...metadata },
    spec: {
      group: '<id>.dev',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing', ...names },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
      ...spec,
    },
  }
}

const refused = (all: Record<string, Fields>): Record<string, Step[]> =>
  Object.fromEntries(Object.entries(all).map(([title, body]) => [title, [post(CRDS, body)]]))
const dry = (all: Record<string, Fields>): Record<string, Step[]> =>
  Object.fromEntries(
    Object.entries(all).map(([title, body]) => [
      title,
      [post(`${CRDS}?dryRun=All`, body, { pick: ['/kind', '/message', '/details', '/code', '/spec'] })],
    ]),
  )

const THINGS = '/apis/<id>.dev/v1/namespaces/<ns>/things'
const thing = (spec: Fields, more: Fields = {}): Fields => ({
  apiVersion: '<id>.dev/v1',
  kind: 'Thing',
  metadata: { name: 'one' },
  spec,
  ...more,
})
const served = (body: Fields): Step[] => [
  post(CRDS, body, { pick: ['/kind', '/spec', '/message'] }),
  get(THINGS, { until: 200, pick: ['/kind', '/items'] }),
]

export const crdCases: readonly Case[] = [
  ...cases('create', 'definitions', {
    ...dry({
      plain: crd(),
      'with short names and categories': crd(
        {},
        { names: { shortNames: ['th'], categories: ['all'], singular: 'thing', listKind: 'Things' } },
      ),
      'cluster-scoped': crd({ scope: 'Cluster' }),
    }),
    'is established': [
      post(CRDS, crd(), { pick: ['/spec', '/metadata/generation'] }),
      get(`${CRDS}/things.<id>.dev`, { until: { field: 'status.conditions.1.status', is: 'True' } }),
    ],
    ...refused({
      'of another name': crd({}, { metadata: { name: 'others.<id>.dev' } }),
      'without a group': crd({ group: '' }),
      'of a bad group': crd({ group: 'Bad_Group' }),
      'of a group without a dot': crd({ group: 'nodot' }, { metadata: { name: 'things.nodot' } }),
      'of a protected group': crd({ group: 'x.k8s.io' }, { metadata: { name: 'things.x.k8s.io' } }),
      'of a bad scope': crd({ scope: 'Other' }),
      'without a scope': crd({ scope: '' }),
      'without versions': crd({ versions: [] }),
      'without a storage version': crd({}, { version: { storage: false } }),
      'with two storage versions': crd({
        versions: ['v1', 'v2'].map((name) => ({
          name,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: OBJECT },
        })),
      }),
      'with a version twice': crd({
        versions: [true, false].map((storage) => ({
          name: 'v1',
          served: true,
          storage,
          schema: { openAPIV3Schema: OBJECT },
        })),
      }),
      'of a bad version name': crd({}, { version: { name: 'V1' } }),
      'without names': crd({ names: {} }),
      'of a bad plural': crd({}, { names: { plural: 'Things' } }),
      'of a bad kind': crd({}, { names: { kind: 'a thing' } }),
      'of a bad short name': crd({}, { names: { shortNames: ['B A D'] } }),
      'of a kind that is its list kind': crd({}, { names: { listKind: 'Thing' } }),
      'of a bad category': crd({}, { names: { categories: ['A B'] } }),
      'without a schema': crd({}, { version: { schema: null } }),
      'with an empty schema': crd({}, { version: { schema: {} } }),
      'with preserveUnknownFields': crd({ preserveUnknownFields: true }),
      'with an unknown conversion': crd({ conversion: { strategy: 'Other' } }),
      'with a webhook without its client': crd({ conversion: { strategy: 'Webhook' } }),
      'with a webhook where there is none': crd({
        conversion: {
          strategy: 'None',
          webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://a' } },
        },
      }),
      'with a webhook by http': crd({
        conversion: {
          strategy: 'Webhook',
          webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'http://a' } },
        },
      }),
      'with two columns of a name': crd(
        {},
        {
          version: {
            additionalPrinterColumns: [
              { name: 'A', type: 'string', jsonPath: '.a' },
              { name: 'A', type: 'string', jsonPath: '.b' },
            ],
          },
        },
      ),
      'with a bad column path': crd(
        {},
        { version: { additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: 'a[' }] } },
      ),
      'with a bad column type': crd(
        {},
        { version: { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }] } },
      ),
      'with an empty column': crd({}, { version: { additionalPrinterColumns: [{}] } }),
      'with a bad column format': crd(
        {},
        { version: { additionalPrinterColumns: [{ name: 'A', type: 'integer', format: 'x', jsonPath: '.a' }] } },
      ),
      'with an incomplete scale': crd({}, { version: { subresources: { scale: {} } } }),
      'with a bad scale path': crd(
        {},
        { version: { subresources: { scale: { specReplicasPath: 'replicas', statusReplicasPath: '.spec.x' } } } },
      ),
      'with a bad selectable field': crd({}, { version: { selectableFields: [{ jsonPath: '.spec.none' }] } }),
      'with a selectable field twice': crd(
        {},
        { version: { selectableFields: [{ jsonPath: '.spec.a' }, { jsonPath: '.spec.a' }] } },
      ),
      'with a selectable object': crd({}, { version: { selectableFields: [{ jsonPath: '.spec' }] } }),
      'with a selectable path that is none': crd({}, { version: { selectableFields: [{ jsonPath: 'spec.a[' }] } }),
      'with a deprecation warning alone': crd({}, { version: { deprecationWarning: 'x' } }),
      'with a long deprecation warning': crd(
        {},
        { version: { deprecated: true, deprecationWarning: 'x'.repeat(300) } },
      ),
      'with unknown fields strictly': crd({ other: 1 }),
    }),
  }),
  ...cases('update', 'definitions', {
    'a field is added': [
      ...served(crd()),
      post(THINGS, thing({ a: 'x', b: 'y' })),
      get(`${CRDS}/things.<id>.dev`, { as: 'crd', pick: ['/kind'] }),
      mergePatch(
        `${CRDS}/things.<id>.dev`,
        {
          spec: {
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                schema: {
                  openAPIV3Schema: {
                    type: 'object',
                    properties: { spec: { type: 'object', properties: { b: { type: 'string', default: 'z' } } } },
                  },
                },
              },
            ],
          },
        },
        { pick: ['/spec'] },
      ),
      get(`${THINGS}/one`, { until: { field: 'spec.b' } }),
    ],
    ratcheting: [
      ...served(crd()),
      post(THINGS, thing({ a: 'long value', n: 5 })),
      mergePatch(
        `${CRDS}/things.<id>.dev`,
        {
          spec: {
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                schema: {
                  openAPIV3Schema: {
                    type: 'object',
                    properties: {
                      spec: {
                        type: 'object',
                        properties: { a: { type: 'string', maxLength: 3 }, n: { type: 'integer' } },
                      },
                    },
                  },
                },
              },
            ],
          },
        },
        { pick: ['/spec'] },
      ),
      post(THINGS, { ...thing({ a: 'long value' }), metadata: { name: 'two' } }, { until: 422 }),
      mergePatch(`${THINGS}/one`, { spec: { n: 6 } }),
      mergePatch(`${THINGS}/one`, { spec: { a: 'another long one' } }),
    ],
    'the group': [
      post(CRDS, crd(), { pick: ['/kind'] }),
      mergePatch(`${CRDS}/things.<id>.dev`, { spec: { group: 'other.dev' } }),
    ],
    'the scope': [
      post(CRDS, crd(), { pick: ['/kind'] }),
      get(`${CRDS}/things.<id>.dev`, { until: { field: 'status.conditions.1.status', is: 'True' }, pick: ['/kind'] }),
      mergePatch(`${CRDS}/things.<id>.dev`, { spec: { scope: 'Cluster' } }),
    ],
    'the kind': [
      post(CRDS, crd(), { pick: ['/kind'] }),
      get(`${CRDS}/things.<id>.dev`, { until: { field: 'status.conditions.1.status', is: 'True' }, pick: ['/kind'] }),
      mergePatch(`${CRDS}/things.<id>.dev`, { spec: { names: { kind: 'Other', listKind: 'OtherList' } } }),
    ],
    'the stored version goes': [
      post(CRDS, crd(), { pick: ['/kind'] }),
      get(`${CRDS}/things.<id>.dev`, { until: { field: 'status.conditions.1.status', is: 'True' }, pick: ['/kind'] }),
      mergePatch(`${CRDS}/things.<id>.dev`, {
        spec: { versions: [{ name: 'v2', served: true, storage: true, schema: { openAPIV3Schema: OBJECT } }] },
      }),
    ],
    'a second version': [
      ...served(crd()),
      post(THINGS, thing({ a: 'x' })),
      mergePatch(
        `${CRDS}/things.<id>.dev`,
        {
          spec: {
            versions: [
              { name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: STATUS } },
              { name: 'v2', served: true, storage: true, schema: { openAPIV3Schema: STATUS } },
            ],
          },
        },
        { pick: ['/status/storedVersions'] },
      ),
      get('/apis/<id>.dev/v2/namespaces/<ns>/things/one', { until: 200 }),
    ],
    'its status': [
      post(CRDS, crd(), { pick: ['/kind'] }),
      get(`${CRDS}/things.<id>.dev`, { until: { field: 'status.conditions.1.status', is: 'True' }, pick: ['/kind'] }),
      mergePatch(`${CRDS}/things.<id>.dev/status`, { status: { storedVersions: [] } }),
    ],
  }),
  ...cases('delete', 'definitions', {
    'with objects': [
      ...served(crd()),
      post(THINGS, thing({ a: 'x' })),
      del(`${CRDS}/things.<id>.dev`, undefined, { pick: ['/kind', '/metadata/name', '/metadata/finalizers'] }),
      get(`${CRDS}/things.<id>.dev`, { until: 404 }),
      get(THINGS, { until: 404 }),
    ],
    'in a dry run': [
      post(CRDS, crd(), { pick: ['/kind'] }),
      get(`${CRDS}/things.<id>.dev`, { until: { field: 'status.conditions.1.status', is: 'True' }, pick: ['/kind'] }),
      del(`${CRDS}/things.<id>.dev?dryRun=All`, undefined, { pick: ['/kind', '/status/conditions/type'] }),
    ],
  }),
]
