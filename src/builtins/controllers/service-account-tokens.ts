/** Removes Secrets that hold the token of a service account which is no more (pkg/controller/serviceaccount/tokens_controller.go). */
import { resourceRef } from '../../client/index.ts'
import { find, orGone } from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { choreController } from '../chores.ts'

interface Secret extends KubeObject {
  type?: string
}

const SECRETS = resourceRef<Secret>('v1', 'secrets', { namespaced: true })
const SERVICE_ACCOUNTS = resourceRef('v1', 'serviceaccounts', { namespaced: true })
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'

export const serviceAccountTokenController = choreController({
  name: 'serviceaccount-token-controller',
  rules: [
    { apiGroups: [''], resources: ['secrets'], verbs: ['list', 'delete'] },
    { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get'] },
  ],
  async look({ namespace, name }, { client, signal }) {
    const account = await find(client, SERVICE_ACCOUNTS, name, { namespace })
    const fieldSelector = 'type=kubernetes.io/service-account-token'
    for await (const { metadata } of client.items(SECRETS, { namespace, fieldSelector, signal })) {
      if (metadata.annotations?.[NAME] !== name) continue
      const owner = metadata.annotations[UID] ?? ''
      if (account !== undefined && (owner === '' || owner === account.metadata.uid)) continue
      const preconditions = { uid: metadata.uid ?? '' }
      await orGone(client.delete(SECRETS, metadata.name ?? '', { namespace, preconditions }))
    }
  },
})
