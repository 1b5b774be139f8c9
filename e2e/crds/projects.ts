/** The CustomResourceDefinitions of other people's projects, out of their Go modules: nothing of them is kept here. */
import { glob, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Fields, Json } from '../oracle/case.ts'
import { requireGo, run } from '../tools/go.ts'

export interface Definition extends Fields {
  metadata: { name: string }
  spec: {
    group: string
    scope: 'Namespaced' | 'Cluster'
    names: { plural: string; kind: string; singular: string; listKind: string }
    versions: { name: string; served: boolean; storage: boolean; schema: { openAPIV3Schema: Fields } }[]
  }
}

export interface Project {
  readonly name: string
  readonly module: string
  /** From the module's root. */
  readonly files: readonly string[]
}

export const projects: readonly Project[] = [
  {
    name: 'cert-manager',
    module: 'github.com/cert-manager/cert-manager@v1.21.2',
    files: ['deploy/crds/*.yaml'],
  },
  {
    name: 'Cluster API',
    module: 'sigs.k8s.io/cluster-api@v1.13.5',
    files: [
      'config/crd/bases/*.yaml',
      'bootstrap/kubeadm/config/crd/bases/*.yaml',
      'controlplane/kubeadm/config/crd/bases/*.yaml',
    ],
  },
  { name: 'Argo CD', module: 'github.com/argoproj/argo-cd/v3@v3.5.0', files: ['manifests/crds/*-crd.yaml'] },
  {
    name: 'Prometheus operator',
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    files: ['example/prometheus-operator-crd/*.yaml'],
  },
  { name: 'Gateway API', module: 'sigs.k8s.io/gateway-api@v1.6.0', files: ['config/crd/experimental/*.yaml'] },
]

/**
 * Downloads the module, once a machine, and reads the definitions.
 * @throws Error with the remedy where there is neither Go nor a way to the module
 */
export async function definitionsOf({ module, files }: Project): Promise<Definition[]> {
  await requireGo()
  const { Dir }: { Dir: string } = JSON.parse(await run('go', ['mod', 'download', '-json', module], tmpdir()))
  const paths = await Array.fromAsync(glob(files as string[], { cwd: Dir }))
  const texts = await Promise.all(paths.sort().map((path) => readFile(join(Dir, path), 'utf8')))
  return texts
    .flatMap((text) => parseAllDocuments(text))
    .map((document): Json => document.toJS())
    .filter(isDefinition)
}

function isDefinition(value: Json): value is Definition {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && value.kind === 'CustomResourceDefinition'
  )
}
