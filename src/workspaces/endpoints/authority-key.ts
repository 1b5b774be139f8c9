/** Where the Secret of an endpoint's authority lies. */
import {
  AUTHORITY_NAMESPACE,
  authoritySecretName,
  type OperationContext,
  objectKey,
  type ResourceDefinition,
} from '../../server/index.ts'

export async function authorityKey(
  endpoint: string,
  { cluster, services }: Pick<OperationContext, 'cluster' | 'services'>,
): Promise<{ readonly key: string; readonly definition: ResourceDefinition }> {
  const definition = (await services.definitionsOf(cluster)).find('', 'v1', 'secrets')
  if (definition === undefined) throw new Error('secrets are not served')
  return { key: objectKey(definition, cluster, AUTHORITY_NAMESPACE, authoritySecretName(endpoint)), definition }
}
