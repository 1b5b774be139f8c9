/** Deletes all objects of a custom resource before its definition goes: apiextensions-apiserver's finalizer controller. */
import { type Client, type ResourceRef, resourceRef } from '../../client/index.ts'
import {
  type ConditionLike,
  type ControllerDefinition,
  find,
  hasFinalizer,
  isTrue,
  messageOf,
  orGone,
  patchStatus,
  type ReconcileContext,
  type Request,
  type Result,
  removeFinalizer,
  setCondition,
  startController,
} from '../../controller/index.ts'
import { formatGroupResource, type KubeObject } from '../../machinery/index.ts'
import { endingContainers } from '../containers.ts'
import { deleteAll } from '../delete-all.ts'
import { deletions } from '../deletions.ts'
import { isDeleting, targetOf } from '../object-reference.ts'
import { lookAgain } from '../waiting.ts'

interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string
    scope: string
    names: { plural: string }
    versions: { name: string; served: boolean; storage: boolean }[]
  }
  status?: { conditions?: ConditionLike[] }
}

const DEFINITIONS = resourceRef<CustomResourceDefinition>('apiextensions.k8s.io/v1', 'customresourcedefinitions', {
  namespaced: false,
})
/** apiextensionsv1.CustomResourceCleanupFinalizer. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'

/** Upstream's controller is a part of kube-apiserver, and so called in managedFields. */
const MANAGED = { fieldManager: 'kube-apiserver' }

export const customResourceDefinitionController: ControllerDefinition = {
  name: 'customresourcedefinition-finalizer',
  rules: [
    {
      apiGroups: ['apiextensions.k8s.io'],
      resources: ['customresourcedefinitions', 'customresourcedefinitions/status'],
      verbs: ['get', 'patch'],
    },
    { apiGroups: ['*'], resources: ['*'], verbs: ['list', 'watch', 'delete', 'deletecollection'] },
  ],
  start(environment) {
    const { client, clock, log, signal } = environment
    return startController({
      name: customResourceDefinitionController.name,
      client,
      clock,
      log,
      signal,
      sources: [
        deletions(
          environment,
          endingContainers(DEFINITIONS, (of) => formatGroupResource(targetOf(of))),
        ),
      ],
      reconcile,
    })
  },
}

async function reconcile({ name }: Request, { client, signal, now }: ReconcileContext): Promise<Result> {
  const definition = await find(client, DEFINITIONS, name)
  if (definition === undefined || !isDeleting(definition) || !hasFinalizer(definition, CLEANUP)) return undefined
  const established = isTrue(definition.status?.conditions ?? [], 'Established')
  if (!established) {
    return finish(client, definition, 'NeverEstablished', 'resource was never established', now())
  }
  const deletion = definition.metadata.deletionTimestamp
  const marked = await setTerminating(client, definition, 'True', IN_PROGRESS, now())
  if (marked === undefined) return undefined
  let remaining: number
  try {
    remaining = await deleteAll(client, instancesOf(marked), signal)
  } catch (error) {
    const condition = ['InstanceDeletionFailed', `could not issue all deletes: ${messageOf(error)}`] as const
    await setTerminating(client, marked, 'True', condition, now())
    throw error
  }
  if (remaining > 0) return lookAgain(deletion, now())
  return finish(client, marked, 'InstanceDeletionCompleted', 'removed all instances', now())
}

type ReasonAndMessage = readonly [reason: string, message: string]
const IN_PROGRESS: ReasonAndMessage = ['InstanceDeletionInProgress', 'CustomResource deletion is in progress']

/** Undefined when the definition is gone. */
function setTerminating(
  client: Client,
  definition: CustomResourceDefinition,
  status: 'True' | 'False',
  [reason, message]: ReasonAndMessage,
  now: number,
): Promise<CustomResourceDefinition | undefined> {
  const conditions = setCondition(
    definition.status?.conditions ?? [],
    { type: 'Terminating', status, reason, message },
    now,
  )
  return orGone(patchStatus(client, DEFINITIONS, definition, { ...definition.status, conditions }, MANAGED))
}

async function finish(
  client: Client,
  definition: CustomResourceDefinition,
  reason: string,
  message: string,
  now: number,
): Promise<Result> {
  // Whoever holds the definition with another finalizer is told; otherwise it goes now and needs no last word.
  const held = (definition.metadata.finalizers?.length ?? 0) > 1
  const current = held ? await setTerminating(client, definition, 'False', [reason, message], now) : definition
  if (current !== undefined) await removeFinalizer(client, DEFINITIONS, current, CLEANUP)
  return undefined
}

function instancesOf({ spec, metadata }: CustomResourceDefinition): ResourceRef {
  const served = spec.versions.filter((version) => version.served)
  const version = served.find((each) => each.storage) ?? served[0]
  if (version === undefined)
    throw new Error(`no version of ${metadata.name} is served, so its objects cannot be deleted`)
  return {
    group: spec.group,
    version: version.name,
    resource: spec.names.plural,
    namespaced: spec.scope === 'Namespaced',
  }
}
