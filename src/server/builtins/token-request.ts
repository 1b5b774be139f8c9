/** authentication.k8s.io/v1 TokenRequest, a subresource of ServiceAccounts (pkg/registry/core/serviceaccount/storage/token.go). */
import {
  badRequest,
  conflict,
  fieldInvalid,
  invalid,
  type KubeObject,
  notFound,
  parseApiVersion,
  type StatusCause,
} from '../../machinery/index.ts'
import { boundClaims } from '../authentication/service-account-tokens.ts'
import type { OperationContext, Subresource } from '../definition.ts'
import { trackFields } from '../managed-fields.ts'
import { timestamp } from '../metadata.ts'
import { builtIn } from './built-in.ts'
import { coreKind } from './service-account-secret.ts'
import { defaultField, ensureFields, isFields, textIn, textsIn } from './untyped.ts'

const TOKEN_REQUEST = { group: 'authentication.k8s.io', kind: 'TokenRequest' }
const DEFAULT_SECONDS = 3600
const MIN_SECONDS = 600
const MAX_SECONDS = 2 ** 32
/** Of the objects that a token may be bound to, a workspace has Secrets alone. */
const UNSERVED: Readonly<Record<string, string>> = { Pod: 'pods', Node: 'nodes' }

interface Bound {
  readonly name: string
  readonly uid: string
}

function checkName({ metadata }: KubeObject, { name }: OperationContext): void {
  const given = metadata.name ?? ''
  if (given === '' || given === name) return
  const cause = fieldInvalid('metadata.name', given, 'must match the service account name if specified')
  throw invalid(TOKEN_REQUEST, name, [cause])
}

function validateSeconds(seconds: number): StatusCause[] {
  const field = 'spec.expirationSeconds'
  if (seconds < MIN_SECONDS) return [fieldInvalid(field, seconds, 'may not specify a duration less than 10 minutes')]
  if (seconds <= MAX_SECONDS) return []
  return [fieldInvalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')]
}

async function boundObject(value: unknown, context: OperationContext): Promise<Bound | undefined> {
  const { services, cluster, namespace } = context
  if (!isFields(value)) return undefined
  const [kind, name, uid] = [textIn(value.kind), textIn(value.name), textIn(value.uid)]
  const { group, version } = parseApiVersion(textIn(value.apiVersion)) ?? { group: '', version: '' }
  const unserved = group === '' ? UNSERVED[kind] : undefined
  if (unserved !== undefined) throw notFound({ group, resource: unserved }, name)
  if (group !== '' || kind !== 'Secret') {
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`)
  }
  const found = await services.read(await coreKind(context, 'secrets'), cluster, namespace, name)
  if (found === undefined) throw notFound({ group: '', resource: 'secrets' }, name)
  const actual = found.metadata.uid ?? ''
  if (uid === '' || uid === actual) return { name, uid: actual }
  const message = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
  throw conflict({ group: '', resource: 'Secret' }, name, message)
}

const definition = builtIn({ ...TOKEN_REQUEST, version: 'v1', plural: 'tokenrequests', namespaced: true })

export const TOKEN: Subresource = {
  type: 'custom',
  verbs: ['create'],
  kind: { ...TOKEN_REQUEST, version: 'v1' },
  submitted: definition,
  create: async (submitted, context) => {
    const { services, cluster, namespace, name } = context
    checkName(submitted, context)
    const found = await services.read(await coreKind(context, 'serviceaccounts'), cluster, namespace, name)
    if (found === undefined) throw notFound({ group: '', resource: 'serviceaccounts' }, name)
    const uid = found.metadata.uid ?? ''
    const given = submitted.metadata.uid ?? ''
    if (given !== '' && given !== uid) {
      const message = `the UID in the token request (${given}) does not match the UID of the service account (${uid})`
      throw conflict({ group: TOKEN_REQUEST.group, resource: TOKEN_REQUEST.kind }, name, message)
    }
    const spec = ensureFields(submitted, 'spec')
    defaultField(spec, 'expirationSeconds', DEFAULT_SECONDS)
    await trackFields(definition, submitted, undefined, context)
    const named = textsIn(spec.audiences)
    const audiences = named.length === 0 ? services.tokens.audiences : named
    const seconds = Number(spec.expirationSeconds)
    const causes = validateSeconds(seconds)
    if (causes.length > 0) throw invalid(TOKEN_REQUEST, '', causes)
    const bound = await boundObject(spec.boundObjectRef, context)
    const now = services.now()
    const id = services.random.uid()
    const place = { cluster, namespace, name, uid }
    const claims = boundClaims({ ...place, id, audiences, now, seconds, ...(bound && { secret: bound }) })
    const boundObjectRef = isFields(spec.boundObjectRef) ? spec.boundObjectRef : null
    return {
      kind: TOKEN_REQUEST.kind,
      apiVersion: `${TOKEN_REQUEST.group}/v1`,
      metadata: {
        name,
        namespace,
        uid,
        creationTimestamp: timestamp(now),
        ...(submitted.metadata.managedFields && { managedFields: submitted.metadata.managedFields }),
      },
      spec: { audiences: [...audiences], expirationSeconds: seconds, boundObjectRef },
      status: {
        token: await services.tokens.sign(claims),
        expirationTimestamp: timestamp(now + seconds * 1000),
      },
    }
  },
}
