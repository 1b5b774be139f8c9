/** Gives a ClusterRole with an aggregationRule the rules of those that it selects (pkg/controller/clusterroleaggregation). */
import { isDeepStrictEqual } from 'node:util'
import { resourceRef } from '../../client/index.ts'
import { find, orGone } from '../../controller/index.ts'
import { compareText, type KubeObject } from '../../machinery/index.ts'
import { choreController } from '../chores.ts'

interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

interface ClusterRole extends KubeObject {
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] }
  rules?: object[] | null
}

const NAME = 'clusterrole-aggregation-controller'
const API_VERSION = 'rbac.authorization.k8s.io/v1'
const CLUSTER_ROLES = resourceRef<ClusterRole>(API_VERSION, 'clusterroles', { namespaced: false })

export const clusterRoleAggregationController = choreController({
  name: NAME,
  rules: [
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['clusterroles'],
      verbs: ['escalate', 'get', 'list', 'patch', 'update'],
    },
  ],
  async look({ name }, { client, signal }) {
    const role = await find(client, CLUSTER_ROLES, name)
    if (role?.aggregationRule === undefined || role.metadata.deletionTimestamp !== undefined) return
    const rules: object[] = []
    for (const selector of role.aggregationRule.clusterRoleSelectors ?? []) {
      const selected: ClusterRole[] = []
      const labelSelector = selectorText(selector)
      for await (const each of client.items(CLUSTER_ROLES, { labelSelector, signal })) selected.push(each)
      selected.sort((one, other) => compareText(one.metadata.name ?? '', other.metadata.name ?? ''))
      for (const each of selected) {
        if (each.metadata.name === name) continue
        for (const rule of each.rules ?? [])
          if (!rules.some((known) => isDeepStrictEqual(known, rule))) rules.push(rule)
      }
    }
    if (isDeepStrictEqual(rules, role.rules ?? [])) return
    const applied = { apiVersion: API_VERSION, kind: 'ClusterRole', metadata: { name }, rules }
    await orGone(client.patch(CLUSTER_ROLES, name, 'apply', applied, { fieldManager: NAME, force: true }))
  },
})

/** metav1.FormatLabelSelector. An empty selector selects all. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...labels, ...expressions].join(',')
}
