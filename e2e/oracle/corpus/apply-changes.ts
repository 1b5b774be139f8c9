/** Server-side apply where versions and schemas differ, and where the status is applied; metadata that a status write changes. */
import { apply, type Case, cases, type Fields, get, type Json, mergePatch, post, put, strategicPatch } from '../case.ts'
import { GIZMOS, GIZMOS_BETA, gizmo, NAMESPACES, quota, WIDGETS, widget } from './objects.ts'
import { KIND, OWN, object, served, THINGS, thing, things, version, versions } from './things.ts'

const ONE = `${THINGS}/one`
const QUOTA = '/api/v1/namespaces/<ns>/resourcequotas/one'
const NS = `${NAMESPACES}/<ns>`
const condition = (type: string, status: string): Fields => ({
  type,
  status,
  lastTransitionTime: '2020-01-02T03:04:05Z',
  reason: 'R',
  message: 'm',
})
const namespaceStatus = (...conditions: Fields[]): Fields => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: '<ns>' },
  status: { conditions },
})
const widgetStatus = (status: Fields): Fields => ({ ...widget('one'), status })
const quotaStatus = (status: Fields): Fields => ({ ...quota('one'), status })

const NAMED = { type: 'object', required: ['name'], properties: { name: { type: 'string' }, n: { type: 'integer' } } }
const ATOMIC = { type: 'array', items: NAMED }
const MAP = { ...ATOMIC, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }
const TEXTS = { type: 'array', items: { type: 'string' } }
const SET = { ...TEXTS, 'x-kubernetes-list-type': 'set' }
const OBJECT = { type: 'object', properties: { x: { type: 'string' }, y: { type: 'string' } } }

/** Applied under one schema of the field `f`, by two under another; `n` is there to see which schema holds. */
const reshaped = (before: Json, first: Json, after: Json, second: Json) => [
  ...served(things({ versions: [version(object({ f: before, n: { type: 'integer' } }))] })),
  apply(ONE, thing('one', { f: first, n: 1 }), 'alice'),
  mergePatch(OWN, versions(version(object({ f: after, n: { type: 'integer', maximum: 5 } }))), KIND),
  post(`${THINGS}?dryRun=All`, thing('probe', { n: 9 }), { until: 422, pick: ['/code'] }),
  apply(ONE, thing('one', { f: second }), 'bob'),
  apply(`${ONE}?force=true`, thing('one', { f: second }), 'bob'),
  apply(ONE, thing('one', { n: 2 }), 'alice'),
]

