/** Mutating policies, each for its own namespace: what they change, and what becomes of those that cannot. */
import { type Case, cases, type Fields, get, type Json, mergePatch, post, type Step } from '../case.ts'
import { CONFIG_MAPS, configMap } from '../corpus/objects.ts'
import { API_VERSION, GROUP, policy, RULE } from './policy-cases.ts'

const MUTATING = `${GROUP}/mutatingadmissionpolicies`
const MUTATING_BINDINGS = `${GROUP}/mutatingadmissionpolicybindings`

const create = (name: string, data: Fields): Step => post(CONFIG_MAPS, configMap(name, { data }))
const mutation = (spec: Fields): Fields => policy({ reinvocationPolicy: 'Never', ...spec }, 'MutatingAdmissionPolicy')
const mutationBinding = (spec: Fields = {}): Fields => ({
  apiVersion: API_VERSION,
  kind: 'MutatingAdmissionPolicyBinding',
  metadata: { name: '<id>' },
  spec: { policyName: '<id>', ...spec },
})
const applying = (expression: string): Fields => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
})
const patching = (expression: string): Fields => ({ patchType: 'JSONPatch', jsonPatch: { expression } })
const MARK = applying('Object{metadata: Object.metadata{labels: {"marked": "yes"}}}')
const mutated = (mutations: Json, more: Fields = {}): Step[] => [
  post(MUTATING, mutation({ mutations: [MARK, ...(mutations as Json[])], ...more })),
  post(MUTATING_BINDINGS, mutationBinding()),
  post(`${CONFIG_MAPS}?dryRun=All`, configMap('probe', { data: { a: '1' } }), {
    until: { field: 'metadata.labels.marked' },
  }),
]
/** Where the whole fails, nothing is marked: the failure itself tells that it is in force. */
const failing = (mutations: Json, more: Fields = {}): Step[] => [
  post(MUTATING, mutation({ mutations, ...more })),
  post(MUTATING_BINDINGS, mutationBinding()),
  post(`${CONFIG_MAPS}?dryRun=All`, configMap('probe', { data: { a: '1' } }), { until: { field: 'reason' } }),
]

const mutations = cases('create', 'mutating policies', {
  'apply configurations': [
    ...mutated([applying('Object{data: {"added": string(object.metadata.name)}}')]),
    create('one', { a: '1' }),
    mergePatch(`${CONFIG_MAPS}/one`, { data: { added: 'other' } }),
    get(`${CONFIG_MAPS}/one`),
  ],
  'JSON patches': [
    ...mutated([
      patching('[JSONPatch{op: "add", path: "/data/" + jsonpatch.escapeKey("x~y"), value: "1"}]'),
      patching('has(object.data.gone) ? [JSONPatch{op: "remove", path: "/data/gone"}] : []'),
      patching('[JSONPatch{op: "test", path: "/data/a", value: "nothing"}, JSONPatch{op: "remove", path: "/data/a"}]'),
    ]),
    create('one', { a: '1', gone: '1' }),
  ],
  conditions: [
    ...mutated([], { matchConditions: [{ name: 'c', expression: 'has(object.data) && "a" in object.data' }] }),
    create('with', { a: '1' }),
    create('without', { b: '1' }),
  ],
  'a patch that does not apply': failing([patching('[JSONPatch{op: "remove", path: "/data/absent"}]')]),
  'a patch of a path that is not there': failing([patching('[JSONPatch{op: "add", path: "/absent/x", value: "1"}]')]),
  'a replacement of what is not there': failing([
    patching('[JSONPatch{op: "replace", path: "/absent/x", value: "1"}]'),
  ]),
  'a configuration with an unknown field': failing([applying('Object{nothing: "x"}')]),
  'a configuration of a wrong type': failing([applying('Object{data: "x"}')]),
  'objects by wrong names': failing([applying('Object{metadata: Object.spec{labels: {"a": "b"}}}')]),
  'an expression that fails': failing([applying('Object{data: {"x": string(object.absent)}}')]),
  'failures that are ignored': [
    ...mutated([applying('Object{data: {"x": string(object.absent)}}')], { failurePolicy: 'Ignore' }),
    create('one', { a: '1' }),
  ],
  'several mutations, each after the other': [
    ...mutated([
      applying('Object{data: {"first": "1"}}'),
      applying('Object{data: {"second": object.data.first + "2"}}'),
    ]),
    create('one', { a: '1' }),
  ],
})

const mutationRefusals = cases('create', 'mutating policies refused', {
  ...Object.fromEntries(
    (
      [
        ['no configuration', [applying('"x"')]],
        ['no patch', [patching('"x"')]],
        ['a list of nothing', [patching('[]')]],
        ['a map instead of an object', [applying('{"a": "b"}')]],
        ['an unknown type', [applying('Something{}')]],
        ['an operation of a wrong type', [patching('[JSONPatch{op: 1}]')]],
        ['deletes', [MARK], { matchConstraints: { resourceRules: [{ ...RULE, operations: ['DELETE'] }] } }],
        ['nothing', []],
        ['both kinds', [{ ...MARK, jsonPatch: { expression: '[]' } }]],
      ] as const
    ).map(([title, list, more]) => [
      title,
      [post(MUTATING, mutation({ mutations: list as unknown as Json, ...(more as Fields | undefined) }))],
    ]),
  ),
})

export const mutatingPolicyCases: readonly Case[] = [...mutations, ...mutationRefusals]
