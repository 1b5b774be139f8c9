/** The door of builtins: what kube-controller-manager does for the built-in kinds of a workspace. */
import type { Feature } from '../controller/index.ts'
import { clusterRoleAggregationController } from './controllers/cluster-role-aggregation.ts'
import { policyTypeCheckingController } from './controllers/policy-type-checking.ts'
import { resourceQuotaController } from './controllers/resource-quota.ts'
import { serviceAccountTokenController } from './controllers/service-account-tokens.ts'

export const feature: Feature = {
  apis: [],
  controllers: [
    clusterRoleAggregationController,
    policyTypeCheckingController,
    resourceQuotaController,
    serviceAccountTokenController,
  ],
}
