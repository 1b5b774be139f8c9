import type { Client, DiscoveredResource } from '../client/index.ts'
import { KeelsonError, type KubeObject } from '../machinery/index.ts'
import { type ApplyResult, applyObject } from './apply-object.ts'
import { inApplyOrder } from './apply-order.ts'
import type { Environment } from './environment.ts'
import { locate } from './failure.ts'
import { resourceOf } from './manifest-resource.ts'
import type { Manifest } from './manifest-text.ts'
import { nameText } from './output-format.ts'
import { startStep } from './progress.ts'
import { untilServed } from './until-served.ts'

export interface ApplyOptions {
  readonly namespace: string
  readonly dryRun: boolean
  readonly report: (error: unknown) => void
  /** What comes before each line. */
  readonly label: string
  /** Says nothing of what is as it should be. */
  readonly changesOnly?: boolean
}

export interface Applied {
  readonly resource: DiscoveredResource
  readonly object: KubeObject
  readonly result: ApplyResult
}

/** Applies what belongs to one workspace. A failure is reported and the rest goes on; what succeeded is returned. */
export async function applyManifests(
  client: Client,
  manifests: readonly Manifest[],
  options: ApplyOptions,
  environment: Environment,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const manifest of inApplyOrder(manifests)) {
    try {
      applied.push(await applyManifest(client, manifest, options, environment))
    } catch (error) {
      if (environment.signal.aborted) throw error
      options.report(error)
    }
  }
  return applied
}

async function applyManifest(
  client: Client,
  manifest: Manifest,
  { namespace, dryRun, label, changesOnly = false }: ApplyOptions,
  environment: Environment,
): Promise<Applied> {
  const { signal, stdout, stderr } = environment
  const resource = await resourceOf(client.discovery, manifest)
  const object = placed(manifest, resource, namespace)
  const name = nameText(resource, object.metadata.name ?? '')
  const step = startStep(stdout, label, name)
  const warn = (text: string) => stderr.write(`Warning: ${text}\n`)
  try {
    const applied = await applyObject(client, resource, object, { dryRun, signal, warn, source: manifest.file })
    if (!dryRun) await untilServed(client, object, { signal, onChange: step.waiting })
    if (changesOnly && applied.result === 'unchanged') step.clear()
    else step.done(`${applied.result}${dryRun ? ' (server dry run)' : ''}`)
    return { resource, ...applied }
  } catch (error) {
    step.clear()
    throw locate(error, manifest)
  }
}

/** In the namespace it names or else the chosen one; cluster-scoped kinds in none. */
function placed({ object, file, lineOf }: Manifest, resource: DiscoveredResource, namespace: string): KubeObject {
  if (object.metadata.name === undefined) {
    throw new KeelsonError(
      `${file}:${lineOf('metadata')}: metadata.name: Required value: apply needs a name`,
      'give the object a name',
    )
  }
  if (!resource.namespaced || object.metadata.namespace !== undefined) return object
  return { ...object, metadata: { ...object.metadata, namespace } }
}
