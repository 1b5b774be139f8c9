import { type Case, cases, get, post, type Step } from '../case.ts'
import {
  CONFIG_MAPS,
  CRDS,
  configMap,
  GADGETS,
  gadget,
  LEASES,
  lease,
  NAMESPACES,
  RBAC,
  role,
  roleBinding,
  SECRETS,
  secret,
  serviceAccount,
  WIDGETS,
  widget,
} from './objects.ts'

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const PARTIAL = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'
const PARTIAL_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
const as = (accept: string, path: string): Step => get(path, { headers: { accept } })

const made: Record<string, { path: string; make: Step }> = {
  configmap: { path: CONFIG_MAPS, make: post(CONFIG_MAPS, configMap('one', { data: { a: '1', b: '2' } })) },
  secret: { path: SECRETS, make: post(SECRETS, secret('one', { stringData: { a: '1' } })) },
  lease: { path: LEASES, make: post(LEASES, lease('one', { spec: { holderIdentity: 'me' } })) },
  widget: { path: WIDGETS, make: post(WIDGETS, widget('one', { tags: ['x', 'y'], size: 3 })) },
  role: { path: `${RBAC}/namespaces/<ns>/roles`, make: post(`${RBAC}/namespaces/<ns>/roles`, role('one')) },
  rolebinding: {
    path: `${RBAC}/namespaces/<ns>/rolebindings`,
    make: post(
      `${RBAC}/namespaces/<ns>/rolebindings`,
      roleBinding('one', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' },
        subjects: [
          { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
          { kind: 'ServiceAccount', name: 's', namespace: 'n' },
        ],
      }),
    ),
  },
  serviceaccount: {
    path: '/api/v1/namespaces/<ns>/serviceaccounts',
    make: post('/api/v1/namespaces/<ns>/serviceaccounts', serviceAccount('one')),
  },
  quota: {
    path: '/api/v1/namespaces/<ns>/resourcequotas',
    make: post('/api/v1/namespaces/<ns>/resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'one' },
    }),
  },
  limitrange: {
    path: '/api/v1/namespaces/<ns>/limitranges',
    make: post('/api/v1/namespaces/<ns>/limitranges', {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'one' },
      spec: { limits: [] },
    }),
  },
  event: {
    path: '/api/v1/namespaces/<ns>/events',
    make: post('/api/v1/namespaces/<ns>/events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'one' },
      involvedObject: { kind: 'Thing', name: 'x', namespace: '<ns>' },
      reason: 'Made',
      message: 'it is',
      type: 'Normal',
      count: 2,
      source: { component: 'me' },
      firstTimestamp: '2020-01-01T00:00:00Z',
      lastTimestamp: '2020-01-01T00:00:00Z',
    }),
  },
}

const each = (title: string, steps: (path: string) => Step[]): Record<string, Step[]> =>
  Object.fromEntries(Object.entries(made).map(([kind, { path, make }]) => [`${title} ${kind}`, [make, ...steps(path)]]))

