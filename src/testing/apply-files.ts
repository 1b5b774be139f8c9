/** What a test begins with, from the files that are deployed: definitions, roles, examples (envtest's CRDInstallOptions). */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Client } from '../client/index.ts'
import { apply } from '../controller/index.ts'
import { KeelsonError, type KubeObject, type ManifestObject, parseManifest } from '../machinery/index.ts'

const EXTENSIONS = new Set(['.yaml', '.yml', '.json'])

/**
 * Applies the objects of YAML and JSON files in the order of paths, names and documents, and resolves with them as they are then. Of a
 * directory: its own `.yaml`, `.yml` and `.json`. A definition is served at once, so that its objects may follow it. What is namespaced
 * and names no namespace goes into `default`.
 *
 * Throws a KeelsonError that names file and line, before anything is applied where a file cannot be read; a StatusError for what
 * the server refuses.
 *
 * @example
 * const client = await server.workspace('team')
 * await applyFiles(client, ['config/crd', 'examples/greeting.yaml'])
 */
export async function applyFiles(client: Client, paths: readonly string[]): Promise<KubeObject[]> {
  const manifests = paths.flatMap(filesIn).flatMap(objectsIn)
  const applied: KubeObject[] = []
  for (const manifest of manifests) applied.push(await applyOne(client, manifest))
  return applied
}

async function applyOne(client: Client, { object, file, line }: ManifestObject): Promise<KubeObject> {
  const { apiVersion, kind, metadata } = object
  const resource = await client.discovery.mapKind(apiVersion, kind)
  if (resource === undefined) {
    throw new KeelsonError(`${file}:${line}: nothing serves ${kind} of ${apiVersion}`, 'apply its definition first')
  }
  const namespace = resource.namespaced ? { namespace: metadata.namespace ?? 'default' } : {}
  return (await apply(client, resource, { ...object, metadata: { ...metadata, ...namespace } })).object
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path).filter((name) => EXTENSIONS.has(extname(name)))
  return names.sort().map((name) => join(path, name))
}

function objectsIn(file: string): ManifestObject[] {
  const parsed = parseManifest(readFileSync(file, 'utf8'), file)
  if (!parsed.ok) throw new KeelsonError(parsed.error, 'correct the file; nothing was applied')
  return parsed.value
}
