import { type Case, cases, del, get, post, put, type Step } from '../case.ts'
import { CONFIG_MAPS, configMap, GADGETS, gadget, LEASES, lease, NAMESPACES, WIDGETS, widget } from './objects.ts'

const five = (make: (name: string, index: number) => Step): Step[] => ['a', 'b', 'c', 'd', 'e'].map(make)
const leases = five((name, index) =>
  post(
    LEASES,
    lease(
      name,
      { spec: { holderIdentity: name } },
      { labels: { app: index < 3 ? 'x' : 'y', [name]: '', n: String(index) } },
    ),
    { pick: ['/kind'] },
  ),
)
const widgets = five((name, index) =>
  post(
    WIDGETS,
    widget(
      name,
      { size: index, color: index < 2 ? 'red' : 'blue' },
      { labels: { app: index < 3 ? 'x' : 'y', n: String(index) } },
    ),
    { pick: ['/kind'], ...(index === 2 && { as: 'third' }) },
  ),
)

const listed = (path: string, made: Step[], queries: Record<string, string>): Record<string, Step[]> =>
  Object.fromEntries(
    Object.entries(queries).map(([title, query]) => [
      `${path === LEASES ? 'lease' : 'widget'} ${title}`,
      [...made, get(`${path}?${query}`)],
    ]),
  )

const labels: Record<string, string> = {
  equal: 'labelSelector=app%3Dx',
  'double equal': 'labelSelector=app%3D%3Dy',
  'not equal': 'labelSelector=app!%3Dx',
  in: 'labelSelector=n+in+(1,3)',
  notin: 'labelSelector=n+notin+(1,3)',
  exists: 'labelSelector=b',
  'does not exist': 'labelSelector=!b',
  two: 'labelSelector=app%3Dx,n%3D1',
  greater: 'labelSelector=n%3E2',
  less: 'labelSelector=n%3C2',
  'greater than a text': 'labelSelector=n%3Ex',
  empty: 'labelSelector=',
  none: 'labelSelector=app%3Dz',
  'of a bad key': 'labelSelector=a+b%3Dx',
  'of a bad value': 'labelSelector=a%3D-x-',
  unfinished: 'labelSelector=n+in+(1',
  'only a comma': 'labelSelector=,',
  'with an operator that is none': 'labelSelector=a+like+b',
  'in nothing': 'labelSelector=a+in+()',
  'with two equals': 'labelSelector=a%3D%3D%3Db',
}

const fields: Record<string, string> = {
  name: 'fieldSelector=metadata.name%3Db',
  'another name': 'fieldSelector=metadata.name!%3Db',
  namespace: 'fieldSelector=metadata.namespace%3D<ns>',
  'another namespace': 'fieldSelector=metadata.namespace%3Dother',
  'name and namespace': 'fieldSelector=metadata.name%3Dc,metadata.namespace%3D<ns>',
  'an unknown field': 'fieldSelector=spec.other%3Dx',
  'without an operator': 'fieldSelector=metadata.name',
  empty: 'fieldSelector=',
  color: 'fieldSelector=spec.color%3Dred',
  'another color': 'fieldSelector=spec.color!%3Dred',
  size: 'fieldSelector=spec.size%3D2',
  'color and name': 'fieldSelector=spec.color%3Dred,metadata.name%3Da',
  'escaped value': 'fieldSelector=metadata.name%3Da\\,b',
  'badly escaped value': 'fieldSelector=metadata.name%3Da\\x',
  'with labels': 'fieldSelector=metadata.name%3Db&labelSelector=app%3Dy',
}

/** A list of the latest version waits until the server's cache is as far: any version is read from there after it. */
const latest = (path: string): Step => get(path, { pick: ['/kind'] })

