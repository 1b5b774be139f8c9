import { type Case, cases, del, get, type Json, mergePatch, post, put } from '../case.ts'
import {
  CONFIG_MAPS,
  configMap,
  GADGETS,
  gadget,
  LEASES,
  lease,
  NAMESPACES,
  namespace,
  rawWidget,
  SECRETS,
  secret,
  WIDGETS,
  widget,
} from './objects.ts'

const OTHER_UID = '11111111-1111-1111-1111-111111111111'
const one = post(CONFIG_MAPS, configMap('one', { data: { a: '1' } }), { as: 'one' })
const oneWidget = post(WIDGETS, widget('one', { fixed: 'x', parts: [{ name: 'p' }] }), { as: 'one' })

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
/** It is bound to nothing. */
const policy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: '<id>' },
  spec: {
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }],
    },
    validations: [{ expression: 'true' }],
  },
}
const STATUS = ['/metadata/labels', '/metadata/generation', '/status/observedGeneration']

const metadata = (changes: Record<string, { [key: string]: Json }>) =>
  Object.fromEntries(
    Object.entries(changes).flatMap(([title, change]) => [
      [
        `configmap ${title}`,
        [one, put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '2' } }, change)), get(`${CONFIG_MAPS}/one`)],
      ],
      [
        `widget ${title}`,
        [oneWidget, put(`${WIDGETS}/one`, widget('one', { size: 2, fixed: 'x' }, change)), get(`${WIDGETS}/one`)],
      ],
    ]),
  )

