import { type Case, cases, get, type Json, jsonPatch, mergePatch, post, type Step, strategicPatch } from '../case.ts'
import {
  CONFIG_MAPS,
  configMap,
  NAMESPACES,
  namespace,
  role,
  SECRETS,
  secret,
  serviceAccount,
  WIDGETS,
  widget,
} from './objects.ts'

const data = { a: '1', b: '2' }
const map = post(
  CONFIG_MAPS,
  configMap('one', { data }, { labels: { a: 'b', c: 'd' }, finalizers: ['example.com/a', 'example.com/b'] }),
  { as: 'one' },
)
const thing = post(
  WIDGETS,
  widget(
    'one',
    { tags: ['x', 'y'], parts: [{ name: 'p' }, { name: 'q', count: 2 }], note: 'n', open: { a: { b: [1, 2] } } },
    { labels: { a: 'b' } },
  ),
  { as: 'one' },
)
const ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/<ns>/roles'
const ACCOUNTS = '/api/v1/namespaces/<ns>/serviceaccounts'

type Patch = (path: string, body: Json) => Step

function patches(make: Patch, tried: Record<string, Json>): Record<string, Step[]> {
  return Object.fromEntries(
    Object.entries(tried).flatMap(([title, body]) => [
      [`configmap ${title}`, [map, make(`${CONFIG_MAPS}/one`, body)]],
      [`widget ${title}`, [thing, make(`${WIDGETS}/one`, body)]],
    ]),
  )
}

/** Its owner is there, or the garbage collector would remove it in the middle. */
const owned: readonly Step[] = [
  get(`${ACCOUNTS}/default`, { as: 'owner', pick: ['/kind'] }),
  post(
    CONFIG_MAPS,
    configMap(
      'one',
      {},
      {
        ownerReferences: [{ apiVersion: 'v1', kind: 'ServiceAccount', name: 'default', uid: '<owner.metadata.uid>' }],
      },
    ),
  ),
]

