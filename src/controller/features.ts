/** Runs the controllers of feature rooms in the server's own process, each as itself. */
import { createClient, inProcessTransport } from '../client/index.ts'
import type { Handler, KubeObject } from '../machinery/index.ts'
import { type Clock, systemClock } from './clock.ts'
import { type ControllerDefinition, controllerUser, type Feature } from './feature.ts'
import { errorLog, type Log } from './log.ts'

export interface FeaturesOptions {
  readonly features: readonly Feature[]
  readonly handler: Handler
  readonly clock?: Clock
  readonly log?: Log
}

/** Disposing stops the controllers and waits for what runs. */
export function startFeatures({ features, handler, ...options }: FeaturesOptions): AsyncDisposable {
  const { clock = systemClock, log = errorLog } = options
  const stop = new AbortController()
  const running = features
    .flatMap(({ controllers }) => controllers)
    .map((definition) => {
      const transport = inProcessTransport(handler, controllerUser(definition))
      const client = createClient({ transport, cluster: '/clusters/*', userAgent: `keelson/${definition.name}` })
      return definition.start({ client, clock, log, signal: stop.signal })
    })
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await Promise.all(running.map((controller) => controller[Symbol.asyncDispose]()))
    },
  }
}

const RBAC = 'rbac.authorization.k8s.io'

/** The ClusterRoles and ClusterRoleBindings that the controllers need in every logical cluster. */
export function controllerPolicy(features: readonly Feature[]): KubeObject[] {
  return features.flatMap(({ controllers }) => controllers).flatMap(policyOf)
}

function policyOf(definition: ControllerDefinition): KubeObject[] {
  const { username: name } = controllerUser(definition)
  const apiVersion = `${RBAC}/v1`
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: definition.rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects: [{ apiGroup: RBAC, kind: 'User', name }],
    },
  ]
}
