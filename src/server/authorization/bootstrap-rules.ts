/** What Kubernetes' roles view, edit and admin add to one another (bootstrappolicy/policy.go), and how rules are noted here. */
import type { PolicyRule } from './policy-rule.ts'

export const READ = 'get list watch'
const WRITE = 'create update patch delete deletecollection'
const READ_WRITE = `${READ} ${WRITE}`
export const CORE = '""'
export const HEALTH = '/livez /readyz /healthz'

/** Lists are separated by spaces; `""` is the core group. */
export function on(groups: string, resources: string, verbs: string, names = ''): PolicyRule {
  const apiGroups = words(groups).map((group) => (group === CORE ? '' : group))
  return {
    verbs: words(verbs),
    apiGroups,
    resources: words(resources),
    ...(names === '' ? {} : { resourceNames: words(names) }),
  }
}

/** For URLs that are no resources. */
export function at(paths: string, verbs = 'get'): PolicyRule {
  return { verbs: words(verbs), nonResourceURLs: words(paths) }
}

function words(text: string): string[] {
  // As upstream's rules are printed (rbac/v1helpers.PolicyRuleBuilder).
  return text.split(' ').sort()
}

export const VIEW: PolicyRule[] = [
  on(
    CORE,
    'pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status endpoints persistentvolumeclaims persistentvolumeclaims/status configmaps',
    READ,
  ),
  on(
    CORE,
    'limitranges resourcequotas bindings pods/status resourcequotas/status namespaces/status replicationcontrollers/status pods/log',
    READ,
  ),
  // Within a namespace this lets one read that namespace: a sign of which ones one has access to.
  on(CORE, 'namespaces', READ),
  on(`${CORE} events.k8s.io`, 'events', READ),
  on('discovery.k8s.io', 'endpointslices', READ),
  on(
    'apps',
    'controllerrevisions statefulsets statefulsets/status statefulsets/scale daemonsets daemonsets/status deployments deployments/status deployments/scale replicasets replicasets/status replicasets/scale',
    READ,
  ),
  on('autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ),
  on('batch', 'jobs cronjobs cronjobs/status jobs/status', READ),
  on(
    'extensions',
    'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status replicasets replicasets/scale replicasets/status replicationcontrollers/scale networkpolicies',
    READ,
  ),
  on('policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ),
  on('networking.k8s.io', 'networkpolicies ingresses ingresses/status', READ),
  on('resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates', READ),
]

export const EDIT: PolicyRule[] = [
  on(CORE, 'pods/attach pods/proxy pods/exec pods/portforward secrets services/proxy', READ),
  on(CORE, 'serviceaccounts', 'impersonate'),
  on(CORE, 'pods pods/attach pods/proxy pods/exec pods/portforward', WRITE),
  on(CORE, 'pods/eviction', 'create'),
  on(
    CORE,
    'replicationcontrollers replicationcontrollers/scale serviceaccounts services services/proxy persistentvolumeclaims configmaps secrets',
    WRITE,
  ),
  on(CORE, 'serviceaccounts/token', 'create'),
  on(`${CORE} events.k8s.io`, 'events', WRITE),
  on(
    'apps',
    'statefulsets statefulsets/scale daemonsets deployments deployments/scale deployments/rollback replicasets replicasets/scale',
    WRITE,
  ),
  on('autoscaling', 'horizontalpodautoscalers', WRITE),
  on('batch', 'jobs cronjobs', WRITE),
  on(
    'extensions',
    'daemonsets deployments deployments/scale deployments/rollback ingresses replicasets replicasets/scale replicationcontrollers/scale networkpolicies',
    WRITE,
  ),
  on('policy', 'poddisruptionbudgets', WRITE),
  on('networking.k8s.io', 'networkpolicies ingresses', WRITE),
  on('coordination.k8s.io', 'leases', READ_WRITE),
  on('resource.k8s.io', 'resourceclaims resourceclaimtemplates', WRITE),
]

export const ADMIN: PolicyRule[] = [
  on('authorization.k8s.io', 'localsubjectaccessreviews', 'create'),
  on('rbac.authorization.k8s.io', 'roles rolebindings', READ_WRITE),
]