export const patchCases: readonly Case[] = [
  ...cases('patch', 'merge', {
    ...patches(mergePatch, {
      'a label': { metadata: { labels: { x: 'y' } } },
      'a label away': { metadata: { labels: { a: null } } },
      'all labels away': { metadata: { labels: null } },
      nothing: {},
      data: { data: { a: null, c: '3' } },
      'a list': { metadata: { finalizers: ['example.com/c'] } },
      'a bad label': { metadata: { labels: { a: '-' } } },
      'a wrong type': { metadata: { labels: 'x' } },
      'another name': { metadata: { name: 'two' } },
      'another namespace': { metadata: { namespace: 'other' } },
      'another kind': { kind: 'Secret' },
      'another version': { apiVersion: 'v2' },
      'the kind away': { kind: null },
      'metadata away': { metadata: null },
      'the name away': { metadata: { name: null } },
      'an old version': { metadata: { resourceVersion: '1' } },
      'its own version': { metadata: { resourceVersion: '<one.metadata.resourceVersion>', labels: { n: 'm' } } },
      'another uid': { metadata: { uid: '11111111-1111-1111-1111-111111111111' } },
      'managed fields away': { metadata: { managedFields: null } },
      'managed fields emptied': { metadata: { managedFields: [{}] } },
      'an unknown field': { other: 1, spec: { unknown: 2 } },
      'not json': '{"a":',
      'a list as patch': '[]',
      'a number as patch': '5',
      empty: '',
      'null as patch': 'null',
      'a creation time away': { metadata: { creationTimestamp: null } },
    }),
    'spec of a widget': [
      thing,
      mergePatch(`${WIDGETS}/one`, { spec: { size: 7, tags: ['z'], note: null, parts: null, open: { a: { c: 1 } } } }),
    ],
    'a widget to what is wrong': [thing, mergePatch(`${WIDGETS}/one`, { spec: { color: 'pink' } })],
    'a required field away': [thing, mergePatch(`${WIDGETS}/one`, { spec: { size: null } })],
    'spec away': [thing, mergePatch(`${WIDGETS}/one`, { spec: null })],
    'a defaulted field away': [thing, mergePatch(`${WIDGETS}/one`, { spec: { color: null, nested: null } })],
    'of what is not there': [mergePatch(`${CONFIG_MAPS}/none`, {}), mergePatch(`${WIDGETS}/none`, {})],
    'of a collection': [mergePatch(CONFIG_MAPS, {})],
    'in a dry run': [map, mergePatch(`${CONFIG_MAPS}/one?dryRun=All`, { data: { c: '3' } }), get(`${CONFIG_MAPS}/one`)],
    'strict with an unknown field': [map, mergePatch(`${CONFIG_MAPS}/one?fieldValidation=Strict`, { other: 1 })],
    'strict with an unknown field of a widget': [
      thing,
      mergePatch(`${WIDGETS}/one?fieldValidation=Strict`, { spec: { unknown: 1 } }),
    ],
    'strict with a duplicate field': [
      thing,
      mergePatch(`${WIDGETS}/one?fieldValidation=Strict`, '{"spec":{"size":1,"size":2}}'),
    ],
    'with force': [map, mergePatch(`${CONFIG_MAPS}/one?force=true`, {})],
    'with a manager': [map, mergePatch(`${CONFIG_MAPS}/one?fieldManager=bob`, { data: { c: '3' } })],
    'with a bad option': [map, mergePatch(`${CONFIG_MAPS}/one?dryRun=x`, {})],
    'numbers into data': [map, mergePatch(`${CONFIG_MAPS}/one`, { data: { c: 3 } })],
    'of a secret': [
      post(SECRETS, secret('one', { data: { a: 'YQ==' } })),
      mergePatch(`${SECRETS}/one`, { stringData: { b: 'x' }, data: { a: null } }),
    ],
  }),
  ...cases('patch', 'json', {
    ...patches(jsonPatch, {
      'add a label': [{ op: 'add', path: '/metadata/labels/x', value: 'y' }],
      'replace a label': [{ op: 'replace', path: '/metadata/labels/a', value: 'y' }],
      'remove a label': [{ op: 'remove', path: '/metadata/labels/a' }],
      'remove what is not there': [{ op: 'remove', path: '/metadata/labels/none' }],
      'replace what is not there': [{ op: 'replace', path: '/metadata/labels/none', value: 'x' }],
      'add below what is not there': [{ op: 'add', path: '/metadata/none/x', value: 'y' }],
      'a test that holds': [
        { op: 'test', path: '/metadata/labels/a', value: 'b' },
        { op: 'add', path: '/metadata/labels/x', value: 'y' },
      ],
      'a test that fails': [
        { op: 'test', path: '/metadata/labels/a', value: 'z' },
        { op: 'add', path: '/metadata/labels/x', value: 'y' },
      ],
      'a test of what is not there': [{ op: 'test', path: '/metadata/none', value: 'z' }],
      'move a label': [{ op: 'move', from: '/metadata/labels/a', path: '/metadata/labels/x' }],
      'copy a label': [{ op: 'copy', from: '/metadata/labels/a', path: '/metadata/labels/x' }],
      'move what is not there': [{ op: 'move', from: '/metadata/labels/none', path: '/metadata/labels/x' }],
      'an unknown operation': [{ op: 'merge', path: '/metadata', value: {} }],
      'without an operation': [{ path: '/metadata' }],
      'without a path': [{ op: 'add', value: 1 }],
      'without a value': [{ op: 'add', path: '/metadata/labels/x' }],
      'a bad pointer': [{ op: 'add', path: 'metadata', value: 1 }],
      'the whole': [{ op: 'replace', path: '', value: {} }],
      'an escaped pointer': [
        { op: 'add', path: '/metadata/annotations', value: { 'a/b': '1' } },
        { op: 'replace', path: '/metadata/annotations/a~1b', value: '2' },
      ],
      nothing: [],
      'an object': { op: 'add', path: '/metadata/labels/x', value: 'y' },
      'not json': '[{',
      empty: '',
      'another name': [{ op: 'replace', path: '/metadata/name', value: 'two' }],
      'a wrong type': [{ op: 'replace', path: '/metadata/labels', value: 'x' }],
      'a version test': [
        { op: 'test', path: '/metadata/resourceVersion', value: '<one.metadata.resourceVersion>' },
        { op: 'add', path: '/metadata/labels/x', value: 'y' },
      ],
      'an old version': [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }],
      'too many operations': Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'x' })),
      'a null': [{ op: 'add', path: '/metadata/labels/x', value: null }],
    }),
    'list items': [
      thing,
      jsonPatch(`${WIDGETS}/one`, [
        { op: 'add', path: '/spec/tags/-', value: 'z' },
        { op: 'add', path: '/spec/tags/0', value: 'w' },
        { op: 'remove', path: '/spec/tags/1' },
        { op: 'replace', path: '/spec/parts/1/count', value: 9 },
      ]),
    ],
    'a list index beyond the end': [
      thing,
      jsonPatch(`${WIDGETS}/one`, [{ op: 'add', path: '/spec/tags/9', value: 'z' }]),
    ],
    'a list index that is none': [
      thing,
      jsonPatch(`${WIDGETS}/one`, [{ op: 'add', path: '/spec/tags/x', value: 'z' }]),
    ],
    'a negative list index': [thing, jsonPatch(`${WIDGETS}/one`, [{ op: 'add', path: '/spec/tags/-1', value: 'z' }])],
    'a copy of a tree': [
      thing,
      jsonPatch(`${WIDGETS}/one`, [{ op: 'copy', from: '/spec/open/a', path: '/spec/open/c' }]),
    ],
    'an unknown field strictly': [
      thing,
      jsonPatch(`${WIDGETS}/one?fieldValidation=Strict`, [{ op: 'add', path: '/spec/unknown', value: 1 }]),
    ],
    'a number is compared as one': [
      thing,
      jsonPatch(`${WIDGETS}/one`, [{ op: 'test', path: '/spec/size', value: 1.0 }]),
    ],
  }),
  ...cases('patch', 'strategic', {
    'a label': [map, strategicPatch(`${CONFIG_MAPS}/one`, { metadata: { labels: { x: 'y', a: null } } })],
    'finalizers merge': [
      map,
      strategicPatch(`${CONFIG_MAPS}/one`, { metadata: { finalizers: ['example.com/c', 'example.com/a'] } }),
    ],
    'a finalizer away': [
      map,
      strategicPatch(`${CONFIG_MAPS}/one`, { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } }),
    ],
    'finalizers in an order': [
      map,
      strategicPatch(`${CONFIG_MAPS}/one`, {
        metadata: {
          finalizers: ['example.com/c'],
          '$setElementOrder/finalizers': ['example.com/c', 'example.com/b', 'example.com/a'],
        },
      }),
    ],
    'an order without an item': [
      map,
      strategicPatch(`${CONFIG_MAPS}/one`, {
        metadata: { finalizers: ['example.com/c'], '$setElementOrder/finalizers': ['example.com/a'] },
      }),
    ],
    'labels replaced': [
      map,
      strategicPatch(`${CONFIG_MAPS}/one`, { metadata: { labels: { $patch: 'replace', z: 'z' } } }),
    ],
    'labels deleted': [map, strategicPatch(`${CONFIG_MAPS}/one`, { metadata: { labels: { $patch: 'delete' } } })],
    'data retained': [map, strategicPatch(`${CONFIG_MAPS}/one`, { data: { $retainKeys: ['a'], a: '9' } })],
    'an unknown directive': [map, strategicPatch(`${CONFIG_MAPS}/one`, { metadata: { labels: { $patch: 'other' } } })],
    'not an object': [map, strategicPatch(`${CONFIG_MAPS}/one`, '[]')],
    'not json': [map, strategicPatch(`${CONFIG_MAPS}/one`, '{')],
    empty: [map, strategicPatch(`${CONFIG_MAPS}/one`, '')],
    nothing: [map, strategicPatch(`${CONFIG_MAPS}/one`, {})],
    'a wrong type': [map, strategicPatch(`${CONFIG_MAPS}/one`, { data: 'x' })],
    'an unknown field': [map, strategicPatch(`${CONFIG_MAPS}/one`, { other: 1 })],
    'strictly an unknown field': [
      map,
      strategicPatch(`${CONFIG_MAPS}/one?fieldValidation=Strict`, { other: 1, metadata: { another: 2 } }),
    ],
    'of a widget': [thing, strategicPatch(`${WIDGETS}/one`, { metadata: { labels: { x: 'y' } } })],
    'an owner more': [
      ...owned,
      strategicPatch(`${CONFIG_MAPS}/one?dryRun=All`, {
        metadata: {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'Namespace', name: 'b', uid: 'u2' },
            { uid: '<owner.metadata.uid>', name: 'changed' },
          ],
        },
      }),
    ],
    'an owner less': [
      ...owned,
      strategicPatch(`${CONFIG_MAPS}/one?dryRun=All`, {
        metadata: { ownerReferences: [{ $patch: 'delete', uid: '<owner.metadata.uid>' }] },
      }),
    ],
    'an owner without its key': [
      ...owned,
      strategicPatch(`${CONFIG_MAPS}/one?dryRun=All`, { metadata: { ownerReferences: [{ name: 'x' }] } }),
    ],
    'secrets of an account': [
      post(ACCOUNTS, serviceAccount('one', { secrets: [{ name: 'a' }, { name: 'b' }] })),
      strategicPatch(`${ACCOUNTS}/one`, { secrets: [{ name: 'c' }, { name: 'a', namespace: 'n' }] }),
      strategicPatch(`${ACCOUNTS}/one`, { secrets: [{ name: 'b', $patch: 'delete' }] }),
      strategicPatch(`${ACCOUNTS}/one`, { secrets: [{ $patch: 'replace' }, { name: 'z' }] }),
    ],
    'rules of a role': [
      post(ROLES, role('one', { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }] })),
      strategicPatch(`${ROLES}/one`, { rules: [{ verbs: ['list'], apiGroups: [''], resources: ['secrets'] }] }),
    ],
    'conditions of a namespace': [
      post(NAMESPACES, namespace('<id>-x')),
      strategicPatch(`${NAMESPACES}/<id>-x/status`, {
        status: {
          conditions: [
            { type: 'A', status: 'True' },
            { type: 'B', status: 'True' },
          ],
        },
      }),
      strategicPatch(`${NAMESPACES}/<id>-x/status`, { status: { conditions: [{ type: 'A', status: 'False' }] } }),
    ],
    'data of a secret': [
      post(SECRETS, secret('one', { data: { a: 'YQ==' } })),
      strategicPatch(`${SECRETS}/one`, { data: { a: null, b: 'Yg==' } }),
    ],
    'of what is not there': [strategicPatch(`${CONFIG_MAPS}/none`, {})],
  }),
  ...cases('patch', 'types', {
    'of an unknown type': [map, { ...mergePatch(`${CONFIG_MAPS}/one`, {}), type: 'application/json' } as Step],
    'of an unknown type for a widget': [thing, { ...mergePatch(`${WIDGETS}/one`, {}), type: 'text/plain' } as Step],
    'of no type': [map, { ...mergePatch(`${CONFIG_MAPS}/one`, {}), type: '' } as Step],
    'with a charset': [
      map,
      { ...mergePatch(`${CONFIG_MAPS}/one`, {}), type: 'application/merge-patch+json; charset=utf-8' } as Step,
    ],
  }),
]
