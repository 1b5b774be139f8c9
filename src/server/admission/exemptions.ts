/** What no tenant's webhook or policy is asked about: else one that hangs or refuses everything could not be got rid of. */
import type { UserInfo } from '../../machinery/index.ts'
import { SCOPES } from '../authentication/users.ts'
import type { ResourceDefinition } from '../definition.ts'
import type { AdmissionAttributes } from './attributes.ts'

const ADMISSION_GROUP = 'admissionregistration.k8s.io'
/** Kinds by which the system finishes what it has begun. */
const SYSTEM_KINDS = new Set(['Namespace', 'CustomResourceDefinition', 'Workspace', 'APIBinding'])
const REVIEW_GROUPS = new Set(['authentication.k8s.io', 'authorization.k8s.io'])

/** Configurations themselves (rules.IsExemptAdmissionConfigurationResource), a LogicalCluster, and what nobody sees. */
export function isExemptResource({ group, names, hidden }: ResourceDefinition): boolean {
  return hidden === true || group === ADMISSION_GROUP || (group === 'core.kcp.io' && names.plural === 'logicalclusters')
}

/** Policies, other than webhooks, do not see reviews either (pkg/kubeapiserver/admission/exclusion). */
export function isReview({ group, names, strategy }: ResourceDefinition): boolean {
  return REVIEW_GROUPS.has(group) && strategy.answer !== undefined && names.kind.endsWith('Review')
}

/** One of the process's own controllers, not somebody who acts as one: whoever impersonates has a scope. */
function isController({ username, extra }: UserInfo): boolean {
  return username.startsWith('system:controller:') && extra?.[SCOPES] === undefined
}

/**
 * A controller that ends namespaces, definitions and workspaces is not held up, and in a logical cluster that is going no
 * webhook is called for what it does there.
 */
export async function isExemptRequest(attributes: AdmissionAttributes): Promise<boolean> {
  const { user, definition, operation, services, cluster } = attributes
  if (!isController(user)) return false
  if (operation !== 'CREATE' && SYSTEM_KINDS.has(definition.names.kind)) return true
  return (await services.logicalClusterOf(cluster))?.deleting === true
}
