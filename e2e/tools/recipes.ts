import { createHash } from 'node:crypto'
import { copyFile, glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './go.ts'

/** How one executable is made. */
export interface Recipe {
  version(): Promise<string>
  /** Prepares a module, in the empty folder `scratch` or elsewhere, and says where and with what `go build` is to run. */
  prepare(scratch: string): Promise<{ directory: string; arguments: string[] }>
}

const kubernetesMinorAndPatch = '36.3'
const etcdVersion = 'v3.6.16'
const earlierEtcdVersion = 'v3.5.35'
export const clusterAPIVersion = 'v1.13.5'

/** What nodes of kind clusters run. */
export const kubernetesVersion = `v1.${kubernetesMinorAndPatch}`
/** The last that says to support cgroup v1. */
export const kindVersion = 'v0.33.0'

export const tools = {
  kubectl: kubernetes('kubectl'),
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  'kube-proxy': kubernetes('kube-proxy'),
  kubeadm: kubernetes('kubeadm'),
  kubelet: kubernetes('kubelet'),
  coredns: published('github.com/coredns/coredns', 'v1.14.2'),
  kind: published('sigs.k8s.io/kind', kindVersion),
  'kind-light-node': inThisRepository('../kind/light-node'),
  'kind-pause': inThisRepository('../kind/programs', './pause'),
  'kind-runtime': inThisRepository('../kind/programs', './runtime'),
  etcd: published('go.etcd.io/etcd/server/v3', etcdVersion),
  'etcd-3.5': published('go.etcd.io/etcd/server/v3', earlierEtcdVersion),
  clusterctl: published('sigs.k8s.io/cluster-api', clusterAPIVersion, 'cmd/clusterctl'),
  'cluster-api-manager': published('sigs.k8s.io/cluster-api', clusterAPIVersion),
  helm3: published('helm.sh/helm/v3', 'v3.22.0', 'cmd/helm'),
  helm4: published('helm.sh/helm/v4', 'v4.3.1', 'cmd/helm'),
  'go-clients': inThisRepository('../clients'),
  'bench-load': inThisRepository('../../bench/load'),
} satisfies Record<string, Recipe>

export type ToolName = keyof typeof tools

export const toolNames = Object.keys(tools)

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(tools, name)
}

/**
 * A command of Kubernetes. `go install k8s.io/kubernetes/cmd/...` is impossible, because that module replaces its staging
 * modules by relative folders; so a module of our own with the same requirements takes the published ones in their place.
 */
function kubernetes(command: string): Recipe {
  const version = kubernetesVersion
  const [minor] = kubernetesMinorAndPatch.split('.')
  return {
    version: async () => version,
    async prepare(scratch) {
      const downloaded: { Dir: string } = JSON.parse(
        await run('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${version}`], scratch),
      )
      const module = await readFile(join(downloaded.Dir, 'go.mod'), 'utf8')
      const own = module
        .replace(/^module .*$/m, 'module keelson.dev/e2e/tools')
        .replace(/^(\s*k8s\.io\/\S+ => )\.\/staging\/src\/(\S+)$/gm, `$1$2 v0.${kubernetesMinorAndPatch}`)
      await writeFile(join(scratch, 'go.mod'), `${own}\nrequire k8s.io/kubernetes ${version}\n`)
      await copyFile(join(downloaded.Dir, 'go.sum'), join(scratch, 'go.sum'))
      // Unstamped, the programs call themselves v0.0.0-master.
      const stamps = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
        `-X ${path}.gitVersion=${version}`,
        `-X ${path}.gitMajor=1`,
        `-X ${path}.gitMinor=${minor}`,
        `-X ${path}.gitTreeState=clean`,
      ])
      return {
        directory: scratch,
        arguments: ['-mod=mod', `-ldflags=-s -w ${stamps.join(' ')}`, `k8s.io/kubernetes/cmd/${command}`],
      }
    },
  }
}

/** A module that can be required as it is; the command is its top package, or one below. */
function published(module: string, version: string, command = '.'): Recipe {
  return {
    version: async () => version,
    async prepare(scratch) {
      await writeFile(join(scratch, 'go.mod'), 'module keelson.dev/e2e/tools\n')
      await run('go', ['get', `${module}@${version}`], scratch)
      return { directory: scratch, arguments: ['-mod=mod', '-ldflags=-s -w', join(module, command)] }
    },
  }
}

/** A module of this repository, versioned by its content; the command is its top package, or one below. */
function inThisRepository(folder: string, command = '.'): Recipe {
  const directory = join(import.meta.dirname, folder)
  return {
    async version() {
      const hash = createHash('sha256')
      const files = await Array.fromAsync(glob('**/{*.go,go.mod,go.sum}', { cwd: directory }))
      for (const file of files.sort()) hash.update(file).update(await readFile(join(directory, file)))
      return hash.digest('hex').slice(0, 12)
    },
    prepare: async () => ({ directory, arguments: ['-ldflags=-s -w', command] }),
  }
}