const versions: Record<string, string> = {
  'version 0': 'resourceVersion=0',
  'version 0 and a limit': 'resourceVersion=0&limit=2',
  'version that is none': 'resourceVersion=x',
  'negative version': 'resourceVersion=-1',
  'version of an object': 'resourceVersion=<third.metadata.resourceVersion>',
  'exactly that version': 'resourceVersion=<third.metadata.resourceVersion>&resourceVersionMatch=Exact',
  'not older than that version': 'resourceVersion=<third.metadata.resourceVersion>&resourceVersionMatch=NotOlderThan',
  'exactly that version and a limit':
    'resourceVersion=<third.metadata.resourceVersion>&resourceVersionMatch=Exact&limit=2',
  'that version and a limit': 'resourceVersion=<third.metadata.resourceVersion>&limit=2',
  'match without version': 'resourceVersionMatch=Exact',
  'match of another value': 'resourceVersion=1&resourceVersionMatch=Newer',
  'exactly version 0': 'resourceVersion=0&resourceVersionMatch=Exact',
  'initial events': 'sendInitialEvents=true',
  'match with continue': 'resourceVersion=1&resourceVersionMatch=Exact&continue=abc&limit=1',
  'continue that is none': 'continue=abc&limit=1',
  'a limit that is none': 'limit=x',
  'a negative limit': 'limit=-1',
  'a limit of all': 'limit=5',
  'a limit of more than all': 'limit=50',
  'a time-out that is none': 'timeoutSeconds=x',
  'allowWatchBookmarks alone': 'allowWatchBookmarks=true',
  'an unknown parameter': 'other=1',
}

const pages = (path: string, made: Step[]): Record<string, Step[]> => {
  const kind = path === LEASES ? 'lease' : 'widget'
  return {
    [`${kind} page after page`]: [
      ...made,
      get(`${path}?limit=2`, { as: 'p1' }),
      get(`${path}?limit=2&continue=<p1.metadata.continue>`, { as: 'p2' }),
      get(`${path}?limit=2&continue=<p2.metadata.continue>`),
    ],
    [`${kind} pages while others write`]: [
      ...made,
      get(`${path}?limit=2`, { as: 'p1' }),
      del(`${path}/d`),
      post(path, path === LEASES ? lease('bb') : widget('bb')),
      post(path, path === LEASES ? lease('zz') : widget('zz')),
      get(`${path}?limit=2&continue=<p1.metadata.continue>`, { as: 'p2' }),
      get(`${path}?limit=2&continue=<p2.metadata.continue>`),
    ],
    [`${kind} pages of a selection`]: [
      ...made,
      get(`${path}?limit=1&labelSelector=app%3Dx`, { as: 'p1' }),
      get(`${path}?limit=1&labelSelector=app%3Dx&continue=<p1.metadata.continue>`, { as: 'p2' }),
      get(`${path}?limit=1&labelSelector=app%3Dx&continue=<p2.metadata.continue>`),
    ],
    [`${kind} a page without limit`]: [
      ...made,
      get(`${path}?limit=2`, { as: 'p1' }),
      get(`${path}?continue=<p1.metadata.continue>`),
    ],
    [`${kind} continue with a version`]: [
      ...made,
      get(`${path}?limit=2`, { as: 'p1' }),
      get(`${path}?limit=2&resourceVersion=1&continue=<p1.metadata.continue>`),
      get(`${path}?limit=2&resourceVersion=0&continue=<p1.metadata.continue>`),
    ],
    [`${kind} continue of another namespace`]: [
      ...made,
      get(`${path}?limit=2`, { as: 'p1' }),
      get(`${path.replace('<ns>', 'default')}?limit=2&continue=<p1.metadata.continue>`),
    ],
  }
}

