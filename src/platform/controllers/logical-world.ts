/**
 * As whom clusters of the type `logical` are made in this server: an identity of its own, that may do with LogicalEndpoints what
 * it must and nothing else. Whoever's ClusterProvider it is, it reaches that world by this alone.
 */
import type { Client } from '../../client/index.ts'
import type { ControllerDefinition } from '../../controller/index.ts'
import { providerUnreachable } from '../../providers/index.ts'

const GROUP = 'endpoints.keelson.dev'
const WORLD = 'system:admin'

export interface LogicalWorldAccess {
  readonly actor: ControllerDefinition
  /** Throws a ProviderError `unreachable` until the server has begun. */
  readonly client: () => Client
}

export function logicalWorldAccess(): LogicalWorldAccess {
  let known: Client | undefined
  return {
    client() {
      if (known === undefined) throw providerUnreachable('logical', 'the server has not begun')
      return known
    },
    actor: {
      name: 'logical-cluster-provider',
      rules: [
        {
          apiGroups: [GROUP],
          resources: ['logicalendpoints'],
          verbs: ['get', 'create', 'patch', 'delete'],
        },
        { apiGroups: [GROUP], resources: ['logicalendpoints/access'], verbs: ['create'] },
        { apiGroups: [GROUP], resources: ['ownedlogicalendpoints'], verbs: ['list'] },
      ],
      start({ client }) {
        known = client.inCluster(WORLD)
        return { async [Symbol.asyncDispose]() {} }
      },
    },
  }
}
