/**
 * Secrets that hold a service account's token (kubernetes/pkg/controller/serviceaccount/tokens_controller.go). Upstream a
 * controller fills them in; here they are born complete, as only the server can sign. Those without an account go.
 */
import { type KubeObject, notFound } from '../../machinery/index.ts'
import { legacyClaims } from '../authentication/service-account-tokens.ts'
import { chore } from '../chores.ts'
import type { Change, CommitPart, OperationContext, ResourceDefinition } from '../definition.ts'
import { ensureFields, fieldsIn, textIn } from './untyped.ts'

export const TOKEN_SECRET = 'kubernetes.io/service-account-token'
export const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name'
const SERVICE_ACCOUNT_UID = 'kubernetes.io/service-account.uid'
export const TOKENS_CONTROLLER = 'serviceaccount-token-controller'

/** A built-in kind as every logical cluster has it. */
export async function coreKind({ services, cluster }: OperationContext, plural: string): Promise<ResourceDefinition> {
  const definition = (await services.definitionsOf(cluster)).find('', 'v1', plural)
  if (definition === undefined) throw notFound({ group: '', resource: plural }, '')
  return definition
}

/** The account that the Secret names; undefined when there is none, or another one by that name. */
async function accountOf(object: KubeObject, context: OperationContext): Promise<KubeObject | undefined> {
  const { annotations = {}, namespace = '' } = object.metadata
  const definition = await coreKind(context, 'serviceaccounts')
  const name = annotations[SERVICE_ACCOUNT_NAME] ?? ''
  const account = await context.services.read(definition, context.cluster, namespace, name)
  const uid = annotations[SERVICE_ACCOUNT_UID] ?? ''
  return uid === '' || uid === account?.metadata.uid ? account : undefined
}

/** What is missing of certificate, namespace and token is put into the Secret. */
export async function fillTokenSecret(object: KubeObject, context: OperationContext): Promise<void> {
  if (object.type !== TOKEN_SECRET || object.metadata.deletionTimestamp !== undefined) return
  const account = await accountOf(object, context)
  if (account === undefined) return
  const { cluster, services } = context
  const { name = '', namespace = '' } = object.metadata
  const { name: accountName = '', uid = '' } = account.metadata
  const data = ensureFields(object, 'data')
  const set = (key: string, text: string): void => {
    data[key] = Buffer.from(text).toString('base64')
  }
  const { rootCertificate } = await services.authorityOf(cluster)
  if (rootCertificate !== '') set('ca.crt', rootCertificate)
  if (textIn(data.namespace) === '') set('namespace', namespace)
  if (textIn(data.token) === '') {
    set('token', await services.tokens.sign(legacyClaims({ cluster, namespace, name: accountName, uid }, name)))
  }
  object.metadata.annotations = { ...object.metadata.annotations, [SERVICE_ACCOUNT_UID]: uid }
}

/** A Secret without an account is the controller's to remove. */
export async function noteTokenSecret(change: Change, context: OperationContext): Promise<CommitPart> {
  const none = { operations: [], preconditions: [] }
  if (change.type === 'delete' || change.object.type !== TOKEN_SECRET) return none
  if (Object.hasOwn(fieldsIn(change.object.data), 'token') && change.type === 'update') return none
  if ((await accountOf(change.object, context)) !== undefined) return none
  const { namespace = '', annotations } = change.object.metadata
  return { ...none, operations: [noteAccount(context.cluster, namespace, annotations?.[SERVICE_ACCOUNT_NAME] ?? '')] }
}

/** Its Secrets are to be looked at. */
export function noteAccount(cluster: string, namespace: string, name: string) {
  return chore(TOKENS_CONTROLLER, cluster, namespace, name)
}
