import { type Case, cases, get } from '../case.ts'

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
const paths = (prefix: string, names: readonly string[]): string[] =>
  names.map((name) => `/paths/${`${prefix}${name}`.replaceAll('/', '~1')}`)

export const discoveryCases: readonly Case[] = [
  ...cases('get', 'discovery', {
    'the versions of the core': [get('/api', { pick: ['/kind', '/versions', '/apiVersion'] })],
    'resources of the core': [
      get('/api/v1', {
        pick: ['/kind', '/groupVersion', '/apiVersion', ...core.map((name) => `/resources/name=${name}`)],
      }),
    ],
    'the groups': [get('/apis', { pick: ['/kind', '/apiVersion', ...groups.map((name) => `/groups/name=${name}`)] })],
    ...Object.fromEntries(groups.map((group) => [`group ${group}`, [get(`/apis/${group}`)]])),
    ...Object.fromEntries(groups.map((group) => [`resources of ${group}`, [get(`/apis/${group}/v1`)]])),
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
          ...core.filter((name) => !name.includes('/')).map((name) => `/items/0/versions/0/resources/resource=${name}`),
        ],
      }),
    ],
    'aggregated or json': [
      get('/apis', { headers: { accept: `${AGGREGATED},application/json` }, pick: ['/kind', '/apiVersion'] }),
    ],
    'aggregated in the old version': [
      get('/apis', {
        headers: {
          accept: 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json',
        },
        pick: ['/kind', '/apiVersion'],
      }),
    ],
    'aggregated of one group': [
      get('/apis/rbac.authorization.k8s.io', { headers: { accept: `${AGGREGATED},application/json` } }),
    ],
    version: [get('/version', { pick: ['/major'] })],
    'the root': [get('/', { pick: ['/kind'] })],
    'a path that is not there': [get('/nothing')],
    'below a path that is there': [get('/version/nothing')],
    healthz: [get('/healthz')],
    readyz: [get('/readyz')],
    livez: [get('/livez')],
  }),
  ...cases('get', 'openapi', {
    'paths of version 3': [get('/openapi/v3', { pick: ['/none'] })],
    ...Object.fromEntries(
      [
        [
          'configmaps',
          'api/v1',
          paths('/api/v1/', [
            'namespaces/{namespace}/configmaps',
            'namespaces/{namespace}/configmaps/{name}',
            'configmaps',
          ]),
        ],
        [
          'leases',
          'apis/coordination.k8s.io/v1',
          paths('/apis/coordination.k8s.io/v1/', ['namespaces/{namespace}/leases/{name}', '']),
        ],
        [
          'widgets',
          'apis/oracle.keelson.dev/v1',
          paths('/apis/oracle.keelson.dev/v1/', [
            'namespaces/{namespace}/widgets',
            'namespaces/{namespace}/widgets/{name}',
            'namespaces/{namespace}/widgets/{name}/status',
            'namespaces/{namespace}/widgets/{name}/scale',
            'gadgets/{name}',
            'widgets',
          ]),
        ],
      ].map(([title, group, pointers]) => [
        `paths of ${title}`,
        [get(`/openapi/v3/${group}`, { pick: pointers as string[] })],
      ]),
    ),
    'schema of widgets': [
      get('/openapi/v3/apis/oracle.keelson.dev/v1', {
        pick: [
          '/openapi',
          '/components/schemas/dev.keelson.oracle.v1.Widget',
          '/components/schemas/dev.keelson.oracle.v1.WidgetList',
          '/components/schemas/dev.keelson.oracle.v1.Gadget',
        ],
      }),
    ],
    'schemas of metadata': [
      get('/openapi/v3/apis/oracle.keelson.dev/v1', {
        pick: [
          'ObjectMeta',
          'ListMeta',
          'Status',
          'DeleteOptions',
          'Patch',
          'OwnerReference',
          'ManagedFieldsEntry',
        ].map((name) => `/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.${name}`),
      }),
    ],
    'schemas of the core': [
      get('/openapi/v3/api/v1', {
        pick: ['ConfigMap', 'Secret', 'Namespace', 'NamespaceSpec', 'ServiceAccount', 'ResourceQuotaSpec', 'Event'].map(
          (name) => `/components/schemas/io.k8s.api.core.v1.${name}`,
        ),
      }),
    ],
    'version 3 of a group that is not there': [get('/openapi/v3/apis/nothing.dev/v1')],
    'version 2 of widgets': [
      get('/openapi/v2', {
        pick: [
          '/swagger',
          '/definitions/dev.keelson.oracle.v1.Widget',
          '/paths/~1apis~1oracle.keelson.dev~1v1~1gadgets~1{name}/get',
        ],
        headers: { accept: 'application/json' },
      }),
    ],
  }),
]
