import type { ControllerDefinition } from '../../../controller/index.ts'
import type { KubeObject } from '../../../machinery/index.ts'
import type { Environment } from '../docker/docker-host.ts'
import { openKindWorld } from '../open-kind-provider.ts'
import { kindClusterController } from './kind-cluster-controller.ts'
import { KIND_CLUSTER_CRD } from './kind-cluster-crd.ts'

/** The infrastructure provider of KindCluster, for APIs whose users may have containers on this machine's Docker. */
export function kindClusterAPI(env: Environment): {
  readonly crds: readonly KubeObject[]
  readonly controllers: readonly ControllerDefinition[]
} {
  return { crds: [KIND_CLUSTER_CRD], controllers: [kindClusterController(() => openKindWorld({}, env))] }
}
