import type { DiscoveredResource, Discovery } from '../client/index.ts'
import { KeelsonError } from '../machinery/index.ts'
import type { Manifest } from './manifest-text.ts'

/** The resource that serves a manifest's kind; kubectl's words when none does. */
export async function resourceOf(discovery: Discovery, { object, file }: Manifest): Promise<DiscoveredResource> {
  const { apiVersion, kind, metadata } = object
  const resource = await discovery.mapKind(apiVersion, kind)
  if (resource !== undefined) return resource
  const what = `name: "${metadata.name ?? ''}" namespace: "${metadata.namespace ?? ''}" from "${file}"`
  const text = `resource mapping not found for ${what}: no matches for kind "${kind}" in version "${apiVersion}"`
  throw new KeelsonError(text, 'ensure CRDs are installed first')
}
