/** v1 ServiceAccount (pkg/registry/core/serviceaccount), and the one that every namespace has. */
import type { KubeObject } from '../../machinery/index.ts'
import type { VirtualScope } from '../definition.ts'
import { builtIn } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { noteAccount } from './service-account-secret.ts'
import { TOKEN } from './token-request.ts'
import { isFields } from './untyped.ts'
import { virtualUid } from './virtual-uid.ts'

const DEFAULT = 'default'

/** References to Secrets keep the name alone. */
function cleanSecretReferences(object: KubeObject): void {
  if (!Array.isArray(object.secrets)) return
  object.secrets = object.secrets.map((secret: unknown) =>
    isFields(secret) && typeof secret.name === 'string' ? { name: secret.name } : secret,
  )
}

function defaultServiceAccount({ cluster, namespace, creationTimestamp }: VirtualScope): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: DEFAULT,
      namespace,
      uid: virtualUid(cluster, 'ServiceAccount', namespace, DEFAULT),
      creationTimestamp,
    },
  }
}

export const serviceAccount = builtIn({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
  shortNames: ['sa'],
  returnsDeleted: true,
  columns: [NAME, AGE],
  subresources: { token: TOKEN },
  strategy: {
    prepareForCreate: cleanSecretReferences,
    prepareForUpdate: cleanSecretReferences,
    /** Secrets with its tokens go with it. */
    commit: async (change, { cluster }) => {
      if (change.type !== 'delete') return { operations: [], preconditions: [] }
      const { namespace = '', name = '' } = change.old.metadata
      return { operations: [noteAccount(cluster, namespace, name)], preconditions: [] }
    },
    virtual: (scope) => [defaultServiceAccount(scope)],
    // Tokens of the one that was deleted are nobody's.
    renewed: true,
  },
})
