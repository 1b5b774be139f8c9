/** ClusterRoles that take in the rules of others. */
import { type Case, cases, del, type Fields, get, type Json, mergePatch, post, type Step } from '../case.ts'
import { clusterRole, RBAC } from './objects.ts'

const ROLES = `${RBAC}/clusterroles`
const rule = (resource: string): Fields => ({ apiGroups: ['example.com'], resources: [resource], verbs: ['get'] })
const part = (name: string, resources: readonly string[], labels: Fields = { to: '<id>' }): Step =>
  post(ROLES, clusterRole(`<id>-${name}`, { rules: resources.map(rule) }, { labels }), { pick: ['/kind'] })
const sum = (selectors: Json = [{ matchLabels: { to: '<id>' } }], rules: Json = []): Step =>
  post(ROLES, clusterRole('<id>', { aggregationRule: { clusterRoleSelectors: selectors }, rules }), {
    pick: ['/kind', '/message'],
  })
const until = (field: string, is: Json): Step =>
  get(`${ROLES}/<id>`, { until: { field, is }, pick: ['/rules', '/aggregationRule'] })

export const aggregationCases: readonly Case[] = [
  ...cases('update', 'aggregation', {
    'in the order of names, each once': [
      part('z', ['one', 'two']),
      part('a', ['three', 'one']),
      sum(),
      until('rules.2.resources.0', 'two'),
    ],
    'of what comes later': [sum(), part('a', ['one']), until('rules.0.resources.0', 'one')],
    'of a change': [
      part('a', ['one']),
      sum(),
      until('rules.0.resources.0', 'one'),
      mergePatch(`${ROLES}/<id>-a`, { rules: [rule('two')] }, { pick: ['/kind'] }),
      until('rules.0.resources.0', 'two'),
    ],
    'of a label': [
      part('a', ['one'], {}),
      part('b', ['two']),
      sum(),
      until('rules.0.resources.0', 'two'),
      mergePatch(`${ROLES}/<id>-a`, { metadata: { labels: { to: '<id>' } } }, { pick: ['/kind'] }),
      until('rules.0.resources.0', 'one'),
    ],
    'of a deletion': [
      part('a', ['one']),
      part('b', ['two']),
      sum(),
      until('rules.1.resources.0', 'two'),
      del(`${ROLES}/<id>-a`, undefined, { pick: ['/kind'] }),
      until('rules.0.resources.0', 'two'),
    ],
    'in place of its own rules': [
      part('a', ['one']),
      sum(undefined, [rule('own')]),
      until('rules.0.resources.0', 'one'),
    ],
    'of several selectors': [
      part('a', ['one'], { to: '<id>', also: 'x' }),
      part('b', ['two'], { also: '<id>' }),
      sum([{ matchLabels: { also: '<id>' } }, { matchExpressions: [{ key: 'to', operator: 'In', values: ['<id>'] }] }]),
      until('rules.1.resources.0', 'one'),
    ],
  }),
]
