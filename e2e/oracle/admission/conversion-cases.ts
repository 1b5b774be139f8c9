/** Custom resources whose versions a webhook converts into each other: read, written and watched in each. */
import { type Case, cases, del, type Fields, get, type Json, jsonPatch, mergePatch, post, type Step } from '../case.ts'
import { CRDS } from '../corpus/objects.ts'
import type { WebhookServer } from './webhook-server.ts'

const versioned = (conversion: Json): Fields => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.<id>.example.com' },
  spec: {
    group: '<id>.example.com',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    conversion,
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { size: { type: 'integer' }, mode: { type: 'string', default: 'plain' } },
              },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
      {
        name: 'v2',
        served: true,
        storage: false,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  mode: { type: 'string' },
                  dimensions: { type: 'object', properties: { size: { type: 'integer', maximum: 100 } } },
                },
              },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
})

const SIZE_OF_V1 = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size'

export function conversionCases({ url, ca }: Pick<WebhookServer, 'url' | 'ca'>): Case[] {
  const things = (version: string) => `/apis/<id>.example.com/${version}/namespaces/<ns>/things`
  const thing = (version: string, name: string, spec: Fields): Fields => ({
    apiVersion: `<id>.example.com/${version}`,
    kind: 'Thing',
    metadata: { name },
    spec,
  })
  const webhook = (path: string): Fields => ({
    strategy: 'Webhook',
    webhook: { clientConfig: { url: `${url}${path}`, caBundle: ca }, conversionReviewVersions: ['v1'] },
  })
  // kube-apiserver has a cache for each version, which it fills at its leisure: until then lists are 429. It must be there
  // before objects are that cannot be converted.
  const listed = ['v1', 'v2'].map((version) => get(things(version), { until: 200, pick: ['/kind'] }))
  const defined = (path: string): Step[] => [
    post(CRDS, versioned(webhook(path)), { pick: ['/spec/conversion/strategy', '/status/storedVersions'] }),
    ...listed,
    ...['v1', 'v2'].map((version) => get(`${things(version)}/absent`)),
  ]
  const items = { pick: ['/apiVersion', '/kind', '/items/apiVersion', '/items/metadata/name', '/items/spec'] }
  // Who owns a field of another version is not followed through a webhook: docs/compatibility.md.
  const shown = { pick: ['/apiVersion', '/spec', '/status', '/metadata/generation'] }
  return cases('read', 'conversion', {
    'there and back': [
      ...defined('/convert'),
      post(things('v1'), thing('v1', 'one', { size: 3 }), { until: 201 }),
      get(`${things('v2')}/one`),
      post(things('v2'), thing('v2', 'two', { dimensions: { size: 4 }, mode: 'other' })),
      get(`${things('v1')}/two`),
      get(things('v1'), items),
      get(things('v2'), items),
      mergePatch(`${things('v2')}/one`, { spec: { dimensions: { size: 5 } } }, shown),
      get(`${things('v1')}/one`, shown),
      mergePatch(`${things('v2')}/one/status`, { status: { phase: 'Done' } }, shown),
      get(`${things('v1')}/one`, shown),
    ],
    'what no version allows': [
      ...defined('/convert'),
      post(things('v1'), thing('v1', 'one', { size: 3 }), { until: 201 }),
      post(things('v2'), thing('v2', 'large', { dimensions: { size: 400 } })),
      post(things('v1'), thing('v1', 'large', { size: 400 })),
      get(`${things('v2')}/large`),
      mergePatch(`${things('v2')}/large`, { metadata: { labels: { a: 'b' } } }),
      del(`${things('v2')}/large`),
    ],
    watched: [
      ...defined('/convert'),
      { open: 'w', path: `${things('v2')}?watch=true` },
      post(things('v1'), thing('v1', 'one', { size: 3 }), { until: 201 }),
      mergePatch(`${things('v1')}/one`, { spec: { size: 4 } }),
      del(`${things('v1')}/one`),
      { events: 'w', count: 3 },
    ],
    'another storage version': [
      ...defined('/convert'),
      post(things('v1'), thing('v1', 'one', { size: 3 }), { until: 201 }),
      jsonPatch(
        `${CRDS}/things.<id>.example.com`,
        [
          { op: 'replace', path: '/spec/versions/0/storage', value: false },
          { op: 'replace', path: '/spec/versions/1/storage', value: true },
          { op: 'add', path: `${SIZE_OF_V1}/maximum`, value: 50 },
        ],
        { pick: ['/status/storedVersions'] },
      ),
      // What is refused now shows that the definition is served as it was changed, from caches that are filled anew.
      post(`${things('v1')}?dryRun=All`, thing('v1', 'probe', { size: 60 }), { until: 422, pick: ['/code'] }),
      ...listed,
      get(`${things('v1')}/one`),
      get(`${things('v2')}/one`),
      mergePatch(`${things('v1')}/one`, { metadata: { labels: { again: 'yes' } } }),
      get(`${things('v2')}/one`),
    ],
    ...Object.fromEntries(
      [
        '/convert-fail',
        '/convert-silent',
        '/convert-fewer',
        '/convert-version',
        '/convert-name',
        '/convert-labels',
        '/status-500',
        '/text',
        '/empty',
        '/no-kind',
        '/no-response',
      ].map((path) => [
        path.slice(1),
        [
          ...defined(path),
          post(things('v1'), thing('v1', 'one', { size: 3 }), { until: 201 }),
          get(`${things('v1')}/one`),
          get(`${things('v2')}/one`),
          post(things('v2'), thing('v2', 'two', { dimensions: { size: 3 } })),
          // The cache of v2 fails at the object and is begun anew, for ever: lists are 429 at such moments, but for limited
          // ones, which go to the store (apiserver/pkg/storage/cacher/delegator, shouldDelegateListOnNotReadyCache).
          get(`${things('v2')}?limit=500`),
          del(`${things('v1')}/one`),
        ],
      ]),
    ),
  })
}
