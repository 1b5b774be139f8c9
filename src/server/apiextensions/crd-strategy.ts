/**
 * What happens to a CustomResourceDefinition when it is written: it is served as soon as the write is answered, although the
 * answer does not say so yet, as upstream's does not.
 */
import { isDeepStrictEqual } from 'node:util'
import {
  defaultCustomResourceDefinition,
  type KubeObject,
  quote,
  unrecognizedFormats,
  validateCustomResourceDefinition,
  validateCustomResourceDefinitionStatus,
} from '../../machinery/index.ts'
import { ensureFields, type Fields, fieldsIn, isAbsent, objectsIn, textIn, textsIn } from '../builtins/untyped.ts'
import type { OperationContext, Strategy } from '../definition.ts'
import { setCondition } from './crd-conditions.ts'
import { acceptNames, establish, type UsedNames, usedNames } from './crd-names.ts'

export const GROUP = 'apiextensions.k8s.io'
/** Held while objects of the kind exist; whoever has removed them takes it away. */
export const CUSTOM_RESOURCE_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'

/** The storage version joins status.storedVersions: rows in it may exist from now on. */
function noteStoredVersion(crd: KubeObject): void {
  const storage = objectsIn(fieldsIn(crd.spec).versions).find((version) => version.storage === true)
  const name = textIn(storage?.name)
  const status = ensureFields(crd, 'status')
  const stored = textsIn(status.storedVersions)
  if (name !== '' && !stored.includes(name)) status.storedVersions = [...stored, name]
}

/** Everything else of the group: other definitions by the names they were granted, and built-in kinds. */
async function namesBeside(crd: KubeObject, { services, cluster }: OperationContext): Promise<UsedNames> {
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
  return usedNames([...accepted, ...builtIn])
}

/** Names that are not as they were accepted are looked at, and what has its names is established. */
async function settled(crd: KubeObject, context: OperationContext): Promise<KubeObject | undefined> {
  const now = context.services.now()
  // Its own status and managedFields; the rest, which can be large, is not changed.
  const settled = { ...crd, metadata: { ...crd.metadata }, status: structuredClone(crd.status) }
  const { acceptedNames } = fieldsIn(settled.status)
  if (!isDeepStrictEqual(withoutEmpty(fieldsIn(crd.spec).names), withoutEmpty(acceptedNames)))
    acceptNames(settled, await namesBeside(crd, context), now)
  establish(settled, now)
  return isDeepStrictEqual(settled.status, crd.status) ? undefined : settled
}

/** For Go an empty list of names is none. */
function withoutEmpty(names: unknown): Fields {
  return Object.fromEntries(Object.entries(fieldsIn(names)).filter(([, value]) => !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  return value === '' || isAbsent(value) || (Array.isArray(value) && value.length === 0)
}

export const customResourceDefinitionStrategy: Strategy = {
  prepareForCreate: (crd) => {
    defaultCustomResourceDefinition(crd)
    crd.status = { conditions: null, acceptedNames: { plural: '', kind: '' } }
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
  warn: (crd, old, { subresource }) => {
    if (subresource === 'status') return []
    const known = old === undefined ? [] : unrecognizedFormats(old)
    const formats = unrecognizedFormats(crd).filter((format) => !known.includes(format))
    return formats.map((format) => `unrecognized format ${quote(format)}`)
  },
  follow: settled,
  validate: (crd) => validateCustomResourceDefinition(crd),
  validateUpdate: (crd, old, { subresource }) =>
    subresource === 'status' ? validateCustomResourceDefinitionStatus(crd) : validateCustomResourceDefinition(crd, old),
}
