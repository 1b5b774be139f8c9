import { type Case, cases, get, type Json, post, type Step } from '../case.ts'
import {
  CONFIG_MAPS,
  configMap,
  GADGETS,
  gadget,
  LEASES,
  lease,
  NAMESPACES,
  namespace,
  SECRETS,
  secret,
  text,
  WIDGETS,
  widget,
} from './objects.ts'

const ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/<ns>/roles'
const role = (rules: Json[], name = 'one'): Json => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name },
  rules,
})

const good = configMap('one', { data: { a: '1' } })

function names(kinds: Record<string, (name: string) => Step>, tried: Record<string, string>): Record<string, Step[]> {
  return Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, make]) =>
      Object.entries(tried).map(([title, name]) => [`${kind} ${title}`, [make(name)]]),
    ),
  )
}

function metadata(tried: Record<string, { [key: string]: Json }>): Record<string, Step[]> {
  return Object.fromEntries(
    Object.entries(tried).flatMap(([title, more]) => [
      [`configmap ${title}`, [post(CONFIG_MAPS, configMap('one', {}, more))]],
      [`widget ${title}`, [post(WIDGETS, widget('one', {}, more))]],
    ]),
  )
}

export const createCases: readonly Case[] = [
  ...cases('create', 'objects', {
    configmap: [post(CONFIG_MAPS, good), get(`${CONFIG_MAPS}/one`)],
    'configmap twice': [post(CONFIG_MAPS, good), post(CONFIG_MAPS, good)],
    widget: [post(WIDGETS, widget('one')), get(`${WIDGETS}/one`)],
    'widget twice': [post(WIDGETS, widget('one')), post(WIDGETS, widget('one', { size: 2 }))],
    'a cluster-scoped one': [
      post(GADGETS, gadget('<id>', { anything: { a: [1, 'b', null] } })),
      get(`${GADGETS}/<id>`),
    ],
    'a lease': [
      post(
        LEASES,
        lease('one', {
          spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2020-01-02T03:04:05.000006Z' },
        }),
      ),
    ],
    'a lease with bad numbers': [
      post(LEASES, lease('one', { spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } })),
    ],
    'nulls in a configmap': [
      post(CONFIG_MAPS, configMap('one', { data: { a: null, b: '1' }, binaryData: { c: null }, immutable: null })),
      get(`${CONFIG_MAPS}/one`),
    ],
    'nulls in a secret': [
      post(SECRETS, secret('one', { data: { a: null }, stringData: { b: null }, type: null })),
      get(`${SECRETS}/one`),
    ],
    'nulls in a lease': [post(LEASES, lease('one', { spec: { holderIdentity: null, renewTime: null } }))],
    'empty values of a secret': [post(SECRETS, secret('one', { data: {}, type: '', immutable: false }))],
    'empty values of a role': [
      post(ROLES, role([{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: [] }])),
      post(ROLES, role([], 'two')),
      get(ROLES),
    ],
    'times in another zone': [
      post(LEASES, lease('one', { spec: { renewTime: '2020-01-02T03:04:05.000006+02:00' } })),
      get(`${LEASES}/one`),
    ],
    'without kind': [post(CONFIG_MAPS, { apiVersion: 'v1', metadata: { name: 'one' } })],
    'without apiVersion': [post(CONFIG_MAPS, { kind: 'ConfigMap', metadata: { name: 'one' } })],
    'without kind and apiVersion': [post(CONFIG_MAPS, { metadata: { name: 'one' } })],
    'widget without kind': [
      post(WIDGETS, { apiVersion: 'oracle.keelson.dev/v1', metadata: { name: 'one' }, spec: { size: 1 } }),
    ],
    'another kind': [post(CONFIG_MAPS, secret('one'))],
    'another kind as widget': [post(WIDGETS, { ...widget('one'), kind: 'Gadget' })],
    'another version as widget': [post(WIDGETS, { ...widget('one'), apiVersion: 'oracle.keelson.dev/v2' })],
    'another group as widget': [post(WIDGETS, { ...widget('one'), apiVersion: 'other.dev/v1' })],
    'another version': [post(CONFIG_MAPS, { ...good, apiVersion: 'v2' })],
    'an unknown kind': [post(CONFIG_MAPS, { ...good, kind: 'Nothing' })],
    'a list': [post(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMapList', items: [good] })],
    'a generic list': [post(CONFIG_MAPS, { apiVersion: 'v1', kind: 'List', items: [good] })],
    'without a name': [post(CONFIG_MAPS, configMap(''))],
    'widget without a name': [post(WIDGETS, widget(''))],
    'without metadata': [post(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap' })],
    'with null metadata': [post(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: null })],
    'widget without metadata': [
      post(WIDGETS, { apiVersion: 'oracle.keelson.dev/v1', kind: 'Widget', spec: { size: 1 } }),
    ],
    'with a name in the path': [post(`${CONFIG_MAPS}/one`, good)],
    'into no namespace': [post('/api/v1/configmaps', good)],
    'into a namespace that is not there': [post('/api/v1/namespaces/nowhere-<id>/configmaps', good)],
    'widget into a namespace that is not there': [
      post('/apis/oracle.keelson.dev/v1/namespaces/nowhere-<id>/widgets', widget('one')),
    ],
    'of another namespace': [post(CONFIG_MAPS, configMap('one', {}, { namespace: 'other' }))],
    'widget of another namespace': [post(WIDGETS, widget('one', {}, { namespace: 'other' }))],
    'cluster-scoped with a namespace': [post(GADGETS, gadget('<id>', {}, { namespace: 'other' }))],
    'namespace with a namespace': [post(NAMESPACES, namespace('<id>', {}, { namespace: 'other' }))],
    'with a resourceVersion': [post(CONFIG_MAPS, configMap('one', {}, { resourceVersion: '1' }))],
    'widget with a resourceVersion': [post(WIDGETS, widget('one', {}, { resourceVersion: '1' }))],
    'with fields of the server': [
      post(
        CONFIG_MAPS,
        configMap(
          'one',
          {},
          {
            uid: '11111111-1111-1111-1111-111111111111',
            creationTimestamp: '2001-02-03T04:05:06Z',
            deletionTimestamp: '2001-02-03T04:05:06Z',
            deletionGracePeriodSeconds: 5,
            generation: 9,
            selfLink: '/x',
          },
        ),
      ),
    ],
    'widget with fields of the server': [
      post(
        WIDGETS,
        widget(
          'one',
          {},
          {
            uid: '11111111-1111-1111-1111-111111111111',
            creationTimestamp: '2001-02-03T04:05:06Z',
            deletionTimestamp: '2001-02-03T04:05:06Z',
            deletionGracePeriodSeconds: 5,
            generation: 9,
            selfLink: '/x',
          },
        ),
      ),
    ],
    'widget with a status': [post(WIDGETS, { ...widget('one'), status: { observed: 3 } })],
    'namespace with a status': [post(NAMESPACES, namespace('<id>', { status: { phase: 'Terminating' } }))],
    'namespace with finalizers in its spec': [
      post(NAMESPACES, namespace('<id>', { spec: { finalizers: ['example.com/x'] } })),
    ],
    'an unknown resource': [post('/api/v1/namespaces/<ns>/nothings', good)],
    'an unknown resource of a custom group': [post('/apis/oracle.keelson.dev/v1/namespaces/<ns>/nothings', good)],
    'an unknown version': [post('/apis/oracle.keelson.dev/v9/namespaces/<ns>/widgets', widget('one'))],
    'an unknown group': [post('/apis/nothing.dev/v1/namespaces/<ns>/widgets', widget('one'))],
    'a version that is not served': [post('/apis/oracle.keelson.dev/v1alpha1/namespaces/<ns>/gizmos', widget('one'))],
    'a subresource that is not there': [post(`${CONFIG_MAPS}/one/status`, good)],
    'namespaced resource at cluster scope': [post('/apis/oracle.keelson.dev/v1/widgets', widget('one'))],
    'cluster-scoped resource in a namespace': [
      post('/apis/oracle.keelson.dev/v1/namespaces/<ns>/gadgets', gadget('one')),
    ],
  }),
  ...cases(
    'create',
    'names',
    names(
      {
        configmap: (name) => post(CONFIG_MAPS, configMap(name)),
        widget: (name) => post(WIDGETS, widget(name)),
        gadget: (name) => post(GADGETS, gadget(name)),
        namespace: (name) => post(NAMESPACES, namespace(name)),
        lease: (name) => post(LEASES, lease(name)),
        role: (name) =>
          post('/apis/rbac.authorization.k8s.io/v1/namespaces/<ns>/roles', {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'Role',
            metadata: { name },
          }),
        serviceaccount: (name) =>
          post('/api/v1/namespaces/<ns>/serviceaccounts', {
            apiVersion: 'v1',
            kind: 'ServiceAccount',
            metadata: { name },
          }),
      },
      {
        'in upper case': 'One',
        'with an underscore': 'a_b',
        'beginning with a dash': '-a',
        'with a slash': 'a/b',
        'that is a dot': '.',
        'with a percent sign': 'a%b',
        'with a colon': 'a:b',
        'of 253': text(253),
        'of 254': text(254),
        'with a space': 'a b',
        'beyond ascii': 'ä',
      },
    ),
  ),
  ...cases('create', 'generateName', {
    configmap: [
      post(CONFIG_MAPS, configMap('', {}, { generateName: 'made-' }), {
        madeUp: { 'metadata.name': '^made-[bcdfghjklmnpqrstvwxz2456789]{5}$' },
      }),
    ],
    widget: [
      post(WIDGETS, widget('', {}, { generateName: 'made-' }), {
        madeUp: { 'metadata.name': '^made-[bcdfghjklmnpqrstvwxz2456789]{5}$' },
      }),
    ],
    'with a name, too': [post(CONFIG_MAPS, configMap('one', {}, { generateName: 'made-' }))],
    'of a long base': [
      post(CONFIG_MAPS, configMap('', {}, { generateName: text(70) }), {
        madeUp: { 'metadata.name': '^a{58}[bcdfghjklmnpqrstvwxz2456789]{5}$' },
      }),
    ],
    'of a bad base': [
      post(CONFIG_MAPS, configMap('', {}, { generateName: 'Made_' }), {
        madeUp: { 'details.name': '^Made_[bcdfghjklmnpqrstvwxz2456789]{5}$' },
      }),
    ],
    'of a bad base for a widget': [
      post(WIDGETS, widget('', {}, { generateName: 'Made_' }), {
        madeUp: { 'details.name': '^Made_[bcdfghjklmnpqrstvwxz2456789]{5}$' },
      }),
    ],
    'of an empty base': [post(CONFIG_MAPS, configMap('', {}, { generateName: '' }))],
  }),
  ...cases(
    'create',
    'metadata',
    metadata({
      'with labels': { labels: { app: 'x', 'example.com/part': 'Y_1.z' }, annotations: { note: 'any text: ü' } },
      'with a bad label key': { labels: { 'a b': 'x' } },
      'with a bad label prefix': { labels: { 'UP.com/a': 'x' } },
      'with two slashes in a label': { labels: { 'a/b/c': 'x' } },
      'with a bad label value': { labels: { a: 'x y' } },
      'with a long label value': { labels: { a: text(64) } },
      'with an empty label key': { labels: { '': 'x' } },
      'with a bad annotation key': { annotations: { 'a b': 'x' } },
      'with an annotation key in upper case': { annotations: { 'UP.com/Key': 'x' } },
      'with annotations that are too large': { annotations: { a: text(262_145) } },
      'with a finalizer': { finalizers: ['example.com/hold'] },
      'with a bad finalizer': { finalizers: ['hold on'] },
      'with a plain finalizer': { finalizers: ['hold'] },
      'with both finalizers of the garbage collector': { finalizers: ['orphan', 'foregroundDeletion'] },
      'with an owner': {
        ownerReferences: [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: 'none',
            uid: '11111111-1111-1111-1111-111111111111',
            controller: true,
          },
        ],
      },
      'with an owner without fields': { ownerReferences: [{}] },
      'with an owner of a bad version': { ownerReferences: [{ apiVersion: 'a/b/c', kind: 'K', name: 'n', uid: 'u' }] },
      'with an event as owner': { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'n', uid: 'u' }] },
      'with two controllers': {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'u1', controller: true },
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'b', uid: 'u2', controller: true },
        ],
      },
      'with the same owner twice': {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'u1' },
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'u1' },
        ],
      },
      'with managed fields of its own': {
        managedFields: [
          {
            manager: 'me',
            operation: 'Update',
            apiVersion: 'v1',
            time: '2020-01-01T00:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a': {} } } },
          },
        ],
        labels: { a: 'b' },
      },
      'with a bad operation in managed fields': {
        managedFields: [{ manager: 'me', operation: 'Other', apiVersion: 'v1' }],
      },
      'with labels that are a list': { labels: ['a'] },
      'with a label that is a number': { labels: { a: 1 } },
      'with a name that is a number': { name: 5 },
      'with finalizers that are a text': { finalizers: 'x' },
      'with a creation time that is none': { creationTimestamp: 'yesterday' },
      'with a null label': { labels: { a: null } },
      'with an unknown field': { other: 'x' },
    }),
  ),
  ...cases('create', 'dryRun', {
    configmap: [post(`${CONFIG_MAPS}?dryRun=All`, good), get(`${CONFIG_MAPS}/one`)],
    widget: [post(`${WIDGETS}?dryRun=All`, widget('one')), get(`${WIDGETS}/one`)],
    namespace: [post(`${NAMESPACES}?dryRun=All`, namespace('<id>')), get(`${NAMESPACES}/<id>`)],
    'of what exists': [post(CONFIG_MAPS, good), post(`${CONFIG_MAPS}?dryRun=All`, good)],
    'of what is wrong': [post(`${WIDGETS}?dryRun=All`, widget('one', { size: -1 }))],
    'with a generated name': [
      post(`${CONFIG_MAPS}?dryRun=All`, configMap('', {}, { generateName: 'made-' }), {
        madeUp: { 'metadata.name': '^made-.{5}$' },
      }),
    ],
    'of another value': [post(`${CONFIG_MAPS}?dryRun=Some`, good)],
    'of an empty value': [post(`${CONFIG_MAPS}?dryRun=`, good)],
    'of two values': [post(`${CONFIG_MAPS}?dryRun=All&dryRun=All`, good)],
    'of a good and a bad value': [post(`${CONFIG_MAPS}?dryRun=All&dryRun=x`, good)],
  }),
]