export const applyChangeCases: readonly Case[] = [
  ...cases('apply', 'versions', {
    'by two managers in two versions': [
      apply(`${GIZMOS_BETA}/one`, gizmo('one', { n: 1, extra: 'y' }, 'v1beta1'), 'alice'),
      apply(`${GIZMOS}/one`, gizmo('one', { n: 2 }), 'bob'),
      apply(`${GIZMOS}/one?force=true`, gizmo('one', { n: 2 }), 'bob'),
      get(`${GIZMOS_BETA}/one`),
    ],
    'by one manager in two versions': [
      apply(`${GIZMOS_BETA}/one`, gizmo('one', { n: 1, extra: 'y' }, 'v1beta1')),
      apply(`${GIZMOS}/one`, gizmo('one', { n: 2 })),
      get(`${GIZMOS_BETA}/one`),
    ],
    'of one version at the path of another': [apply(`${GIZMOS}/one`, gizmo('one', { n: 1 }, 'v1beta1'))],
    'after an update in another version': [
      post(GIZMOS, gizmo('one', { n: 1 })),
      apply(`${GIZMOS_BETA}/one`, gizmo('one', { n: 1, extra: 'z' }, 'v1beta1')),
      apply(`${GIZMOS_BETA}/one`, gizmo('one', { extra: 'z' }, 'v1beta1')),
    ],
  }),
  ...cases('apply', 'changed definitions', {
    'an atomic list that becomes a map': reshaped(ATOMIC, [{ name: 'a', n: 1 }], MAP, [{ name: 'b', n: 2 }]),
    'a map that becomes an atomic list': reshaped(MAP, [{ name: 'a', n: 1 }], ATOMIC, [{ name: 'b', n: 2 }]),
    'a set that becomes atomic': reshaped(SET, ['a', 'b'], TEXTS, ['b', 'c']),
    'an atomic list that becomes a set': reshaped(TEXTS, ['a', 'b'], SET, ['b', 'c']),
    'an object that becomes atomic': reshaped(
      OBJECT,
      { x: 'a' },
      { ...OBJECT, 'x-kubernetes-map-type': 'atomic' },
      { y: 'b' },
    ),
    'an atomic object that becomes granular': reshaped(
      { ...OBJECT, 'x-kubernetes-map-type': 'atomic' },
      { x: 'a' },
      OBJECT,
      { y: 'b' },
    ),
    'a field that goes': reshaped(
      OBJECT,
      { x: 'a' },
      { type: 'object', properties: { y: { type: 'string' } } },
      { y: 'b' },
    ),
    'a default that comes': reshaped(
      OBJECT,
      { x: 'a' },
      { type: 'object', properties: { ...OBJECT.properties, z: { type: 'string', default: 'c' } } },
      { y: 'b' },
    ),
  }),
  ...cases('apply', 'status', {
    'of a namespace': [
      apply(`${NS}/status`, namespaceStatus(condition('A', 'True'))),
      apply(`${NS}/status`, namespaceStatus(condition('B', 'True')), 'bob'),
      apply(`${NS}/status`, namespaceStatus(condition('A', 'False')), 'bob'),
      apply(`${NS}/status`, namespaceStatus(condition('C', 'False'))),
    ],
    'of a quota': [
      post('/api/v1/namespaces/<ns>/resourcequotas', quota('one', { spec: { hard: { pods: '1' } } }), KIND),
      get(QUOTA, { until: { field: 'status.used.pods' }, ...KIND }),
      apply(`${QUOTA}/status`, quotaStatus({ used: { pods: '7' } }), 'alice', {
        pick: ['/kind', '/message', '/details'],
      }),
    ],
    'of a widget, by two': [
      apply(`${WIDGETS}/one`, widget('one'), 'alice', KIND),
      apply(`${WIDGETS}/one/status`, widgetStatus({ replicas: 1 })),
      apply(`${WIDGETS}/one/status`, widgetStatus({ replicas: 2 }), 'bob'),
      apply(`${WIDGETS}/one/status?force=true`, widgetStatus({ replicas: 2 }), 'bob'),
      apply(`${WIDGETS}/one/status`, widgetStatus({ selector: 'a=b' })),
      apply(`${WIDGETS}/one/status`, widgetStatus({})),
    ],
    'with labels': [
      apply(`${WIDGETS}/one`, widget('one'), 'alice', KIND),
      apply(`${WIDGETS}/one/status`, { ...widget('one', {}, { labels: { a: 'b' } }), status: { replicas: 1 } }),
    ],
    'of a namespace, with labels': [
      apply(`${NS}/status`, {
        ...namespaceStatus(condition('A', 'True')),
        metadata: { name: '<ns>', labels: { a: 'b' } },
      }),
    ],
  }),
  ...cases('update', 'metadata by the status', {
    'of a namespace': [
      mergePatch(`${NS}/status`, { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } }),
      mergePatch(`${NS}/status`, {
        metadata: { labels: { a: null } },
        status: { conditions: [condition('A', 'True')] },
      }),
    ],
    'of a namespace, strategically': [
      strategicPatch(`${NS}/status`, { status: { conditions: [condition('A', 'True')] } }),
      strategicPatch(`${NS}/status`, {
        status: { conditions: [condition('B', 'True')] },
        metadata: { labels: { a: 'b' } },
      }),
    ],
    'finalizers and owners of a namespace': [
      mergePatch(`${NS}/status`, { metadata: { finalizers: ['example.com/a'] } }),
      mergePatch(`${NS}/status`, { metadata: { finalizers: [] } }, KIND),
      mergePatch(`${NS}/status`, { spec: { finalizers: [] } }),
    ],
    'of a quota': [
      post('/api/v1/namespaces/<ns>/resourcequotas', quota('one'), KIND),
      mergePatch(`${QUOTA}/status`, { metadata: { labels: { a: 'b' } } }, { pick: ['/metadata/labels', '/message'] }),
      put(`${QUOTA}/status`, quota('one'), { pick: ['/metadata/labels', '/message'] }),
    ],
    'a bad label': [mergePatch(`${NS}/status`, { metadata: { labels: { 'a b': 'c' } } })],
    'of a widget': [
      post(WIDGETS, widget('one'), KIND),
      mergePatch(`${WIDGETS}/one/status`, { metadata: { labels: { a: 'b' }, finalizers: ['example.com/a'] } }),
    ],
  }),
]
