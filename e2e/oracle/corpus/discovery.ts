import { type Case, cases, del, get, mergePatch, post, put } from '../case.ts'
import { CONFIG_MAPS, WIDGETS, widget } from './objects.ts'
import { openapiCases } from './openapi.ts'

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const groups = [
  'apiextensions.k8s.io',
  'coordination.k8s.io',
  'rbac.authorization.k8s.io',
  'events.k8s.io',
  'admissionregistration.k8s.io',
  'authorization.k8s.io',
  'authentication.k8s.io',
  'certificates.k8s.io',
  'oracle.keelson.dev',
]
const core = [
  'configmaps',
  'secrets',
  'namespaces',
  'namespaces/status',
  'namespaces/finalize',
  'serviceaccounts',
  'serviceaccounts/token',
  'events',
  'limitranges',
  'resourcequotas',
  'resourcequotas/status',
]
const ofWidgets = ['gadgets', 'gizmos', 'widgets', 'widgets/status', 'widgets/scale']
/** Whichever others there are, and in whatever order: upstream lists definitions as a map of Go has them. */
const listed = (names: readonly string[]): string[] =>
  names.map((name) => `/resources/name=${name.replaceAll('/', '~1')}`)
const WIDGETS_LISTED = ['/kind', '/apiVersion', '/groupVersion', ...listed(ofWidgets)]
const HTML = { headers: { accept: 'text/html' } }
const YAML = { headers: { accept: 'application/yaml' } }
const BETA = AGGREGATED.replace('v=v2', 'v=v2beta1')
export const discoveryCases: readonly Case[] = [
  ...cases('get', 'discovery', {
    'the versions of the core': [get('/api', { pick: ['/kind', '/versions', '/apiVersion'] })],
    'resources of the core': [
      get('/api/v1', {
        pick: ['/kind', '/groupVersion', '/apiVersion', ...listed(core)],
      }),
    ],
    'the groups': [get('/apis', { pick: ['/kind', '/apiVersion', ...groups.map((name) => `/groups/name=${name}`)] })],
    ...Object.fromEntries(groups.map((group) => [`group ${group}`, [get(`/apis/${group}`)]])),
    ...Object.fromEntries(
      groups.map((group) => [
        `resources of ${group}`,
        [get(`/apis/${group}/v1`, group === 'oracle.keelson.dev' ? { pick: WIDGETS_LISTED } : {})],
      ]),
    ),
    'resources of an older version': [get('/apis/oracle.keelson.dev/v1beta1')],
    'a version that is not served': [get('/apis/oracle.keelson.dev/v1alpha1')],
    'a group that is not there': [get('/apis/nothing.dev')],
    'a version that is not there': [get('/apis/rbac.authorization.k8s.io/v9')],
    'the core at a version that is not there': [get('/api/v9')],
    'aggregated groups': [
      get('/apis', {
        headers: { accept: AGGREGATED },
        pick: ['/kind', '/apiVersion', '/metadata', ...groups.map((name) => `/items/metadata.name=${name}`)],
      }),
    ],
    'aggregated core': [
      get('/api', {
        headers: { accept: AGGREGATED },
        pick: [
          '/kind',
          '/apiVersion',
          '/items/metadata',
          '/items/versions/version',
          ...core.filter((name) => !name.includes('/')).map((name) => `/items/versions/resources/resource=${name}`),
        ],
      }),
    ],
    'aggregated or json': [
      get('/apis', { headers: { accept: `${AGGREGATED},application/json` }, pick: ['/kind', '/apiVersion'] }),
    ],
    'aggregated in the old version': [
      get('/apis', {
        headers: { accept: `${BETA},application/json` },
        pick: ['/kind', '/apiVersion'],
      }),
    ],
    'aggregated of one group': [
      get('/apis/rbac.authorization.k8s.io', { headers: { accept: `${AGGREGATED},application/json` } }),
    ],
    ...Object.fromEntries(
      ['/api', '/apis', '/apis/rbac.authorization.k8s.io/v1', '/apis/oracle.keelson.dev/v1'].map((path) => [
        `in the old version alone ${path}`,
        [get(path, { headers: { accept: BETA } })],
      ]),
    ),
    ...Object.fromEntries(
      [
        '/api',
        '/api/v1',
        '/apis',
        '/apis/rbac.authorization.k8s.io',
        '/apis/rbac.authorization.k8s.io/v1',
        '/apis/oracle.keelson.dev',
        '/apis/oracle.keelson.dev/v1',
        '/version',
      ].map((path) => [`as html ${path}`, [get(path, HTML)]]),
    ),
    ...Object.fromEntries(
      [
        '/apis/rbac.authorization.k8s.io',
        '/apis/rbac.authorization.k8s.io/v1',
        '/apis/oracle.keelson.dev',
        '/apis/oracle.keelson.dev/v1beta1',
      ].map((path) => [`as yaml ${path}`, [get(path, YAML)]]),
    ),
    ...Object.fromEntries(
      ['/api/', '/api/v1/', '/apis/', '/apis/rbac.authorization.k8s.io/', '/apis/oracle.keelson.dev/v1/'].map(
        (path) => [
          `with a slash ${path}`,
          [get(path, { pick: ['/kind', '/groupVersion', '/name', '/message', '/code'] })],
        ],
      ),
    ),
    version: [get('/version', { pick: ['/major'] })],
    'the root': [get('/', { pick: ['/kind'] })],
    'a path that is not there': [get('/nothing')],
    'below a path that is there': [get('/version/nothing')],
    healthz: [get('/healthz')],
    readyz: [get('/readyz')],
    livez: [get('/livez')],
  }),
  ...cases('create', 'discovery', {
    ...Object.fromEntries(
      [
        '/api',
        '/api/v1',
        '/apis/rbac.authorization.k8s.io/v1',
        '/apis/oracle.keelson.dev/v1',
        '/apis/rbac.authorization.k8s.io',
        '/apis/oracle.keelson.dev',
        '/apis/nothing.dev',
        '/api/v9',
        '/version',
        '/nothing',
        '/healthz',
      ].map((path) => [`a post to ${path}`, [post(path, {}, path.includes('/v1') ? { pick: WIDGETS_LISTED } : {})]]),
    ),
    ...Object.fromEntries(
      ['/apis', '/openapi/v2', '/openapi/v3', '/openapi/v3/apis/oracle.keelson.dev/v1'].map((path) => [
        `a post to ${path}`,
        [post(path, {}, { pick: ['/kind', '/swagger', '/openapi', '/code', '/message'] })],
      ]),
    ),
    ...Object.fromEntries(
      [
        '/api',
        '/apis',
        '/apis/rbac.authorization.k8s.io',
        '/apis/rbac.authorization.k8s.io/v1',
        '/apis/oracle.keelson.dev',
        '/apis/oracle.keelson.dev/v1',
        '/openapi/v2',
        '/openapi/v3/apis/oracle.keelson.dev/v1',
        '/version',
        '/healthz',
        '/nothing',
        CONFIG_MAPS,
        WIDGETS,
      ].map((path) => [`the head of ${path.replaceAll(/[<>]/g, '')}`, [{ method: 'HEAD', path }]]),
    ),
  }),
  ...cases('get', 'unknown parts', {
    'of a configmap': [
      get(`${CONFIG_MAPS}/one/nothing`),
      put(`${CONFIG_MAPS}/one/nothing`, {}),
      post(`${CONFIG_MAPS}/one/nothing`, {}),
      del(`${CONFIG_MAPS}/one/nothing`),
      mergePatch(`${CONFIG_MAPS}/one/nothing`, {}),
      get(`${CONFIG_MAPS}/one/status`),
      get(`${CONFIG_MAPS}/one/nothing/more`),
    ],
    'of a namespace': [get('/api/v1/namespaces/<ns>/nothing'), get('/api/v1/namespaces/<ns>/nothing/one')],
    'of a service account': [
      get('/api/v1/namespaces/<ns>/serviceaccounts/default/nothing'),
      get('/api/v1/namespaces/<ns>/serviceaccounts/default/token'),
    ],
    'of a definition': [
      get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.oracle.keelson.dev/nothing'),
    ],
    'of a widget': [
      post(WIDGETS, widget('one')),
      get(`${WIDGETS}/one/nothing`),
      put(`${WIDGETS}/one/nothing`, {}),
      post(`${WIDGETS}/one/nothing`, {}),
      del(`${WIDGETS}/one/nothing`),
      mergePatch(`${WIDGETS}/one/nothing`, {}),
      get(`${WIDGETS}/one/nothing/more`),
      get(`${WIDGETS}/absent/nothing`),
    ],
    'of a gadget': [get('/apis/oracle.keelson.dev/v1/gadgets/one/status'), get('/apis/oracle.keelson.dev/v1/nothing')],
    'of a version': [get('/apis/oracle.keelson.dev/v1alpha1/widgets'), get('/apis/nothing.dev/v1/widgets')],
  }),
  ...openapiCases,
]
