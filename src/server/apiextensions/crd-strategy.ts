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
import type { Change, OperationContext, Strategy } from '../definition.ts'
import { isConditionTrue, setCondition } from './crd-conditions.ts'
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

/** Everything of a group that has names: definitions by those that they were granted, and built-in kinds. */
interface Group {
  readonly definitions: readonly KubeObject[]
  readonly builtIn: readonly Fields[]
}

async function groupOf(crd: KubeObject, { services, cluster }: OperationContext): Promise<Group> {
  const group = groupName(crd)
  const served = await services.definitionsOf(cluster)
  const crds = served.findResource(GROUP, 'customresourcedefinitions')
  const all = crds === undefined ? [] : await services.readAll(crds, cluster, '')
  return {
    definitions: all.filter((each) => groupName(each) === group),
    builtIn: served.all
      .filter((definition) => definition.builtIn && definition.group === group)
      .map((definition) => ({ ...definition.names })),
  }
}

function groupName(crd: KubeObject): string {
  return textIn(fieldsIn(crd.spec).group)
}

function namesBeside({ metadata }: KubeObject, { definitions, builtIn }: Group): UsedNames {
  const others = definitions.filter((other) => other.metadata.name !== metadata.name)
  return usedNames([...others.map(({ status }) => fieldsIn(fieldsIn(status).acceptedNames)), ...builtIn])
}

/** Names that are not as they were accepted are looked at, and what has its names is established. */
async function settled(
  crd: KubeObject,
  now: number,
  group: () => Group | Promise<Group>,
): Promise<KubeObject | undefined> {
  // Its own status and managedFields; the rest, which can be large, is not changed.
  const settled = { ...crd, metadata: { ...crd.metadata }, status: structuredClone(crd.status) }
  if (!sameNames(crd)) acceptNames(settled, namesBeside(crd, await group()), now)
  establish(settled, now)
  return isDeepStrictEqual(settled.status, crd.status) ? undefined : settled
}

function sameNames({ spec, status }: KubeObject): boolean {
  return isDeepStrictEqual(withoutEmpty(fieldsIn(spec).names), withoutEmpty(fieldsIn(status).acceptedNames))
}

/** Definitions that wait for a name which this one lets go of (naming_controller.go, requeueAllOtherGroupCRDs). */
async function freed(change: Change, context: OperationContext): Promise<KubeObject[]> {
  if (change.type === 'create') return []
  if (
    change.type === 'update' &&
    isDeepStrictEqual(fieldsIn(change.object.spec).names, fieldsIn(change.old.spec).names)
  )
    return []
  const now = context.services.now()
  const group = await groupOf(change.old, context)
  const others = group.definitions.filter(({ metadata }) => metadata.name !== change.old.metadata.name)
  const own = change.type === 'delete' ? [] : [(await settled(change.object, now, () => group)) ?? change.object]
  const definitions = [...own, ...others]
  const changed: KubeObject[] = []
  for (const waiting of others.filter((other) => !isConditionTrue(other, 'NamesAccepted'))) {
    const after = await settled(waiting, now, () => ({ ...group, definitions }))
    if (after === undefined) continue
    definitions.splice(definitions.indexOf(waiting), 1, after)
    changed.push(after)
  }
  return changed
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
  follow: (crd, context) => settled(crd, context.services.now(), () => groupOf(crd, context)),
  followOthers: freed,
  validate: (crd) => validateCustomResourceDefinition(crd),
  validateUpdate: (crd, old, { subresource }) =>
    subresource === 'status' ? validateCustomResourceDefinitionStatus(crd) : validateCustomResourceDefinition(crd, old),
}
