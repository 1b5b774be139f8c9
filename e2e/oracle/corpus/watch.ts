import { type Case, cases, del, events, get, mergePatch, open, post, put } from '../case.ts'
import { LEASES, lease, NAMESPACES, namespace, SECRETS, secret, WIDGETS, widget } from './objects.ts'

const holder = (name: string): { spec: { holderIdentity: string } } => ({ spec: { holderIdentity: name } })
const WATCH_LIST = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
const table = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }
const partial = { headers: { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' } }

const both = (
  title: string,
  make: (
    path: string,
    one: (name: string, size?: number, labels?: Record<string, string>) => never,
  ) => readonly unknown[],
) => ({
  [`lease ${title}`]: make(LEASES, ((name: string, size = 0, labels = {}) =>
    lease(name, holder(`h${size}`), { labels })) as never),
  [`widget ${title}`]: make(WIDGETS, ((name: string, size = 0, labels = {}) =>
    widget(name, { size }, { labels })) as never),
})

export const watchCases: readonly Case[] = [
  ...cases('watch', 'events', {
    ...both('made changed deleted', (path, one) => [
      get(path, { as: 'list' }),
      open('w', `${path}?resourceVersion=<list.metadata.resourceVersion>`),
      post(path, one('a')),
      put(`${path}/a`, one('a', 2)),
      mergePatch(`${path}/a`, { metadata: { labels: { x: 'y' } } }),
      del(`${path}/a`),
      events('w', 4),
    ]),
    ...both('from nothing', (path, one) => [
      post(path, one('a')),
      post(path, one('b')),
      open('w', path),
      events('w', 2),
      post(path, one('c')),
      events('w', 3),
    ]),
    ...both('from version 0', (path, one) => [
      post(path, one('a')),
      get(`${path}/a?resourceVersion=0`, { until: 200 }),
      open('w', `${path}?resourceVersion=0`),
      events('w', 1),
    ]),
    ...both('from a version on', (path, one) => [
      post(path, one('a'), { as: 'a' }),
      post(path, one('b')),
      del(`${path}/b`),
      open('w', `${path}?resourceVersion=<a.metadata.resourceVersion>`),
      events('w', 2),
    ]),
    ...both('an update that changes nothing', (path, one) => [
      post(path, one('a'), { as: 'a' }),
      open('w', `${path}?resourceVersion=<a.metadata.resourceVersion>`),
      put(`${path}/a`, one('a')),
      mergePatch(`${path}/a`, {}),
      events('w', 0),
    ]),
    ...both('of one by name', (path, one) => [
      post(path, one('a'), { as: 'a' }),
      open('w', `${path}?resourceVersion=<a.metadata.resourceVersion>&fieldSelector=metadata.name%3Db`),
      post(path, one('b')),
      put(`${path}/a`, one('a', 3)),
      del(`${path}/b`),
      events('w', 2),
    ]),
    ...both('into and out of a selection', (path, one) => [
      get(path, { as: 'list' }),
      open('w', `${path}?resourceVersion=<list.metadata.resourceVersion>&labelSelector=app%3Dx`),
      post(path, one('a', 1, { app: 'y' })),
      put(`${path}/a`, one('a', 1, { app: 'x' })),
      put(`${path}/a`, one('a', 2, { app: 'x' })),
      put(`${path}/a`, one('a', 2, { app: 'y' })),
      put(`${path}/a`, one('a', 2, { app: 'x' })),
      del(`${path}/a`),
      events('w', 5),
    ]),
    ...both('with a finalizer', (path, one) => [
      post(path, { ...(one('a') as object), metadata: { name: 'a', finalizers: ['example.com/hold'] } }, { as: 'a' }),
      open('w', `${path}?resourceVersion=<a.metadata.resourceVersion>`),
      del(`${path}/a`),
      mergePatch(`${path}/a`, { metadata: { finalizers: null } }),
      events('w', 2),
    ]),
    ...both('of a collection that is deleted', (path, one) => [
      post(path, one('a')),
      post(path, one('b'), { as: 'b' }),
      open('w', `${path}?resourceVersion=<b.metadata.resourceVersion>`),
      del(path),
      events('w', 2),
    ]),
    ...both('of dry runs', (path, one) => [
      post(path, one('a'), { as: 'a' }),
      open('w', `${path}?resourceVersion=<a.metadata.resourceVersion>`),
      post(`${path}?dryRun=All`, one('b')),
      del(`${path}/a?dryRun=All`),
      events('w', 0),
    ]),
    'widget by a selectable field': [
      get(WIDGETS, { as: 'list' }),
      open('w', `${WIDGETS}?resourceVersion=<list.metadata.resourceVersion>&fieldSelector=spec.color%3Dred`),
      post(WIDGETS, widget('a', { color: 'red' })),
      put(`${WIDGETS}/a`, widget('a', { color: 'blue' })),
      put(`${WIDGETS}/a`, widget('a', { color: 'red', size: 4 })),
      del(`${WIDGETS}/a`),
      events('w', 4),
    ],
    'widget status': [
      post(WIDGETS, widget('a'), { as: 'a' }),
      open('w', `${WIDGETS}?resourceVersion=<a.metadata.resourceVersion>`),
      mergePatch(`${WIDGETS}/a/status`, { status: { observed: 1 } }),
      mergePatch(`${WIDGETS}/a`, { status: { observed: 2 } }),
      events('w', 1),
    ],
    'across namespaces': [
      post(WIDGETS, widget('a'), { as: 'a' }),
      open(
        'w',
        '/apis/oracle.keelson.dev/v1/widgets?resourceVersion=<a.metadata.resourceVersion>&fieldSelector=metadata.namespace%3D<ns>',
      ),
      post(WIDGETS, widget('b')),
      events('w', 1),
    ],
    'a namespace that goes': [
      post(NAMESPACES, namespace('<id>-x'), { as: 'n' }),
      open('w', `${NAMESPACES}?resourceVersion=<n.metadata.resourceVersion>&fieldSelector=metadata.name%3D<id>-x`),
      mergePatch(`${NAMESPACES}/<id>-x`, { metadata: { labels: { a: 'b' } } }),
      events('w', 1),
    ],
    'by the old path': [
      post(LEASES, lease('a'), { as: 'a' }),
      open(
        'w',
        '/apis/coordination.k8s.io/v1/watch/namespaces/<ns>/leases?resourceVersion=<a.metadata.resourceVersion>',
      ),
      post(LEASES, lease('b')),
      events('w', 1),
    ],
    'by the old path of one': [
      post(SECRETS, secret('a'), { as: 'a' }),
      open('w', '/api/v1/watch/namespaces/<ns>/secrets/b?resourceVersion=<a.metadata.resourceVersion>'),
      post(SECRETS, secret('b')),
      events('w', 1),
    ],
    'one by its path': [
      post(LEASES, lease('a'), { as: 'a' }),
      open('w', `${LEASES}/a?resourceVersion=<a.metadata.resourceVersion>`),
      del(`${LEASES}/a`),
      events('w', 1),
    ],
    'until the time is over': [open('w', `${LEASES}?timeoutSeconds=1`), events('w', Number.POSITIVE_INFINITY)],
  } as never),
  ...cases('watch', 'watchList', {
    ...both('with objects', (path, one) => [
      post(path, one('a')),
      post(path, one('b')),
      open('w', `${path}?${WATCH_LIST}`),
      events('w', 3),
      post(path, one('c')),
      events('w', 4),
    ]),
    ...both('of nothing', (path) => [open('w', `${path}?${WATCH_LIST}`), events('w', 1)]),
    ...both('of a selection', (path, one) => [
      post(path, one('a', 1, { app: 'x' })),
      post(path, one('b')),
      open('w', `${path}?${WATCH_LIST}&labelSelector=app%3Dx`),
      events('w', 2),
    ]),
    ...both('without bookmarks', (path, one) => [
      post(path, one('a')),
      open('w', `${path}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`),
      events('w', 1),
    ]),
    ...both('from version 0', (path, one) => [
      post(path, one('a')),
      get(`${path}/a?resourceVersion=0`, { until: 200 }),
      open('w', `${path}?${WATCH_LIST}&resourceVersion=0`),
      events('w', 2),
    ]),
    ...both('without initial events', (path, one) => [
      post(path, one('a'), { as: 'a' }),
      open(
        'w',
        `${path}?sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=<a.metadata.resourceVersion>`,
      ),
      post(path, one('b')),
      events('w', 1),
    ]),
    'without a match': [open('w', `${LEASES}?sendInitialEvents=true`)],
    'of another match': [open('w', `${LEASES}?sendInitialEvents=true&resourceVersionMatch=Exact`)],
    'match alone': [open('w', `${LEASES}?resourceVersionMatch=NotOlderThan`)],
    'with continue': [open('w', `${LEASES}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=x`)],
  } as never),
  ...cases('watch', 'bad input', {
    'a version that is none': [open('w', `${LEASES}?resourceVersion=x`), events('w', 1)],
    'a version that is none of widgets': [open('w', `${WIDGETS}?resourceVersion=x`), events('w', 1)],
    'a selector that is none': [open('w', `${LEASES}?labelSelector=a+b`)],
    'an unknown field': [open('w', `${LEASES}?fieldSelector=spec.x%3D1`)],
    'an unknown field of a widget': [open('w', `${WIDGETS}?fieldSelector=spec.x%3D1`)],
    'a resource that is not there': [open('w', '/api/v1/namespaces/<ns>/nothings')],
    'a custom resource that is not there': [open('w', '/apis/oracle.keelson.dev/v1/namespaces/<ns>/nothings')],
    'a time-out that is none': [open('w', `${LEASES}?timeoutSeconds=x`)],
    'watch of another value': [{ open: 'w', path: `${LEASES}?watch=maybe&timeoutSeconds=1` }],
    'watch 0': [get(`${LEASES}?watch=0`)],
  }),
  ...cases('watch', 'forms', {
    'tables of widgets': [
      post(WIDGETS, widget('a', { tags: ['x'] }), { as: 'a' }),
      { ...open('w', `${WIDGETS}?resourceVersion=<a.metadata.resourceVersion>`), ...table } as never,
      post(WIDGETS, widget('b', { size: 7 })),
      mergePatch(`${WIDGETS}/b`, { spec: { size: 8 } }),
      del(`${WIDGETS}/b`),
      events('w', 3),
    ],
    'tables of leases': [
      post(LEASES, lease('a', holder('me')), { as: 'a' }),
      { ...open('w', `${LEASES}?resourceVersion=0`), ...table } as never,
      events('w', 1),
    ],
    'metadata of widgets': [
      post(WIDGETS, widget('a'), { as: 'a' }),
      { ...open('w', `${WIDGETS}?resourceVersion=<a.metadata.resourceVersion>`), ...partial } as never,
      post(WIDGETS, widget('b')),
      del(`${WIDGETS}/b`),
      events('w', 2),
    ],
    'metadata of leases with initial events': [
      post(LEASES, lease('a')),
      { ...open('w', `${LEASES}?${WATCH_LIST}`), ...partial } as never,
      events('w', 2),
    ],
    'an unknown form': [{ ...open('w', LEASES), headers: { accept: 'text/html' } } as never],
    yaml: [{ ...open('w', `${LEASES}?timeoutSeconds=1`), headers: { accept: 'application/yaml' } } as never],
  }),
]
