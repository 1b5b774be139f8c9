import { type Case, cases, del, type Fields, get, mergePatch, post, put, type Step } from '../case.ts'
import {
  CONFIG_MAPS,
  configMap,
  event,
  LEASES,
  lease,
  limitRange,
  NAMESPACES,
  namespace,
  quota,
  SECRETS,
  secret,
  serviceAccount,
  text,
} from './objects.ts'

const ACCOUNTS = '/api/v1/namespaces/<ns>/serviceaccounts'
const QUOTAS = '/api/v1/namespaces/<ns>/resourcequotas'
const LIMITS = '/api/v1/namespaces/<ns>/limitranges'
const EVENTS = '/api/v1/namespaces/<ns>/events'
const NEW_EVENTS = '/apis/events.k8s.io/v1/namespaces/<ns>/events'
const review = (kind: string, group: string, spec: Fields): Fields => ({ apiVersion: `${group}/v1`, kind, spec })
const tried = (path: string, make: (fields: Fields) => Fields, all: Record<string, Fields>): Record<string, Step[]> =>
  Object.fromEntries(Object.entries(all).map(([title, fields]) => [title, [post(path, make(fields))]]))

export const builtinCases: readonly Case[] = [
  ...cases('create', 'service accounts', {
    'a new one': [post(ACCOUNTS, serviceAccount('one')), get(`${ACCOUNTS}/one`)],
    'the default one': [get(`${ACCOUNTS}/default`)],
    'the default one comes back': [
      get(`${ACCOUNTS}/default`, { as: 'old' }),
      del(`${ACCOUNTS}/default`),
      get(`${ACCOUNTS}/default`, { until: 200 }),
    ],
    'with secrets': [
      post(
        ACCOUNTS,
        serviceAccount('one', {
          secrets: [{ name: 'a' }],
          imagePullSecrets: [{ name: 'b' }],
          automountServiceAccountToken: false,
        }),
      ),
    ],
    'the certificate authority': [
      get(`${CONFIG_MAPS}/kube-root-ca.crt`, { pick: ['/metadata/name', '/metadata/annotations', '/kind'] }),
    ],
    'a token': [
      post(ACCOUNTS, serviceAccount('one')),
      post(`${ACCOUNTS}/one/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: ['a'], expirationSeconds: 3600 },
      }),
    ],
    'a token without a spec': [
      post(ACCOUNTS, serviceAccount('one')),
      post(
        `${ACCOUNTS}/one/token`,
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' },
        { pick: ['/kind', '/spec/expirationSeconds', '/spec/boundObjectRef'] },
      ),
    ],
    'a token that ends too soon': [
      post(ACCOUNTS, serviceAccount('one')),
      post(`${ACCOUNTS}/one/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 5 },
      }),
    ],
    'a token that ends too late': [
      post(ACCOUNTS, serviceAccount('one')),
      post(`${ACCOUNTS}/one/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 5_000_000_000 },
      }),
    ],
    'a token of nobody': [
      post(`${ACCOUNTS}/none/token`, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' }),
    ],
    'a token bound to what is not there': [
      post(ACCOUNTS, serviceAccount('one')),
      post(`${ACCOUNTS}/one/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 'none' } },
      }),
    ],
    'a token bound to another kind': [
      post(ACCOUNTS, serviceAccount('one')),
      post(`${ACCOUNTS}/one/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { boundObjectRef: { apiVersion: 'v1', kind: 'ConfigMap', name: 'none' } },
      }),
    ],
    'a token that lets in': [
      post(ACCOUNTS, serviceAccount('one')),
      post(
        `${ACCOUNTS}/one/token`,
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' },
        { as: 't', pick: ['/kind'] },
      ),
      post(
        '/apis/authentication.k8s.io/v1/tokenreviews',
        review('TokenReview', 'authentication.k8s.io', { token: '<t.status.token>' }),
        { pick: ['/status/authenticated', '/status/user/username', '/status/user/groups'] },
      ),
    ],
    'a secret with a token': [
      post(ACCOUNTS, serviceAccount('one')),
      post(
        SECRETS,
        secret(
          'token',
          { type: 'kubernetes.io/service-account-token' },
          { annotations: { 'kubernetes.io/service-account.name': 'one' } },
        ),
        { pick: ['/type'] },
      ),
      get(`${SECRETS}/token`, { until: { field: 'data.token' }, pick: ['/type', '/metadata/annotations'] }),
    ],
    'a secret with a token of nobody': [
      post(
        SECRETS,
        secret(
          'token',
          { type: 'kubernetes.io/service-account-token' },
          { annotations: { 'kubernetes.io/service-account.name': 'none' } },
        ),
      ),
      get(`${SECRETS}/token`, { until: 404 }),
    ],
    'a secret with a token without a name': [
      post(SECRETS, secret('token', { type: 'kubernetes.io/service-account-token' })),
    ],
  }),
  ...cases('create', 'secrets', {
    ...tried(SECRETS, (fields) => secret('one', fields), {
      plain: { data: { a: 'YQ==' } },
      'with texts': { stringData: { a: 'ü' }, data: { b: 'Yg==' } },
      'with the same key twice': { stringData: { a: 'x' }, data: { a: 'Yg==' } },
      'with a bad key': { stringData: { 'a b': 'x' } },
      'with a key that is dots': { stringData: { '..': 'x' } },
      'with a long key': { stringData: { [text(254)]: 'x' } },
      'for tls without keys': { type: 'kubernetes.io/tls' },
      'for tls': { type: 'kubernetes.io/tls', stringData: { 'tls.crt': 'a', 'tls.key': 'b' } },
      'for basic auth without keys': { type: 'kubernetes.io/basic-auth', stringData: { a: 'b' } },
      'for ssh without keys': { type: 'kubernetes.io/ssh-auth' },
      'for docker without keys': { type: 'kubernetes.io/dockerconfigjson' },
      'for docker with a bad value': {
        type: 'kubernetes.io/dockerconfigjson',
        stringData: { '.dockerconfigjson': 'x' },
      },
      'for old docker with a bad value': { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': '{' } },
      'of a type of its own': { type: 'example.com/x', data: {} },
      'too large': { stringData: { a: text(1_048_577) } },
    }),
    ...tried(CONFIG_MAPS, (fields) => configMap('one', fields), {
      'configmap with a bad key': { data: { 'a b': 'x' } },
      'configmap with a key that is dots': { data: { '..': 'x' } },
      'configmap with a key twice': { data: { a: 'x' }, binaryData: { a: 'YQ==' } },
      'configmap with a long key': { data: { [text(254)]: 'x' } },
      'configmap too large': { data: { a: text(1_048_577) } },
      'configmap with an empty key': { data: { '': 'x' } },
    }),
  }),
  ...cases('create', 'quota', {
    'is counted': [
      post(
        QUOTAS,
        quota('one', { spec: { hard: { configmaps: '5', secrets: '1', 'count/leases.coordination.k8s.io': '2' } } }),
      ),
      get(`${QUOTAS}/one`, { until: { field: 'status.used.secrets' } }),
    ],
    'is exceeded': [
      post(QUOTAS, quota('one', { spec: { hard: { secrets: '1', 'count/leases.coordination.k8s.io': '0' } } }), {
        pick: ['/spec'],
      }),
      get(`${QUOTAS}/one`, { until: { field: 'status.used.secrets' }, pick: ['/status'] }),
      // A lease that is refused shows that the server has come to know the quota as it is counted.
      post(`${LEASES}?dryRun=All`, lease('probe'), { until: 403 }),
      post(SECRETS, secret('a')),
      post(SECRETS, secret('b')),
      get(`${QUOTAS}/one`, { pick: ['/status'] }),
      del(`${SECRETS}/a`),
      get(`${QUOTAS}/one`, { until: { field: 'status.used.secrets', is: '0' }, pick: ['/status'] }),
    ],
    'of a bad quantity': [post(QUOTAS, quota('one', { spec: { hard: { configmaps: 'x' } } }))],
    'of a negative quantity': [post(QUOTAS, quota('one', { spec: { hard: { configmaps: '-1' } } }))],
    'of a fraction': [post(QUOTAS, quota('one', { spec: { hard: { configmaps: '1.5' } } }))],
    'of an unknown resource': [post(QUOTAS, quota('one', { spec: { hard: { things: '1' } } }))],
    'of a bad scope': [post(QUOTAS, quota('one', { spec: { hard: { pods: '1' }, scopes: ['Other'] } }))],
    'a status that is written': [
      post(QUOTAS, quota('one', { spec: { hard: { 'requests.cpu': '1000m', memory: '1024Mi' } } })),
      get(`${QUOTAS}/one`, { pick: ['/spec'] }),
    ],
  }),
  ...cases('create', 'limit ranges', {
    ...tried(LIMITS, (fields) => limitRange('one', fields), {
      plain: {
        spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { cpu: '100m' }, default: { cpu: '1' } }] },
      },
      'with min above max': { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' } }] } },
      'of an unknown type': { spec: { limits: [{ type: 'Other' }] } },
      'of a type twice': { spec: { limits: [{ type: 'Pod' }, { type: 'Pod' }] } },
      'with a default of a pod': { spec: { limits: [{ type: 'Pod', default: { cpu: '1' } }] } },
      'with a ratio below one': { spec: { limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '0.5' } }] } },
      'without limits': { spec: {} },
    }),
  }),
  ...cases('create', 'events', {
    ...tried(EVENTS, (fields) => event('one', fields), {
      plain: {
        involvedObject: { kind: 'Thing', name: 'x', namespace: '<ns>' },
        reason: 'R',
        message: 'm',
        type: 'Normal',
      },
      'of another namespace': { involvedObject: { kind: 'Thing', name: 'x', namespace: 'other' } },
      'of a cluster-scoped object': { involvedObject: { kind: 'Thing', name: 'x' } },
      'without an object': {},
      'of an unknown type': { involvedObject: { kind: 'Thing', name: 'x', namespace: '<ns>' }, type: 'Strange' },
    }),
    ...tried(
      NEW_EVENTS,
      (fields) => ({ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'one' }, ...fields }),
      {
        'new without fields': {},
        new: {
          eventTime: '2020-01-01T00:00:00.000000Z',
          reportingController: 'example.com/c',
          reportingInstance: 'i',
          action: 'A',
          reason: 'R',
          type: 'Normal',
          regarding: { kind: 'Thing', name: 'x', namespace: '<ns>' },
          note: 'n',
        },
        'new with a long note': {
          eventTime: '2020-01-01T00:00:00.000000Z',
          reportingController: 'example.com/c',
          reportingInstance: 'i',
          action: 'A',
          reason: 'R',
          type: 'Normal',
          regarding: { kind: 'Thing', name: 'x', namespace: '<ns>' },
          note: text(1025),
        },
        'new with a series': {
          eventTime: '2020-01-01T00:00:00.000000Z',
          series: { count: 2, lastObservedTime: '2020-01-01T00:00:01.000000Z' },
          reportingController: 'example.com/c',
          reportingInstance: 'i',
          action: 'A',
          reason: 'R',
          type: 'Warning',
          regarding: { kind: 'Thing', name: 'x', namespace: '<ns>' },
        },
        'new with a bad series': {
          eventTime: '2020-01-01T00:00:00.000000Z',
          series: { count: 1 },
          reportingController: 'c',
          reportingInstance: 'i',
          action: 'A',
          reason: 'R',
          type: 'Warning',
          regarding: { namespace: '<ns>' },
        },
      },
    ),
    'read by the other api': [
      post(
        EVENTS,
        event('one', {
          involvedObject: { kind: 'Thing', name: 'x', namespace: '<ns>' },
          reason: 'R',
          message: 'm',
          type: 'Normal',
          count: 3,
          source: { component: 'c', host: 'h' },
          firstTimestamp: '2020-01-01T00:00:00Z',
        }),
      ),
      get(`${NEW_EVENTS}/one`),
      get(`${EVENTS}?fieldSelector=involvedObject.name%3Dx,reason%3DR`),
      get(`${EVENTS}?fieldSelector=involvedObject.name%3Dy`),
      get(`${NEW_EVENTS}?fieldSelector=regarding.name%3Dx`),
      get(`${EVENTS}?fieldSelector=type%3DNormal,source%3Dc`),
    ],
    'patched by the series': [
      post(EVENTS, event('one', { involvedObject: { kind: 'Thing', name: 'x', namespace: '<ns>' }, type: 'Normal' })),
      { ...mergePatch(`${EVENTS}/one`, { count: 2 }), type: 'application/strategic-merge-patch+json' } as Step,
      put(`${EVENTS}/one`, event('one', { involvedObject: { kind: 'Other', name: 'x', namespace: '<ns>' } })),
    ],
  }),
  ...cases('create', 'namespaces', {
    'a namespace': [post(NAMESPACES, namespace('<id>-x', {}, { labels: { a: 'b' } })), get(`${NAMESPACES}/<id>-x`)],
    'a namespace twice': [post(NAMESPACES, namespace('<id>-x')), post(NAMESPACES, namespace('<id>-x'))],
    'the namespace default': [
      get(`${NAMESPACES}/default`, { pick: ['/metadata/name', '/metadata/labels', '/spec', '/status'] }),
      post(NAMESPACES, namespace('default')),
    ],
    'with a generated name': [
      post(NAMESPACES, namespace('', {}, { generateName: 'made-' }), { madeUp: { 'metadata.name': '^made-.{5}$' } }),
    ],
  }),
]
