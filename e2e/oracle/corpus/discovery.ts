import { type Case, cases, del, get, mergePatch, post, put } from '../case.ts'
import { CONFIG_MAPS, WIDGETS, widget } from './objects.ts'

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
/** Descriptions are in our own words. */
const FORM = { without: 'description' }
const paths = (prefix: string, names: readonly string[]): string[] =>
  names.map((name) => `/paths/${`${prefix}${name}`.replaceAll('/', '~1')}`)

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
        [get(`/openapi/v3/${group}`, { pick: pointers as string[], ...FORM })],
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
        ...FORM,
      }),
    ],
    'what is said of widgets': [
      get('/openapi/v3/apis/oracle.keelson.dev/v1', {
        pick: ['Widget', 'WidgetList'].flatMap((kind) =>
          ['', '/properties/spec'].map(
            (place) => `/components/schemas/dev.keelson.oracle.v1.${kind}${place}/description`,
          ),
        ),
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
        ...FORM,
      }),
    ],
    'schemas of the core': [
      get('/openapi/v3/api/v1', {
        pick: ['ConfigMap', 'Secret', 'Namespace', 'NamespaceSpec', 'ServiceAccount', 'ResourceQuotaSpec', 'Event'].map(
          (name) => `/components/schemas/io.k8s.api.core.v1.${name}`,
        ),
        ...FORM,
      }),
    ],
    'version 3 of a group that is not there': [get('/openapi/v3/apis/nothing.dev/v1')],
    'version 2 of widgets': [
      get('/openapi/v2', {
        pick: [
          '/swagger',
          '/security',
          '/definitions/dev.keelson.oracle.v1.Widget',
          '/definitions/dev.keelson.oracle.v1.WidgetList',
          ...['consumes', 'produces', 'operationId', 'responses', 'schemes', 'tags', 'description'].map(
            (name) => `/paths/~1apis~1oracle.keelson.dev~1v1~1gadgets~1{name}/get/${name}`,
          ),
        ],
        headers: { accept: 'application/json' },
        ...FORM,
      }),
    ],
    'version 2 of the core': [
      get('/openapi/v2', {
        pick: [
          ...['ConfigMap', 'Namespace', 'Event', 'ResourceQuotaSpec'].map(
            (name) => `/definitions/io.k8s.api.core.v1.${name}`,
          ),
          ...['ObjectMeta', 'OwnerReference', 'Time', 'DeleteOptions'].map(
            (name) => `/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.${name}`,
          ),
          '/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity',
          ...['version', 'api', 'apis', 'apis~1rbac.authorization.k8s.io'].map((name) => `/paths/~1${name}~1`),
          '/paths/~1openid~1v1~1jwks~1',
          ...['consumes', 'produces'].map(
            (name) => `/paths/~1api~1v1~1namespaces~1{namespace}~1configmaps~1{name}/patch/${name}`,
          ),
          ...['get', 'post', 'delete'].flatMap((method) =>
            ['consumes', 'produces', 'operationId', 'responses', 'schemes', 'tags'].map(
              (name) => `/paths/~1api~1v1~1namespaces~1{namespace}~1configmaps/${method}/${name}`,
            ),
          ),
        ],
        headers: { accept: 'application/json' },
        ...FORM,
      }),
    ],
    'parameters of version 2': [
      get('/openapi/v2', { pick: ['/paths/~1apis~1oracle.keelson.dev~1v1~1gadgets~1{name}/get/parameters'], ...FORM }),
    ],
    'what is said of metadata': [
      get('/openapi/v3/api/v1', {
        pick: ['/description', '/properties/labels/description'].map(
          (place) => `/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta${place}`,
        ),
      }),
    ],
    'what is said of parameters': [
      get('/openapi/v3/api/v1', { pick: ['/paths/~1api~1v1~1configmaps/parameters/name=limit/description'] }),
    ],
    ...Object.fromEntries(
      ['/openapi/v2', '/openapi/v3/api/v1', '/openapi/v3/apis/oracle.keelson.dev/v1'].flatMap((path) => [
        [`as html ${path}`, [get(path, HTML)]],
        [`what is there ${path}`, [get(path, { headers: { 'if-none-match': '*' } })]],
        [`only if it is another ${path}`, [get(path, { headers: { 'if-match': '"x"' } })]],
        [
          `only if it changed ${path}`,
          [get(path, { headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' } })],
        ],
        [`a part that is none ${path}`, [get(path, { headers: { range: 'bytes=x' } })]],
      ]),
    ),
    'a whole document': [
      get('/openapi/v3/apis/coordination.k8s.io/v1', FORM),
      get('/openapi/v3/apis/authentication.k8s.io/v1', FORM),
    ],
    'about a document': [
      get('/openapi/v3/api/v1', { pick: ['/info', '/components/securitySchemes', '/security'], ...FORM }),
      get('/openapi/v3/apis/oracle.keelson.dev/v1', {
        pick: ['/info', '/components/securitySchemes', '/security'],
        ...FORM,
      }),
      get('/openapi/v2', { pick: ['/info', '/securityDefinitions', '/security'], ...FORM }),
    ],
    'paths below version 3': [get('/openapi/v3/'), get('/openapi/v2/'), get('/openapi/nothing')],
    ...Object.fromEntries(
      [
        'api',
        'apis',
        'apis/rbac.authorization.k8s.io',
        'version',
        'openid/v1/jwks',
        '.well-known/openid-configuration',
      ].map((key) => [`the document of ${key}`, [get(`/openapi/v3/${key}`, FORM)]]),
    ),
    'discovery in a document': [
      get('/openapi/v3/apis/rbac.authorization.k8s.io/v1', {
        pick: paths('/apis/rbac.authorization.k8s.io/v1/', ['', 'clusterroles', 'clusterroles/{name}']),
        ...FORM,
      }),
    ],
    'a subresource in a document': [
      get('/openapi/v3/api/v1', {
        pick: paths('/api/v1/', [
          'namespaces/{namespace}/serviceaccounts/{name}/token',
          'namespaces/{name}/finalize',
          'namespaces/{name}/status',
          'namespaces',
          'namespaces/{name}',
        ]),
        ...FORM,
      }),
    ],
    'reviews in a document': [
      get('/openapi/v3/apis/authorization.k8s.io/v1', {
        pick: paths('/apis/authorization.k8s.io/v1/', [
          'namespaces/{namespace}/localsubjectaccessreviews',
          'selfsubjectaccessreviews',
        ]),
        ...FORM,
      }),
    ],
    ...Object.fromEntries(
      (
        [
          ['apis/rbac.authorization.k8s.io/v1', 'io.k8s.api.rbac.v1', ['Role', 'ClusterRole', 'PolicyRule', 'Subject']],
          ['apis/coordination.k8s.io/v1', 'io.k8s.api.coordination.v1', ['Lease', 'LeaseSpec', 'LeaseList']],
          ['apis/events.k8s.io/v1', 'io.k8s.api.events.v1', ['Event', 'EventSeries']],
          [
            'apis/apiextensions.k8s.io/v1',
            'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
            ['CustomResourceDefinition', 'CustomResourceDefinitionSpec', 'JSONSchemaProps', 'CustomResourceValidation'],
          ],
          [
            'apis/admissionregistration.k8s.io/v1',
            'io.k8s.api.admissionregistration.v1',
            ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicySpec', 'MutatingWebhook', 'MatchResources'],
          ],
          [
            'apis/certificates.k8s.io/v1',
            'io.k8s.api.certificates.v1',
            ['CertificateSigningRequest', 'CertificateSigningRequestSpec', 'CertificateSigningRequestStatus'],
          ],
        ] as const
      ).map(([group, prefix, names]) => [
        `schemas of ${group}`,
        [get(`/openapi/v3/${group}`, { pick: names.map((name) => `/components/schemas/${prefix}.${name}`), ...FORM })],
      ]),
    ),
  }),
]
