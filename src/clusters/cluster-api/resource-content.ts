/** What lies in a resource of a ClusterResourceSet (internal/controllers/clusterresourceset/clusterresourceset_helpers.go). */
import { createHash } from 'node:crypto'
import { type KubeObject, parseYamlDocuments, type Result } from '../../machinery/index.ts'
import type { ResourceReference } from './resource-set.ts'

export interface Content {
  readonly objects: readonly KubeObject[]
  /** As upstream computes it, so that a binding that one of the two has written holds for the other. */
  readonly hash: string
}

/** What others depend on is made first (util/resource.SortForCreate); the rest stays in the order of its document. */
const FIRST = [
  'Namespace',
  'CustomResourceDefinition',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Secret',
  'ConfigMap',
  'ServiceAccount',
  'LimitRange',
  'Pod',
  'ReplicaSet',
]

/** The error names no value: a Secret may be what is read. */
export function readContent(
  { kind }: Pick<ResourceReference, 'kind'>,
  data: Readonly<Record<string, string>> | undefined,
): Result<Content> {
  const encoding = kind === 'Secret' ? 'base64' : 'utf8'
  const parts = Object.keys(data ?? {})
    .sort()
    .map((key) => ({ key, bytes: Buffer.from(data?.[key] ?? '', encoding) }))
  const hash = createHash('sha256')
  const objects: KubeObject[] = []
  for (const { key, bytes } of parts) {
    hash.update(bytes)
    const read = readDocuments(bytes.toString())
    if (read === undefined) return { ok: false, error: `data.${key} holds no Kubernetes objects in YAML or JSON` }
    objects.push(...inOrder(read))
  }
  return { ok: true, value: { objects, hash: `sha256:${hash.digest('hex')}` } }
}

/** Documents of YAML, one object or a list of them in JSON. */
function readDocuments(text: string): readonly KubeObject[] | undefined {
  const parsed = parseYamlDocuments(text)
  if (!parsed.ok) return undefined
  const values = parsed.value.flatMap(({ value }) => (value === null ? [] : Array.isArray(value) ? value : [value]))
  const objects = values.flatMap((value) => (isList(value) ? value.items : [value]))
  return objects.every(isObject) ? objects : undefined
}

function isList(value: unknown): value is { readonly items: readonly unknown[] } {
  const { kind, items } = (value ?? {}) as { kind?: unknown; items?: unknown }
  return kind === 'List' && Array.isArray(items)
}

function isObject(value: unknown): value is KubeObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<KubeObject>
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string'
}

function inOrder(objects: readonly KubeObject[]): KubeObject[] {
  const rank = ({ kind }: KubeObject) => {
    const place = FIRST.indexOf(kind)
    return place === -1 ? FIRST.length : place
  }
  return objects.toSorted((one, other) => rank(one) - rank(other))
}
