import { type Case, cases, del, type Fields, get, type Json, mergePatch, post, put, type Step } from '../case.ts'
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
  WIDGETS,
  widget,
} from './objects.ts'

const options = (fields: Fields): Fields => ({ apiVersion: 'v1', kind: 'DeleteOptions', ...fields })
const one = post(CONFIG_MAPS, configMap('one'), { as: 'one' })
const thing = post(WIDGETS, widget('one'), { as: 'one' })
const held = { finalizers: ['example.com/hold'] }
const OTHER = '11111111-1111-1111-1111-111111111111'

const tried = (all: Record<string, { query?: string; body?: Json }>): Record<string, Step[]> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([title, { query = '', body }]) => [
      [`configmap ${title}`, [one, del(`${CONFIG_MAPS}/one${query}`, body), get(`${CONFIG_MAPS}/one`)]],
      [`widget ${title}`, [thing, del(`${WIDGETS}/one${query}`, body), get(`${WIDGETS}/one`)]],
    ]),
  )

const dependents = (policy: Fields): Step[] => [
  post(CONFIG_MAPS, configMap('owner'), { as: 'owner' }),
  post(
    SECRETS,
    secret(
      'child',
      {},
      {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '<owner.metadata.uid>', blockOwnerDeletion: true },
        ],
      },
    ),
  ),
  post(SECRETS, secret('free')),
  del(`${CONFIG_MAPS}/owner`, options(policy)),
]

