/** What may be claimed without saying whose export it is of: what every workspace has. */
import { APIS_GROUP } from '../api/groups.ts'

const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  '': ['namespaces', 'configmaps', 'events', 'resourcequotas', 'secrets', 'serviceaccounts'],
  'rbac.authorization.k8s.io': ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
  'certificates.k8s.io': ['certificatesigningrequests'],
  'coordination.k8s.io': ['leases'],
  'events.k8s.io': ['events'],
  'admissionregistration.k8s.io': [
    'mutatingwebhookconfigurations',
    'validatingwebhookconfigurations',
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
  ],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  'core.kcp.io': ['logicalclusters'],
  'authorization.k8s.io': ['subjectaccessreviews', 'localsubjectaccessreviews'],
  'authentication.k8s.io': ['tokenreviews'],
}

export function isClaimable(claim: {
  readonly group?: string
  readonly resource?: string
  readonly identityHash?: string
}): boolean {
  const { group = '', resource = '', identityHash = '' } = claim
  return identityHash !== '' || group === APIS_GROUP || BUILT_IN[group]?.includes(resource) === true
}