export const updateCases: readonly Case[] = [
  ...cases(
    'update',
    'metadata',
    metadata({
      plain: {},
      'with its version': { resourceVersion: '<one.metadata.resourceVersion>' },
      'with an old version': { resourceVersion: '1' },
      'with a version that is none': { resourceVersion: 'x' },
      'with version 0': { resourceVersion: '0' },
      'with its uid': { uid: '<one.metadata.uid>' },
      'with another uid': { uid: OTHER_UID },
      'with another creation time': { creationTimestamp: '2001-02-03T04:05:06Z' },
      'with a deletion time': { deletionTimestamp: '2001-02-03T04:05:06Z' },
      'with a generation': { generation: 99 },
      'with labels': { labels: { a: 'b' } },
      'with a bad label': { labels: { a: '-' } },
      'with a finalizer': { finalizers: ['example.com/a'] },
      'with another generateName': { generateName: 'x-' },
      'with no managed fields': { managedFields: [] },
      'with emptied managed fields': { managedFields: [{}] },
      'with bad managed fields': {
        managedFields: [{ manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'Other', fieldsV1: {} }],
      },
      'in another namespace': { namespace: 'other' },
    }),
  ),
  ...cases('update', 'objects', {
    'of another name': [one, put(`${CONFIG_MAPS}/one`, configMap('two'))],
    'without a name': [one, put(`${CONFIG_MAPS}/one`, configMap(''))],
    'widget without a name': [oneWidget, put(`${WIDGETS}/one`, widget(''))],
    'of what is not there': [put(`${CONFIG_MAPS}/none`, configMap('none'))],
    'of a widget that is not there': [put(`${WIDGETS}/none`, widget('none'))],
    'of what is not there with a uid': [put(`${CONFIG_MAPS}/none`, configMap('none', {}, { uid: OTHER_UID }))],
    'of what is not there with a version': [
      put(`${CONFIG_MAPS}/none`, configMap('none', {}, { resourceVersion: '5' })),
    ],
    'a lease that is not there is made': [put(`${LEASES}/none`, lease('none')), get(`${LEASES}/none`)],
    'a lease that is not there in a dry run': [put(`${LEASES}/none?dryRun=All`, lease('none')), get(`${LEASES}/none`)],
    'of a collection': [put(CONFIG_MAPS, configMap('one'))],
    'of another kind': [one, put(`${CONFIG_MAPS}/one`, secret('one'))],
    'in a dry run': [
      one,
      put(`${CONFIG_MAPS}/one?dryRun=All`, configMap('one', { data: { b: '2' } })),
      get(`${CONFIG_MAPS}/one`),
    ],
    'in a dry run of a widget': [
      oneWidget,
      put(`${WIDGETS}/one?dryRun=All`, widget('one', { size: 5, fixed: 'x' })),
      get(`${WIDGETS}/one`),
    ],
    'that changes nothing': [
      one,
      put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '1' } })),
      get(`${CONFIG_MAPS}/one`),
    ],
    'of a deleted one': [one, del(`${CONFIG_MAPS}/one`), put(`${CONFIG_MAPS}/one`, configMap('one'))],
    'generation moves with the spec': [
      oneWidget,
      put(`${WIDGETS}/one`, widget('one', { size: 2, fixed: 'x' })),
      put(`${WIDGETS}/one`, widget('one', { size: 2, fixed: 'x' }, { labels: { a: 'b' } })),
      put(`${WIDGETS}/one/status`, { ...widget('one'), status: { observed: 1 } }),
      put(`${WIDGETS}/one`, { ...widget('one', { size: 2, fixed: 'x' }), status: { observed: 5 } }),
    ],
    'generation of a gadget': [
      post(GADGETS, gadget('<id>', { a: 1 })),
      put(`${GADGETS}/<id>`, gadget('<id>', { a: 2 }), {}),
      put(`${GADGETS}/<id>`, gadget('<id>', { a: 2 }, { resourceVersion: '1' })),
    ],
    'a gadget with its version': [
      post(GADGETS, gadget('<id>', { a: 1 }), { as: 'g' }),
      put(
        `${GADGETS}/<id>`,
        gadget('<id>', { a: 2, status: { b: 3 } }, { resourceVersion: '<g.metadata.resourceVersion>' }),
      ),
      get(`${GADGETS}/<id>`),
    ],
    'a widget without version': [
      oneWidget,
      put(`${WIDGETS}/one`, widget('one', { size: 3, fixed: 'x' })),
      get(`${WIDGETS}/one`),
    ],
    'a transition rule': [
      oneWidget,
      put(`${WIDGETS}/one`, widget('one', { fixed: 'y' }, { resourceVersion: '<one.metadata.resourceVersion>' })),
    ],
    'strict with unknown fields': [
      oneWidget,
      put(`${WIDGETS}/one?fieldValidation=Strict`, rawWidget('one', { size: 1, other: 2 })),
    ],
    'with unknown fields': [
      oneWidget,
      put(
        `${WIDGETS}/one`,
        widget('one', { fixed: 'x', other: 2 }, { resourceVersion: '<one.metadata.resourceVersion>' }),
      ),
    ],
    'strict with unknown fields of a configmap': [
      one,
      put(`${CONFIG_MAPS}/one?fieldValidation=Strict`, configMap('one', { other: 2 })),
    ],
    'with a field manager': [
      one,
      put(`${CONFIG_MAPS}/one?fieldManager=bob`, configMap('one', { data: { a: '1', b: '2' } })),
    ],
    'with a bad field manager': [one, put(`${CONFIG_MAPS}/one?fieldManager=%01`, configMap('one'))],
    'with a long field manager': [one, put(`${CONFIG_MAPS}/one?fieldManager=${'m'.repeat(129)}`, configMap('one'))],
  }),
  ...cases('update', 'immutable', {
    'data of an immutable configmap': [
      post(CONFIG_MAPS, configMap('one', { data: { a: '1' }, immutable: true })),
      put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '2' }, immutable: true })),
      put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '1' } })),
      put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '1' }, immutable: false, binaryData: { b: 'YQ==' } })),
      put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '1' }, immutable: true }, { labels: { a: 'b' } })),
    ],
    'data of an immutable secret': [
      post(SECRETS, secret('one', { stringData: { a: '1' }, immutable: true })),
      put(`${SECRETS}/one`, secret('one', { stringData: { a: '2' }, immutable: true })),
      mergePatch(`${SECRETS}/one`, { immutable: null }),
      mergePatch(`${SECRETS}/one`, { metadata: { labels: { a: 'b' } } }),
    ],
    'the type of a secret': [
      post(SECRETS, secret('one', { type: 'example.com/x' })),
      put(`${SECRETS}/one`, secret('one', { type: 'example.com/y' })),
      put(`${SECRETS}/one`, secret('one')),
    ],
    'a configmap becomes immutable': [
      one,
      mergePatch(`${CONFIG_MAPS}/one`, { immutable: true }),
      mergePatch(`${CONFIG_MAPS}/one`, { data: { a: '2' } }),
    ],
  }),
  ...cases('update', 'status', {
    'of a widget': [
      oneWidget,
      put(`${WIDGETS}/one/status`, { ...widget('one', { size: 9 }), status: { observed: 2 } }),
      get(`${WIDGETS}/one/status`),
    ],
    'left alone by an update of the whole': [
      oneWidget,
      get(`${WIDGETS}/one`, { as: 'one', pick: ['/kind'] }),
      put(`${WIDGETS}/one`, {
        ...widget('one', { size: 3 }, { resourceVersion: '<one.metadata.resourceVersion>' }),
        status: { observed: 7 },
      }),
      get(`${WIDGETS}/one`),
    ],
    'of a policy left alone by an update of the whole': [
      post(POLICIES, policy, { pick: STATUS }),
      // A controller may write it, too.
      mergePatch(`${POLICIES}/<id>/status`, { status: { observedGeneration: 1 } }, { pick: STATUS }),
      mergePatch(
        `${POLICIES}/<id>`,
        { metadata: { labels: { a: 'b' } }, status: { observedGeneration: 7 } },
        { pick: STATUS },
      ),
      get(`${POLICIES}/<id>`, { pick: STATUS }),
      del(`${POLICIES}/<id>`, undefined, { pick: ['/status'] }),
    ],
    'that is wrong': [oneWidget, put(`${WIDGETS}/one/status`, { ...widget('one'), status: { observed: 11 } })],
    'with labels': [
      oneWidget,
      put(`${WIDGETS}/one/status`, {
        ...widget('one', {}, { labels: { a: 'b' }, annotations: { a: 'b' }, finalizers: ['example.com/a'] }),
        status: {},
      }),
    ],
    'with an old version': [
      oneWidget,
      put(`${WIDGETS}/one/status`, { ...widget('one', {}, { resourceVersion: '1' }), status: {} }),
    ],
    'of what is not there': [put(`${WIDGETS}/none/status`, { ...widget('none'), status: {} })],
    'without a status': [oneWidget, put(`${WIDGETS}/one/status`, widget('one'))],
    'of another name': [oneWidget, put(`${WIDGETS}/one/status`, widget('two'))],
    'by a merge patch': [
      oneWidget,
      mergePatch(`${WIDGETS}/one/status`, { spec: { size: 7 }, status: { observed: 3 } }),
    ],
    'by a merge patch to the object': [oneWidget, mergePatch(`${WIDGETS}/one`, { status: { observed: 3 } })],
    'of a namespace': [
      post(NAMESPACES, namespace('<id>-x')),
      put(
        `${NAMESPACES}/<id>-x/status`,
        namespace('<id>-x', { status: { phase: 'Active', conditions: [{ type: 'A', status: 'True' }] } }),
      ),
      put(
        `${NAMESPACES}/<id>-x/finalize`,
        namespace('<id>-x', { spec: { finalizers: ['kubernetes', 'example.com/f'] } }),
      ),
    ],
    'created by post': [oneWidget, post(`${WIDGETS}/one/status`, widget('one'))],
    deleted: [oneWidget, del(`${WIDGETS}/one/status`)],
  }),
  ...cases('update', 'scale', {
    get: [oneWidget, get(`${WIDGETS}/one/scale`)],
    'with a status': [
      oneWidget,
      mergePatch(`${WIDGETS}/one/status`, { status: { replicas: 4, selector: 'a=b' } }),
      get(`${WIDGETS}/one/scale`),
    ],
    put: [
      oneWidget,
      get(`${WIDGETS}/one/scale`, { as: 's' }),
      put(`${WIDGETS}/one/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'one', namespace: '<ns>', resourceVersion: '<s.metadata.resourceVersion>' },
        spec: { replicas: 5 },
      }),
      get(`${WIDGETS}/one`),
    ],
    'put without version': [
      oneWidget,
      put(`${WIDGETS}/one/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'one', namespace: '<ns>' },
        spec: { replicas: 5 },
      }),
    ],
    'put an old version': [
      oneWidget,
      put(`${WIDGETS}/one/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'one', namespace: '<ns>', resourceVersion: '1' },
        spec: { replicas: 5 },
      }),
    ],
    'put of another name': [
      oneWidget,
      put(`${WIDGETS}/one/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'two', namespace: '<ns>' },
        spec: { replicas: 5 },
      }),
    ],
    'put of a widget': [oneWidget, put(`${WIDGETS}/one/scale`, widget('one'))],
    'put a negative number': [
      oneWidget,
      put(`${WIDGETS}/one/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'one', namespace: '<ns>' },
        spec: { replicas: -1 },
      }),
    ],
    patch: [oneWidget, mergePatch(`${WIDGETS}/one/scale`, { spec: { replicas: 3 } }), get(`${WIDGETS}/one`)],
    'patch in a dry run': [
      oneWidget,
      mergePatch(`${WIDGETS}/one/scale?dryRun=All`, { spec: { replicas: 3 } }),
      get(`${WIDGETS}/one/scale`),
    ],
    'patch to a text': [oneWidget, mergePatch(`${WIDGETS}/one/scale`, { spec: { replicas: 'x' } })],
    'of what is not there': [
      get(`${WIDGETS}/none/scale`),
      mergePatch(`${WIDGETS}/none/scale`, { spec: { replicas: 3 } }),
    ],
    'of a kind without': [post(GADGETS, gadget('<id>')), get(`${GADGETS}/<id>/scale`)],
  }),
]