export const deleteCases: readonly Case[] = [
  ...cases('delete', 'options', {
    ...tried({
      plain: {},
      'with a body': { body: options({}) },
      'with a body without kind': { body: {} },
      'with an empty body': { body: '' },
      'with a body that is no json': { body: '{' },
      'with a body that is a list': { body: '[]' },
      'with a body that is a text': { body: '"x"' },
      'with a body that is null': { body: 'null' },
      'with a body that ends too early': { body: '{"kind":"DeleteOptions","apiVersion":"v1"' },
      'with a body that goes on': { body: '{}x' },
      'with a number as kind': { body: { kind: 1, apiVersion: 'v1' } },
      'with a text as grace period': { body: options({ gracePeriodSeconds: 'x' }) },
      'with a text as preconditions': { body: options({ preconditions: 'x' }) },
      'with a text as dry run': { body: options({ dryRun: 'All' }) },
      'with its uid in the query': { query: '?uid=<one.metadata.uid>' },
      'with another uid in the query': { query: `?uid=${OTHER}` },
      'with another version in the query': { query: '?resourceVersion=1' },
      'with a body of another kind': { body: configMap('one') },
      'with a body of another version': { body: { apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions' } },
      'with its uid': { body: options({ preconditions: { uid: '<one.metadata.uid>' } }) },
      'with another uid': { body: options({ preconditions: { uid: OTHER } }) },
      'with its version': { body: options({ preconditions: { resourceVersion: '<one.metadata.resourceVersion>' } }) },
      'with another version': { body: options({ preconditions: { resourceVersion: '1' } }) },
      'in a dry run': { query: '?dryRun=All' },
      'in a dry run by its body': { body: options({ dryRun: ['All'] }) },
      'in another dry run': { query: '?dryRun=x' },
      'in another dry run by its body': { body: options({ dryRun: ['x'] }) },
      'with a grace period': { query: '?gracePeriodSeconds=5' },
      'with a grace period that is none': { query: '?gracePeriodSeconds=x' },
      'with a negative grace period': { body: options({ gracePeriodSeconds: -1 }) },
      'in the background': { query: '?propagationPolicy=Background' },
      'by another policy': { query: '?propagationPolicy=Other' },
      'by another policy in its body': { body: options({ propagationPolicy: 'Other' }) },
      'by two policies': { body: options({ propagationPolicy: 'Orphan', orphanDependents: true }) },
      'by orphanDependents': { body: options({ orphanDependents: false }) },
      'with an unknown field': { body: options({ other: 1 }) },
    }),
    'in the foreground': [one, del(`${CONFIG_MAPS}/one?propagationPolicy=Foreground`)],
    'by orphaning': [thing, del(`${WIDGETS}/one?propagationPolicy=Orphan`)],
    'what is not there': [del(`${CONFIG_MAPS}/none`), del(`${WIDGETS}/none`), del(`${GADGETS}/none-<id>`)],
    'what is not there in a dry run': [del(`${CONFIG_MAPS}/none?dryRun=All`)],
    twice: [one, del(`${CONFIG_MAPS}/one`), del(`${CONFIG_MAPS}/one`)],
    'a gadget': [post(GADGETS, gadget('<id>')), del(`${GADGETS}/<id>`)],
    'a lease': [post(LEASES, lease('one')), del(`${LEASES}/one`)],
    'and make it anew': [
      one,
      del(`${CONFIG_MAPS}/one`),
      post(CONFIG_MAPS, configMap('one')),
      get(`${CONFIG_MAPS}/one`),
    ],
  }),
  ...cases('delete', 'finalizers', {
    'holds a configmap': [
      post(CONFIG_MAPS, configMap('one', {}, held), { as: 'one' }),
      del(`${CONFIG_MAPS}/one`),
      get(`${CONFIG_MAPS}/one`),
      del(`${CONFIG_MAPS}/one`),
      mergePatch(`${CONFIG_MAPS}/one`, { metadata: { labels: { a: 'b' } } }),
      mergePatch(`${CONFIG_MAPS}/one`, { metadata: { finalizers: ['example.com/hold', 'example.com/new'] } }),
      mergePatch(`${CONFIG_MAPS}/one`, { metadata: { finalizers: null } }),
      get(`${CONFIG_MAPS}/one`),
    ],
    'holds a widget': [
      post(WIDGETS, widget('one', {}, held), { as: 'one' }),
      del(`${WIDGETS}/one`),
      get(`${WIDGETS}/one`),
      mergePatch(`${WIDGETS}/one`, { spec: { size: 9 } }),
      put(`${WIDGETS}/one`, widget('one', { size: 9 }, { resourceVersion: '1' })),
      mergePatch(`${WIDGETS}/one`, { metadata: { finalizers: ['a'] } }),
      mergePatch(`${WIDGETS}/one`, { metadata: { finalizers: [] } }),
      get(`${WIDGETS}/one`),
    ],
    'removed in a dry run': [
      post(CONFIG_MAPS, configMap('one', {}, held)),
      del(`${CONFIG_MAPS}/one`),
      mergePatch(`${CONFIG_MAPS}/one?dryRun=All`, { metadata: { finalizers: null } }),
      get(`${CONFIG_MAPS}/one`),
    ],
    'held in a dry run': [
      post(CONFIG_MAPS, configMap('one', {}, held)),
      del(`${CONFIG_MAPS}/one?dryRun=All`),
      get(`${CONFIG_MAPS}/one`),
    ],
    'a new object under the name': [
      post(CONFIG_MAPS, configMap('one', {}, held)),
      del(`${CONFIG_MAPS}/one`),
      post(CONFIG_MAPS, configMap('one')),
    ],
    'a deletion that is taken back': [
      post(CONFIG_MAPS, configMap('one', {}, held)),
      del(`${CONFIG_MAPS}/one`),
      mergePatch(`${CONFIG_MAPS}/one`, { metadata: { deletionTimestamp: null } }),
    ],
    'with a precondition': [
      post(CONFIG_MAPS, configMap('one', {}, held), { as: 'one' }),
      del(`${CONFIG_MAPS}/one`, options({ preconditions: { uid: OTHER } })),
      del(`${CONFIG_MAPS}/one`, options({ preconditions: { uid: '<one.metadata.uid>' } })),
    ],
    'foreground then background': [
      post(CONFIG_MAPS, configMap('one', {}, held)),
      del(`${CONFIG_MAPS}/one`, options({ propagationPolicy: 'Foreground' })),
      del(`${CONFIG_MAPS}/one`, options({ propagationPolicy: 'Orphan' })),
    ],
  }),
  ...cases('delete', 'garbage collection', {
    background: [
      ...dependents({ propagationPolicy: 'Background' }),
      get(`${SECRETS}/child`, { until: 404 }),
      get(`${SECRETS}/free`),
      get(`${CONFIG_MAPS}/owner`),
    ],
    default: [...dependents({}), get(`${SECRETS}/child`, { until: 404 })],
    foreground: [
      ...dependents({ propagationPolicy: 'Foreground' }),
      get(`${CONFIG_MAPS}/owner`, { until: 404 }),
      get(`${SECRETS}/child`),
    ],
    orphan: [
      ...dependents({ propagationPolicy: 'Orphan' }),
      get(`${CONFIG_MAPS}/owner`, { until: 404 }),
      get(`${SECRETS}/child`),
    ],
    'of an owner that never was': [
      post(
        SECRETS,
        secret('child', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: OTHER }] }),
      ),
      get(`${SECRETS}/child`, { until: 404 }),
    ],
    'of an owner with another uid': [
      post(CONFIG_MAPS, configMap('owner')),
      post(
        SECRETS,
        secret('child', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: OTHER }] }),
      ),
      get(`${SECRETS}/child`, { until: 404 }),
    ],
    'of two owners': [
      post(CONFIG_MAPS, configMap('a'), { as: 'a' }),
      post(CONFIG_MAPS, configMap('b'), { as: 'b' }),
      post(
        SECRETS,
        secret(
          'child',
          {},
          {
            ownerReferences: [
              { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: '<a.metadata.uid>' },
              { apiVersion: 'v1', kind: 'ConfigMap', name: 'b', uid: '<b.metadata.uid>' },
            ],
          },
        ),
      ),
      del(`${CONFIG_MAPS}/a`),
      get(`${SECRETS}/child`, { until: { field: 'metadata.ownerReferences.0.name', is: 'b' } }),
      del(`${CONFIG_MAPS}/b`),
      get(`${SECRETS}/child`, { until: 404 }),
    ],
    'a chain': [
      post(CONFIG_MAPS, configMap('a'), { as: 'a' }),
      post(
        CONFIG_MAPS,
        configMap(
          'b',
          {},
          { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: '<a.metadata.uid>' }] },
        ),
        { as: 'b' },
      ),
      post(
        CONFIG_MAPS,
        configMap(
          'c',
          {},
          { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'b', uid: '<b.metadata.uid>' }] },
        ),
      ),
      del(`${CONFIG_MAPS}/a`),
      get(`${CONFIG_MAPS}/c`, { until: 404 }),
      get(`${CONFIG_MAPS}/b`, { until: 404 }),
    ],
  }),
  ...cases('deletecollection', 'selection', {
    all: [post(LEASES, lease('a')), post(LEASES, lease('b')), del(LEASES), get(LEASES)],
    'all widgets': [post(WIDGETS, widget('a')), post(WIDGETS, widget('b')), del(WIDGETS), get(WIDGETS)],
    nothing: [del(LEASES), del(WIDGETS)],
    'by labels': [
      post(LEASES, lease('a', {}, { labels: { x: 'y' } })),
      post(LEASES, lease('b')),
      del(`${LEASES}?labelSelector=x%3Dy`),
      get(LEASES),
    ],
    'by name': [
      post(LEASES, lease('a')),
      post(LEASES, lease('b')),
      del(`${LEASES}?fieldSelector=metadata.name%3Da`),
      get(LEASES),
    ],
    'by a field of widgets': [
      post(WIDGETS, widget('a', { color: 'red' })),
      post(WIDGETS, widget('b')),
      del(`${WIDGETS}?fieldSelector=spec.color%3Dred`),
      get(WIDGETS),
    ],
    'in a dry run': [post(LEASES, lease('a')), del(`${LEASES}?dryRun=All`), get(LEASES)],
    'with finalizers': [post(WIDGETS, widget('a', {}, held)), post(WIDGETS, widget('b')), del(WIDGETS), get(WIDGETS)],
    'by a bad selector': [del(`${LEASES}?labelSelector=a+b`)],
    'by an unknown field': [del(`${LEASES}?fieldSelector=x%3Dy`)],
    'with a limit': [post(LEASES, lease('a')), post(LEASES, lease('b')), del(`${LEASES}?limit=1`), get(LEASES)],
    'with another policy': [del(LEASES, options({ propagationPolicy: 'Other' }))],
    'with a precondition': [
      post(LEASES, lease('a')),
      del(LEASES, options({ preconditions: { uid: OTHER } })),
      get(LEASES),
    ],
    'of namespaces': [del(`${NAMESPACES}?labelSelector=none%3Dnone`)],
    'of gadgets': [
      post(GADGETS, gadget('<id>', {}, { labels: { only: '<id>' } })),
      del(`${GADGETS}?labelSelector=only%3D<id>`),
      get(`${GADGETS}/<id>`),
    ],
    'with a version': [post(LEASES, lease('a')), del(`${LEASES}?resourceVersion=0`), get(LEASES)],
  }),
  ...cases('delete', 'namespaces', {
    empty: [
      post(NAMESPACES, namespace('<id>-x')),
      del(`${NAMESPACES}/<id>-x`, undefined, { pick: ['/kind', '/metadata/name', '/status/phase', '/spec'] }),
      get(`${NAMESPACES}/<id>-x`, { until: 404 }),
    ],
    'with content': [
      post(NAMESPACES, namespace('<id>-x')),
      post('/api/v1/namespaces/<id>-x/configmaps', configMap('one')),
      post('/apis/oracle.keelson.dev/v1/namespaces/<id>-x/widgets', widget('one')),
      del(`${NAMESPACES}/<id>-x`, undefined, { pick: ['/kind', '/metadata/name', '/status/phase'] }),
      get(`${NAMESPACES}/<id>-x`, { until: 404 }),
      get('/apis/oracle.keelson.dev/v1/namespaces/<id>-x/widgets'),
    ],
    'held by content': [
      post(NAMESPACES, namespace('<id>-x')),
      post('/api/v1/namespaces/<id>-x/configmaps', configMap('one', {}, held)),
      del(`${NAMESPACES}/<id>-x`, undefined, { pick: ['/kind', '/status/phase'] }),
      get(`${NAMESPACES}/<id>-x`, { until: { field: 'status.conditions.4.status' } }),
      post('/api/v1/namespaces/<id>-x/configmaps', configMap('two')),
      post('/apis/oracle.keelson.dev/v1/namespaces/<id>-x/widgets', widget('two')),
      del(`${NAMESPACES}/<id>-x`, undefined, { pick: ['/kind', '/status/phase', '/message', '/code'] }),
      mergePatch('/api/v1/namespaces/<id>-x/configmaps/one', { metadata: { finalizers: null } }),
      get(`${NAMESPACES}/<id>-x`, { until: 404 }),
    ],
    'with a finalizer': [
      post(NAMESPACES, namespace('<id>-x', {}, held)),
      del(`${NAMESPACES}/<id>-x`, undefined, { pick: ['/kind', '/status/phase'] }),
      get(`${NAMESPACES}/<id>-x`, {
        until: { field: 'spec', is: {} },
        pick: ['/metadata/finalizers', '/spec', '/status/phase'],
      }),
      mergePatch(`${NAMESPACES}/<id>-x`, { metadata: { finalizers: null } }, { pick: ['/metadata/finalizers'] }),
      get(`${NAMESPACES}/<id>-x`, { until: 404 }),
    ],
    'in a dry run': [
      post(NAMESPACES, namespace('<id>-x')),
      del(`${NAMESPACES}/<id>-x?dryRun=All`),
      get(`${NAMESPACES}/<id>-x`),
    ],
    'by orphaning': [
      post(NAMESPACES, namespace('<id>-x')),
      del(`${NAMESPACES}/<id>-x?dryRun=All&propagationPolicy=Orphan`),
    ],
    default: [del(`${NAMESPACES}/default`)],
    'kube-system': [del(`${NAMESPACES}/kube-system?dryRun=All`)],
    'changes its finalizers': [
      post(NAMESPACES, namespace('<id>-x')),
      mergePatch(`${NAMESPACES}/<id>-x`, { spec: { finalizers: ['example.com/a'] } }),
    ],
    'labels of a namespace': [
      post(NAMESPACES, namespace('<id>-x')),
      mergePatch(`${NAMESPACES}/<id>-x`, { metadata: { labels: { 'kubernetes.io/metadata.name': 'other' } } }),
      mergePatch(`${NAMESPACES}/<id>-x`, { metadata: { labels: null } }),
    ],
  }),
]
