/** What happens to a CustomResourceDefinition when it is written: it is served as soon as the write is answered. */
import { isDeepStrictEqual } from 'node:util'
import {
  defaultCustomResourceDefinition,
  type KubeObject,
  validateCustomResourceDefinition,
} from '../../machinery/index.ts'
import { ensureFields, fieldsIn, objectsIn, textIn, textsIn } from '../builtins/untyped.ts'
import type { OperationContext, Strategy } from '../definition.ts'
import { setCondition } from './crd-conditions.ts'
import { acceptNames, usedNames } from './crd-names.ts'

export const GROUP = 'apiextensions.k8s.io'
/** Held while objects of the kind exist; whoever has removed them takes it away. */
export const CUSTOM_RESOURCE_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'

/** The storage version joins status.storedVersions: rows in it may exist from now on. */
function noteStoredVersion(crd: KubeObject): void {
  const storage = objectsIn(fieldsIn(crd.spec).versions).find((version) => version.storage === true)
  const name = textIn(storage?.name)
  const status = ensureFields(crd, 'status')
  const stored = textsIn(status.storedVersions)
  status.storedVersions = name === '' || stored.includes(name) ? stored : [...stored, name]
}

/** Everything else of the group: other definitions by the names they were granted, and built-in kinds. */
async function settleNames(crd: KubeObject, { services, cluster }: OperationContext): Promise<void> {
  const group = textIn(fieldsIn(crd.spec).group)
  const served = await services.definitionsOf(cluster)
  const crds = served.findResource(GROUP, 'customresourcedefinitions')
  const others = crds === undefined ? [] : await services.readAll(crds, cluster, '')
  const accepted = others
    .filter((other) => other.metadata.name !== crd.metadata.name && textIn(fieldsIn(other.spec).group) === group)
    .map((other) => fieldsIn(fieldsIn(other.status).acceptedNames))
  const builtIn = served.all
    .filter((definition) => definition.builtIn && definition.group === group)
    .map((definition) => ({ ...definition.names }))
  acceptNames(crd, usedNames([...accepted, ...builtIn]), services.now())
}

export const customResourceDefinitionStrategy: Strategy = {
  prepareForCreate: (crd) => {
    defaultCustomResourceDefinition(crd)
    crd.status = {}
    noteStoredVersion(crd)
  },
  prepareForUpdate: (crd, old, { subresource }) => {
    defaultCustomResourceDefinition(crd)
    if (subresource === 'status') crd.spec = old.spec
    else {
      crd.status = structuredClone(old.status)
      noteStoredVersion(crd)
    }
  },
  prepareForDelete: (crd, { services }) => {
    const finalizers = crd.metadata.finalizers ?? []
    if (!finalizers.includes(CUSTOM_RESOURCE_CLEANUP))
      crd.metadata.finalizers = [...finalizers, CUSTOM_RESOURCE_CLEANUP]
    const message = 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon'
    const condition = { type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending', message } as const
    setCondition(crd, condition, services.now())
  },
  admit: async (change, context) => {
    if (change.type === 'create') await settleNames(change.object, context)
    if (change.type !== 'update' || change.subresource === 'status') return
    const { object, old } = change
    const named = !isDeepStrictEqual(fieldsIn(object.spec).names, fieldsIn(object.status).acceptedNames)
    if (named || !isDeepStrictEqual(object.spec, old.spec)) await settleNames(object, context)
  },
  validate: (crd) => validateCustomResourceDefinition(crd),
  validateUpdate: (crd, old) => validateCustomResourceDefinition(crd, old),
}
