/** The door of clusters: the providers that make or adopt clusters, and Cluster API. */
import type { Client } from '../client/index.ts'
import type { ControllerDefinition, Feature } from '../controller/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { type ClusterProvider, providerUnreachable } from '../providers/index.ts'
import { clusterController } from './cluster-api/cluster-controller.ts'
import { CLUSTER_CRD } from './cluster-api/cluster-crd.ts'
import { MACHINE_CRDS } from './cluster-api/machine-crds.ts'
import { resourceSetBindingController } from './cluster-api/resource-set-binding.ts'
import { resourceSetController } from './cluster-api/resource-set-controller.ts'
import { RESOURCE_SET_CRDS } from './cluster-api/resource-set-crds.ts'
import { localExistingType, servedExistingType } from './existing/provider-types.ts'
import { CLUSTER_PROFILE_CRD } from './inventory/cluster-profile.ts'
import { clusterProfileController } from './inventory/cluster-profile-controller.ts'

/** Types of ClusterProvider as a process has them that is no server. */
export const localClusterTypes = { existing: localExistingType }

/** What control centers are given: definitions, Cluster's first, and the controllers that move their objects. */
export interface ClusterAPI {
  readonly crds: readonly KubeObject[]
  readonly controllers: readonly ControllerDefinition[]
}

type SettingsOf<T extends (...parameters: never) => unknown> = Parameters<T>[0]

export interface ClustersRoom {
  readonly feature: Feature
  /** Cluster API's core, for the API of a control center. */
  readonly clusterAPI: ClusterAPI
  /** The types as a server has them. */
  readonly types: {
    readonly existing: (
      spec: SettingsOf<typeof localExistingType>,
      scope: { readonly workspace: string },
    ) => ClusterProvider
  }
}

/** `allows`: which addresses users may make the server connect to. */
export function clustersRoom({ allows }: { readonly allows: (address: string) => boolean }): ClustersRoom {
  let known: Client | undefined
  const client = (): Client => {
    if (known === undefined) throw providerUnreachable('existing', 'the server has not begun')
    return known
  }
  return {
    clusterAPI: {
      crds: [CLUSTER_CRD, ...MACHINE_CRDS, ...RESOURCE_SET_CRDS, CLUSTER_PROFILE_CRD],
      controllers: [
        clusterController(allows),
        resourceSetController(allows),
        resourceSetBindingController,
        clusterProfileController(allows),
      ],
    },
    types: {
      existing: (spec, { workspace }) => servedExistingType(spec, () => client().inCluster(workspace), allows),
    },
    feature: {
      apis: [],
      controllers: [
        {
          name: 'existing-cluster-provider',
          rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
          start({ client: given }) {
            known = given
            return { async [Symbol.asyncDispose]() {} }
          },
        },
      ],
    },
  }
}
