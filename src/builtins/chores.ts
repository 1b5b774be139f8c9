/**
 * The server notes, in the commit of a change, what is to be looked at because of it (`chores` of lifecycle.keelson.dev). A
 * controller watches the ones with its name, does what there is to do, and removes the note that it saw.
 */
import { resourceRef } from '../client/index.ts'
import {
  type ControllerDefinition,
  type ControllerEnvironment,
  clusterOf,
  find,
  orGone,
  type PolicyRule,
  type ReconcileContext,
  startController,
  watching,
} from '../controller/index.ts'
import type { KubeObject } from '../machinery/index.ts'

interface Chore extends KubeObject {
  /** The object to look at. */
  spec: { controller: string; namespace: string; name: string }
}

const CHORES = resourceRef<Chore>('lifecycle.keelson.dev/v1alpha1', 'chores', { namespaced: false })
const RULE: PolicyRule = {
  apiGroups: ['lifecycle.keelson.dev'],
  resources: ['chores'],
  verbs: ['get', 'list', 'watch', 'delete'],
}

export interface ChoreOptions {
  /** As upstream names the controller, and the server notes it. */
  readonly name: string
  readonly rules: readonly PolicyRule[]
  /** Looks at the object as it is now. A rejection is tried again, later each time. */
  readonly look: (object: { namespace: string; name: string }, context: ReconcileContext) => Promise<void>
}

export function choreController({ name: controller, rules, look }: ChoreOptions): ControllerDefinition {
  return {
    name: controller,
    rules: [RULE, ...rules],
    start: ({ client, clock, log, signal }: ControllerEnvironment) =>
      startController({
        name: controller,
        client,
        clock,
        log,
        signal,
        sources: [
          watching(CHORES, {
            fieldSelector: `spec.controller=${controller}`,
            map: (chore, change) =>
              change === 'deleted'
                ? []
                : [{ cluster: clusterOf(chore), namespace: '', name: chore.metadata.name ?? '' }],
          }),
        ],
        async reconcile({ name }, context) {
          const chore = await find(context.client, CHORES, name)
          if (chore === undefined) return undefined
          await look(chore.spec, context)
          // One that has been noted again meanwhile stays, and brings this here again.
          const { resourceVersion = '' } = chore.metadata
          await orGone(context.client.delete(CHORES, name, { preconditions: { resourceVersion } }))
          return undefined
        },
      }),
  }
}
