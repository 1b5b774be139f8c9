/** The door of platform: control centers, platforms, and the engine that brings the world in line with them. */
import type { Feature } from '../controller/index.ts'
import { kubeconfigAnswer } from './answers/kubeconfig.ts'
import { worldReviewAnswer } from './answers/world-review.ts'
import { clusterProvider } from './api/cluster-provider.ts'
import { controlCenter } from './api/control-center.ts'
import { platform } from './api/platform.ts'
import { sharedService } from './api/shared-service.ts'
import { worldReview } from './api/world-review.ts'
import { clusterController } from './controllers/cluster.ts'
import { clusterProviderController } from './controllers/cluster-provider.ts'
import { controlCenterApiController } from './controllers/control-center-api.ts'
import type { ControlCenterEquipment } from './controllers/control-center-sessions.ts'
import { logicalWorldAccess } from './controllers/logical-world.ts'
import { parallelism } from './engine/parallelism.ts'
import { confinedProviderTypes } from './engine/provider-types.ts'
import type { ProviderTypes } from './engine/read-desired.ts'

export type { Access } from '../providers/index.ts'
export { applyPlan, type CarryOut, type ItemResult, type RunObserver } from './engine/apply-plan.ts'
export type { Command as RunCommand } from './engine/decide.ts'
export type { ConfiguredProvider, Desired, Scope } from './engine/desired.ts'
export { applyExitCode, EXIT, planExitCode } from './engine/exit-code.ts'
export { fileLock, type Holder } from './engine/file-lock.ts'
export { issueKubeconfig } from './engine/kubeconfig.ts'
export type { ManifestSource, Problem } from './engine/manifest.ts'
export { type Item, makePlan, type Plan } from './engine/plan.ts'
export {
  type PlanDocument,
  type PlanSources,
  parsePlanDocument,
  planDocument,
  staleReasons,
} from './engine/plan-document.ts'
export { providerTypes } from './engine/provider-types.ts'
export { opening, readDesired } from './engine/read-desired.ts'
export { markRun, wasKilled } from './engine/run-mark.ts'
export { isPlatformObject } from './engine/schemas.ts'
export { findEntries, readState, type State, type StateEntry } from './engine/state.ts'

export { carryOutThere } from './remote/carry-out.ts'
export { requestKubeconfig } from './remote/kubeconfig.ts'
export { breakLease, holderOfLease, withLeaseLock } from './remote/lease-lock.ts'
export { pruneObjects } from './remote/prune-objects.ts'
export { reviewWorld } from './remote/reviewed-providers.ts'
export { writeObject } from './remote/write-object.ts'

export interface PlatformOptions {
  /** Pretended worlds of ClusterProviders in workspaces are below it. */
  readonly simulatedFolder: string
  /** Whether users may have containers on this machine's Docker, which is as good as having the machine. Default: they may not. */
  readonly lendsDocker?: boolean
  /** Types of ClusterProvider that other rooms bring. */
  readonly types?: ProviderTypes
  /** What control centers' APIs are given; without it nothing is put into them. */
  readonly equipment?: ControlCenterEquipment
}

export function platformFeature({
  simulatedFolder,
  lendsDocker = false,
  types: others = {},
  equipment,
}: PlatformOptions): Feature {
  const logicalWorld = logicalWorldAccess()
  const types = {
    ...confinedProviderTypes({ simulatedFolder, logicalClient: logicalWorld.client, lendsDocker }),
    ...others,
  }
  const places = parallelism<string>()
  return {
    apis: [controlCenter, platform, clusterProvider, sharedService, worldReview],
    answers: [worldReviewAnswer(types), kubeconfigAnswer('ControlCenter', types), kubeconfigAnswer('Platform', types)],
    controllers: [
      logicalWorld.actor,
      ...(equipment === undefined ? [] : [controlCenterApiController(types, equipment)]),
      clusterController('ControlCenter', types, places),
      clusterController('Platform', types, places),
      clusterProviderController(types),
    ],
  }
}