export const readCases: readonly Case[] = [
  ...cases('get', 'objects', {
    'a configmap that is not there': [get(`${CONFIG_MAPS}/none`)],
    'a widget that is not there': [get(`${WIDGETS}/none`)],
    'a gadget that is not there': [get(`${GADGETS}/none-<id>`)],
    'a namespace that is not there': [get(`${NAMESPACES}/none-<id>`)],
    'in a namespace that is not there': [get('/api/v1/namespaces/none-<id>/configmaps/one')],
    'a resource that is not there': [get('/api/v1/namespaces/<ns>/nothings/one')],
    'a custom resource that is not there': [get('/apis/oracle.keelson.dev/v1/namespaces/<ns>/nothings/one')],
    'a group that is not there': [get('/apis/nothing.dev/v1/namespaces/<ns>/nothings/one')],
    'a version that is not there': [get('/apis/coordination.k8s.io/v9/namespaces/<ns>/leases/one')],
    'with a version': [
      post(CONFIG_MAPS, configMap('one'), { as: 'one' }),
      get(`${CONFIG_MAPS}/one?resourceVersion=<one.metadata.resourceVersion>`),
    ],
    'with version 0': [
      post(CONFIG_MAPS, configMap('one')),
      get(`${CONFIG_MAPS}/one?resourceVersion=0`, { until: 200 }),
    ],
    'with a version that is none': [post(CONFIG_MAPS, configMap('one')), get(`${CONFIG_MAPS}/one?resourceVersion=x`)],
    'with a version that is none of what is not there': [get(`${CONFIG_MAPS}/one?resourceVersion=x`)],
    'with an unknown parameter': [post(CONFIG_MAPS, configMap('one')), get(`${CONFIG_MAPS}/one?other=1`)],
    pretty: [post(CONFIG_MAPS, configMap('one')), get(`${CONFIG_MAPS}/one?pretty=true`)],
    'with a slash at the end': [post(CONFIG_MAPS, configMap('one')), get(`${CONFIG_MAPS}/one/`)],
    'with two slashes': [post(CONFIG_MAPS, configMap('one')), get('/api/v1/namespaces/<ns>//configmaps/one')],
    'by an escaped name': [post(CONFIG_MAPS, configMap('one')), get(`${CONFIG_MAPS}/%6fne`)],
    'the head': [post(CONFIG_MAPS, configMap('one')), { method: 'HEAD', path: `${CONFIG_MAPS}/one` }],
    'by another method': [{ method: 'TRACE', path: `${CONFIG_MAPS}/one` }],
    options: [{ method: 'OPTIONS', path: `${CONFIG_MAPS}/one` }],
    'a subresource that is not there': [
      post(CONFIG_MAPS, configMap('one')),
      get(`${CONFIG_MAPS}/one/status`),
      get(`${CONFIG_MAPS}/one/a/b`),
    ],
    'a subresource of a widget that is not there': [post(WIDGETS, widget('one')), get(`${WIDGETS}/one/log`)],
    'namespaced at cluster scope': [get('/api/v1/configmaps/one')],
    'cluster-scoped in a namespace': [get('/apis/oracle.keelson.dev/v1/namespaces/<ns>/gadgets/one')],
  }),
  ...cases('list', 'labelSelector', { ...listed(LEASES, leases, labels), ...listed(WIDGETS, widgets, labels) }),
  ...cases('list', 'fieldSelector', { ...listed(LEASES, leases, fields), ...listed(WIDGETS, widgets, fields) }),
  ...cases('list', 'resourceVersion', {
    ...listed(
      LEASES,
      [...leases.slice(0, 2), post(LEASES, lease('c'), { as: 'third' }), ...leases.slice(3), latest(LEASES)],
      versions,
    ),
    ...listed(WIDGETS, [...widgets, latest(WIDGETS)], versions),
  }),
  ...cases('list', 'pages', { ...pages(LEASES, leases), ...pages(WIDGETS, widgets) }),
  ...cases('list', 'objects', {
    nothing: [get(LEASES)],
    'no widgets': [get(WIDGETS)],
    'in a namespace that is not there': [get('/apis/coordination.k8s.io/v1/namespaces/none-<id>/leases')],
    'widgets in a namespace that is not there': [get('/apis/oracle.keelson.dev/v1/namespaces/none-<id>/widgets')],
    'across namespaces': [
      ...widgets,
      get('/apis/oracle.keelson.dev/v1/widgets?fieldSelector=metadata.namespace%3D<ns>'),
    ],
    'in the order of names': [
      ...['b', 'a', 'a-a', 'a.a', 'a0', 'aa', '0'].map((name) => post(LEASES, lease(name))),
      get(LEASES, { pick: ['/items/metadata/name'] }),
    ],
    'after a change': [
      post(LEASES, lease('one'), { as: 'one' }),
      put(`${LEASES}/one`, lease('one', { spec: { holderIdentity: 'me' } })),
      get(LEASES),
    ],
    'configmaps of a new namespace': [get(CONFIG_MAPS, { pick: ['/items/metadata/name', '/kind'] })],
    'cluster-scoped': [
      post(GADGETS, gadget('<id>', {}, { labels: { only: '<id>' } })),
      get(`${GADGETS}?labelSelector=only%3D<id>`),
    ],
  }),
]
