import { type Case, cases, get } from '../case.ts'

const HTML = { headers: { accept: 'text/html' } }
/** Descriptions are in our own words. */
const FORM = { without: 'description' }
const paths = (prefix: string, names: readonly string[]): string[] =>
  names.map((name) => `/paths/${`${prefix}${name}`.replaceAll('/', '~1')}`)

export const openapiCases: readonly Case[] = [
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
