/** The built-in APIs of a workspace, as kcp serves them: no Pods, no Nodes. */
import type { ResourceDefinition } from '../definition.ts'
import type { AccessReviewers } from './access-reviewers.ts'
import { validatingAdmissionPolicy } from './admission-policy.ts'
import { mutatingAdmissionPolicyBinding, validatingAdmissionPolicyBinding } from './admission-policy-binding.ts'
import { authenticationReviews } from './authentication-review.ts'
import { authorizationReviews } from './authorization-review.ts'
import { certificateSigningRequest } from './certificate-signing-request.ts'
import { configMap } from './config-map.ts'
import { customResourceDefinition } from './custom-resource-definition.ts'
import { coreEvent, event } from './event.ts'
import { lease } from './lease.ts'
import { limitRange } from './limit-range.ts'
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts'
import { namespace } from './namespace.ts'
import { resourceQuota } from './resource-quota.ts'
import { clusterRole, role } from './role.ts'
import { clusterRoleBinding, roleBinding } from './role-binding.ts'
import { secret } from './secret.ts'
import { serviceAccount } from './service-account.ts'
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from './webhook-configuration.ts'

/** Those that have rows. */
export const storedDefinitions: readonly ResourceDefinition[] = [
  configMap,
  coreEvent,
  limitRange,
  namespace,
  resourceQuota,
  secret,
  serviceAccount,
  event,
  certificateSigningRequest,
  clusterRole,
  clusterRoleBinding,
  role,
  roleBinding,
  mutatingWebhookConfiguration,
  validatingWebhookConfiguration,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  customResourceDefinition,
  lease,
]

/** @param access who answers TokenReviews and access reviews. */
export function builtinDefinitions({ access }: { readonly access: AccessReviewers }): ResourceDefinition[] {
  return [...storedDefinitions, ...authenticationReviews(access), ...authorizationReviews(access)]
}
