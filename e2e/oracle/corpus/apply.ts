import { apply, type Case, cases, type Fields, get, mergePatch, post, put } from '../case.ts'
import {
  CONFIG_MAPS,
  configMap,
  GADGETS,
  gadget,
  NAMESPACES,
  namespace,
  rawWidget,
  role,
  SECRETS,
  secret,
  serviceAccount,
  WIDGETS,
  widget,
} from './objects.ts'

const one = `${CONFIG_MAPS}/one`
const thing = `${WIDGETS}/one`
const map = (data: Fields, metadata: Fields = {}): Fields => configMap('one', { data }, metadata)
const wid = (spec: Fields, metadata: Fields = {}): Fields => ({ ...widget('one', {}, metadata), spec })
const ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/<ns>/roles'

export const applyCases: readonly Case[] = [
  ...cases('apply', 'objects', {
    'makes a configmap': [apply(one, map({ a: '1' })), get(one)],
    'makes a widget': [apply(thing, wid({ size: 1 })), get(thing)],
    'twice the same': [apply(one, map({ a: '1' })), apply(one, map({ a: '1' }))],
    'changes its own': [apply(one, map({ a: '1', b: '2' })), apply(one, map({ a: '2' }))],
    'leaves what it no longer has': [
      apply(thing, wid({ size: 1, tags: ['a', 'b'], note: 'n' })),
      apply(thing, wid({ size: 1, tags: ['b'] })),
    ],
    'without a name': [apply(one, { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } })],
    'of another name': [apply(one, configMap('two'))],
    'of another namespace': [apply(one, map({}, { namespace: 'other' }))],
    'without a manager': [{ method: 'PATCH', path: one, body: map({}), type: 'application/apply-patch+yaml' }],
    'of a manager too long': [apply(one, map({}), 'm'.repeat(129))],
    'without kind': [apply(one, { apiVersion: 'v1', metadata: { name: 'one' } })],
    'without apiVersion': [apply(one, { kind: 'ConfigMap', metadata: { name: 'one' } })],
    'of another kind': [apply(one, secret('one'))],
    'of an unknown version': [apply(one, { ...map({}), apiVersion: 'v7' })],
    'with managed fields': [apply(one, map({}, { managedFields: [{ manager: 'x', operation: 'Apply' }] }))],
    'with an unknown field': [apply(one, { ...map({ a: '1' }), other: 1 })],
    'with an unknown field of a widget': [apply(thing, wid({ size: 1, unknown: 2 }))],
    'strictly with an unknown field of a widget': [
      apply(`${thing}?fieldValidation=Strict`, wid({ size: 1, unknown: 2 })),
    ],
    'with a wrong type': [apply(one, map({ a: 1 }))],
    'with a list for a map': [apply(one, { ...map({}), data: ['a'] })],
    'with a wrong type of a widget': [apply(thing, wid({ size: 'x' }))],
    'with null': [apply(one, map({ a: null }))],
    'with null of a widget': [apply(thing, wid({ size: 1, note: null, max: null }))],
    'with what is wrong': [apply(thing, wid({ size: -1 }))],
    'with a resourceVersion that is old': [
      apply(one, map({ a: '1' })),
      apply(one, map({ a: '2' }, { resourceVersion: '1' })),
    ],
    'with a resourceVersion of what is not there': [apply(one, map({ a: '1' }, { resourceVersion: '1' }))],
    'with a uid of what is not there': [apply(one, map({ a: '1' }, { uid: '11111111-1111-1111-1111-111111111111' }))],
    'with another uid': [
      apply(one, map({ a: '1' })),
      apply(one, map({ a: '2' }, { uid: '11111111-1111-1111-1111-111111111111' })),
    ],
    'in a dry run': [apply(`${one}?dryRun=All`, map({ a: '1' })), get(one)],
    'a change in a dry run': [apply(one, map({ a: '1' })), apply(`${one}?dryRun=All`, map({ a: '2' })), get(one)],
    yaml: [apply(one, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: "1"\n')],
    'yaml that is none': [apply(one, 'a: [')],
    'yaml with a key twice': [
      apply(
        `${one}?fieldValidation=Strict`,
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: "1"\n  a: "2"\n',
      ),
    ],
    empty: [apply(one, '')],
    'a list': [apply(one, '[]')],
    'a text': [apply(one, 'hello')],
    'to a collection': [apply(CONFIG_MAPS, map({}))],
    'a gadget': [
      apply(`${GADGETS}/<id>`, gadget('<id>', { a: { b: [1, { c: 2 }] } })),
      apply(`${GADGETS}/<id>`, gadget('<id>', { a: { d: 1 } })),
    ],
    'a namespace': [apply(`${NAMESPACES}/<id>-x`, namespace('<id>-x', {}, { labels: { a: 'b' } }))],
    'a secret with stringData': [
      apply(`${SECRETS}/one`, secret('one', { stringData: { a: 'x' } })),
      apply(`${SECRETS}/one`, secret('one', { data: { a: 'eQ==' } })),
    ],
    finalizers: [
      apply(one, map({}, { finalizers: ['example.com/a'] })),
      apply(one, map({}, { finalizers: ['example.com/b'] }), 'bob'),
      apply(one, map({})),
    ],
    'an account': [
      apply(
        '/api/v1/namespaces/<ns>/serviceaccounts/one',
        serviceAccount('one', { secrets: [{ name: 'a' }], imagePullSecrets: [{ name: 'x' }] }),
      ),
      apply('/api/v1/namespaces/<ns>/serviceaccounts/one', serviceAccount('one', { secrets: [{ name: 'b' }] }), 'bob'),
    ],
    'the rules of a role': [
      apply(`${ROLES}/one`, role('one', { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] })),
      apply(
        `${ROLES}/one`,
        role('one', { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }] }),
        'bob',
      ),
    ],
  }),
  ...cases('apply', 'conflicts', {
    'of one field': [apply(one, map({ a: '1' })), apply(one, map({ a: '2' }), 'bob')],
    'of two fields': [apply(one, map({ a: '1', b: '2' })), apply(one, map({ a: '2', b: '3' }), 'bob')],
    'of the same value': [apply(one, map({ a: '1' })), apply(one, map({ a: '1' }), 'bob'), apply(one, map({}))],
    forced: [
      apply(one, map({ a: '1', b: '2' })),
      apply(`${one}?force=true`, map({ a: '2' }), 'bob'),
      apply(one, map({ b: '2' })),
    ],
    'force that is none': [apply(`${one}?force=maybe`, map({}))],
    'with an update': [post(CONFIG_MAPS, map({ a: '1' })), apply(one, map({ a: '2' }))],
    'with an update later': [
      apply(one, map({ a: '1' })),
      put(`${one}?fieldManager=bob`, map({ a: '2' })),
      apply(one, map({ a: '1' })),
      apply(`${one}?force=true`, map({ a: '1' })),
    ],
    'with a patch': [
      apply(one, map({ a: '1' })),
      mergePatch(`${one}?fieldManager=bob`, { data: { a: '9' } }),
      apply(one, map({ a: '1' })),
    ],
    'in a list as map': [
      apply(
        thing,
        wid({
          size: 1,
          parts: [
            { name: 'p', count: 1 },
            { name: 'q', count: 2 },
          ],
        }),
      ),
      apply(thing, wid({ parts: [{ name: 'q', count: 3 }] }), 'bob'),
      apply(`${thing}?force=true`, wid({ parts: [{ name: 'q', count: 3 }, { name: 'r' }] }), 'bob'),
      apply(thing, wid({ size: 1, parts: [{ name: 'p', count: 1 }] })),
    ],
    'in a list with two keys': [
      apply(
        thing,
        wid({
          size: 1,
          ports: [
            { number: 80, label: 'a' },
            { number: 80, protocol: 'UDP', label: 'b' },
          ],
        }),
      ),
      apply(thing, wid({ ports: [{ number: 80, protocol: 'TCP', label: 'c' }] }), 'bob'),
      apply(thing, wid({ ports: [{ number: 81 }] }), 'bob'),
    ],
    'in a set': [
      apply(thing, wid({ size: 1, tags: ['a', 'b'] })),
      apply(thing, wid({ tags: ['b', 'c'] }), 'bob'),
      apply(thing, wid({ size: 1, tags: ['c'] })),
    ],
    'in an atomic list': [
      apply(thing, wid({ size: 1, atomic: ['a'] })),
      apply(thing, wid({ atomic: ['b'] }), 'bob'),
      apply(`${thing}?force=true`, wid({ atomic: ['b'] }), 'bob'),
    ],
    'in an atomic map': [
      apply(thing, wid({ size: 1, sealed: { a: '1' } })),
      apply(thing, wid({ sealed: { b: '2' } }), 'bob'),
      apply(`${thing}?force=true`, wid({ sealed: { b: '2' } }), 'bob'),
    ],
    'in an open map': [
      apply(thing, wid({ size: 1, open: { a: { b: 1 } } })),
      apply(thing, wid({ open: { a: { c: 2 }, d: [1] } }), 'bob'),
      apply(thing, wid({ open: { d: [2] } }), 'carl'),
    ],
    'in labels': [
      apply(thing, wid({ size: 1 }, { labels: { a: '1' } })),
      apply(thing, wid({}, { labels: { a: '2' } }), 'bob'),
    ],
    'twice in a list as map': [apply(thing, wid({ size: 1, parts: [{ name: 'p' }, { name: 'p' }] }))],
    'twice in a set': [apply(thing, wid({ size: 1, tags: ['a', 'a'] }))],
    'without a key': [apply(thing, wid({ size: 1, parts: [{ count: 2 }] }))],
    'over a default': [apply(thing, wid({ size: 1 })), apply(thing, wid({ color: 'red' }), 'bob')],
    'many fields': [
      apply(one, map(Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`k${n}`, 'a'])))),
      apply(one, map(Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`k${n}`, 'b']))), 'bob'),
    ],
  }),
  ...cases('apply', 'managers', {
    'given away': [
      apply(one, map({ a: '1' })),
      apply(one, map({ a: '1' }), 'bob'),
      apply(one, { ...configMap('one') }),
      get(one),
    ],
    'nobody owns any more': [apply(one, map({ a: '1' })), apply(one, configMap('one')), get(one)],
    'after an update': [
      post(CONFIG_MAPS, map({ a: '1' })),
      apply(`${one}?force=true`, map({ a: '2' })),
      put(`${one}?fieldManager=bob`, map({ b: '1' })),
    ],
    cleared: [
      apply(one, map({ a: '1' })),
      mergePatch(one, { metadata: { managedFields: [{}] } }),
      apply(one, map({ a: '2' })),
    ],
    'from last applied': [
      post(
        `${CONFIG_MAPS}?fieldManager=kubectl-client-side-apply`,
        map(
          { a: '1', b: '2' },
          {
            annotations: {
              'kubectl.kubernetes.io/last-applied-configuration':
                '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"a":"1","b":"2"}}\n',
            },
          },
        ),
      ),
      apply(one, map({ a: '1' }), 'kubectl'),
    ],
    'by status': [
      apply(thing, wid({ size: 1 })),
      apply(
        `${thing}/status`,
        { ...rawWidget('one', {}), status: { observed: 1, conditions: [{ type: 'Ready', status: 'True' }] } },
        'bob',
      ),
      apply(`${thing}/status`, { ...rawWidget('one', {}), status: { observed: 2 } }, 'carl'),
    ],
    'by scale': [
      apply(thing, wid({ size: 1, replicas: 2 })),
      mergePatch(`${thing}/scale?fieldManager=bob`, { spec: { replicas: 3 } }),
      apply(thing, wid({ size: 1, replicas: 2 })),
      apply(thing, wid({ size: 1 })),
    ],
    'apply to scale': [
      apply(thing, wid({ size: 1 })),
      apply(
        `${thing}/scale`,
        { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'one' }, spec: { replicas: 4 } },
        'bob',
      ),
    ],
    'status of what is not there': [apply(`${thing}/status`, { ...wid({}), status: {} })],
    'an owned item changed by update': [
      apply(thing, wid({ size: 1, parts: [{ name: 'p', count: 1 }], tags: ['a'] })),
      mergePatch(`${thing}?fieldManager=bob`, {
        spec: { parts: [{ name: 'p', count: 2 }, { name: 'q' }], tags: ['b', 'a'] },
      }),
      apply(thing, wid({ size: 1 })),
    ],
  }),
]