export const formCases: readonly Case[] = [
  ...cases('get', 'tables', {
    ...each('one', (path) => [as(TABLE, `${path}/one`)]),
    'without objects': [made.widget?.make, as(TABLE, `${WIDGETS}/one?includeObject=None`)] as Step[],
    'with objects': [made.widget?.make, as(TABLE, `${WIDGETS}/one?includeObject=Object`)] as Step[],
    'with other objects': [made.widget?.make, as(TABLE, `${WIDGETS}/one?includeObject=Some`)] as Step[],
    'of what is not there': [as(TABLE, `${WIDGETS}/none`)],
    'of version v1beta1': [
      as('application/json;as=Table;v=v1beta1;g=meta.k8s.io', `${CONFIG_MAPS}/kube-root-ca.crt?includeObject=None`),
    ],
    'of an unknown version': [as('application/json;as=Table;v=v9;g=meta.k8s.io', `${CONFIG_MAPS}/kube-root-ca.crt`)],
    'of an unknown form': [as('application/json;as=Other;v=v1;g=meta.k8s.io', `${CONFIG_MAPS}/kube-root-ca.crt`)],
    'of a namespace': [as(TABLE, `${NAMESPACES}/<ns>?includeObject=None`)],
    'of a definition': [as(TABLE, `${CRDS}/widgets.oracle.keelson.dev?includeObject=None`)],
  }),
  ...cases('list', 'tables', {
    ...each('some', (path) => [as(TABLE, `${path}?fieldSelector=metadata.name%3Done`)]),
    nothing: [as(TABLE, LEASES)],
    'no widgets': [as(TABLE, WIDGETS)],
    'page by page': [
      post(WIDGETS, widget('a')),
      post(WIDGETS, widget('b')),
      post(WIDGETS, widget('c')),
      get(`${WIDGETS}?limit=2`, { as: 'p', headers: { accept: TABLE } }),
      as(TABLE, `${WIDGETS}?limit=2&continue=<p.metadata.continue>`),
    ],
    'without objects': [post(WIDGETS, widget('a')), as(TABLE, `${WIDGETS}?includeObject=None`)],
    'or json': [post(WIDGETS, widget('a')), as(`${TABLE},application/json`, WIDGETS)],
    'json first': [post(WIDGETS, widget('a')), as(`application/json,${TABLE}`, WIDGETS)],
    'as kubectl asks': [
      post(GADGETS, gadget('<id>', {}, { labels: { only: '<id>' } })),
      as(
        'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
        `${GADGETS}?labelSelector=only%3D<id>`,
      ),
    ],
  }),
  ...cases('get', 'metadata only', {
    ...each('one', (path) => [as(PARTIAL, `${path}/one`)]),
    'asked for a list': [made.widget?.make, as(PARTIAL_LIST, `${WIDGETS}/one`)] as Step[],
  }),
  ...cases('list', 'metadata only', {
    ...each('some', (path) => [as(PARTIAL_LIST, `${path}?fieldSelector=metadata.name%3Done`)]),
    'asked for one': [made.widget?.make, as(PARTIAL, WIDGETS)] as Step[],
  }),
  ...cases('create', 'forms', {
    'answered by a table': [post(WIDGETS, widget('one'), { headers: { accept: TABLE } })],
    'answered by metadata': [post(WIDGETS, widget('one'), { headers: { accept: PARTIAL } })],
    'answered by yaml': [
      post(CONFIG_MAPS, configMap('one'), { headers: { accept: 'application/yaml' }, pick: ['/none'] }),
    ],
    'answered by nothing known': [
      post(CONFIG_MAPS, configMap('one'), { headers: { accept: 'text/html' } }),
      get(`${CONFIG_MAPS}/one`),
    ],
  }),
  ...cases('get', 'content types', {
    ...Object.fromEntries(
      [
        '*/*',
        'application/*',
        'application/json',
        'application/json;charset=utf-8',
        'text/html',
        'text/html,*/*;q=0.1',
        'application/yaml;q=0.5,application/json',
        ',',
        'application/xml, application/json;q=0.2',
        'application/json;pretty=1',
        'application/cbor',
        'application/json;stream=watch',
      ].map((accept) => [accept, [post(CONFIG_MAPS, configMap('one')), as(accept, `${CONFIG_MAPS}/one`)]]),
    ),
    ...Object.fromEntries(
      [
        'application/vnd.kubernetes.protobuf',
        'application/vnd.kubernetes.protobuf,application/json',
        'text/html',
        'application/yaml',
      ].map((accept) => [
        `widget ${accept}`,
        [
          post(WIDGETS, widget('one')),
          get(`${WIDGETS}/one`, { headers: { accept }, ...(accept === 'application/yaml' && { pick: ['/none'] }) }),
        ],
      ]),
    ),
    'an error as protobuf or json': [
      as('application/vnd.kubernetes.protobuf;q=0,application/json', `${CONFIG_MAPS}/none`),
    ],
    'an error as nothing known': [as('text/html', `${CONFIG_MAPS}/none`)],
    'a list as nothing known': [as('text/html', CONFIG_MAPS)],
  }),
]
