/** For tests of this room: manifests of control centers and platforms, and a simulated world that can be arranged. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Outcome, run } from './command-harness.ts'

export interface WorldRecord {
  uid: string
  state: string
  tags: Record<string, string>
  spec: { version?: string; topology?: { controlPlane?: { replicas: number }; pools?: unknown[] } }
  goneAt?: string
  built?: number
  message: string
}

interface PlatformRunOptions {
  readonly manifests?: string
  readonly onOut?: (out: string) => void
  readonly onErr?: (err: string) => void
  readonly signal?: AbortSignal
}

export interface PlatformHarness extends Disposable {
  readonly folder: string
  readonly manifests: string
  /** With HOME in the test's folder; `-f DIR` is added, and `--local` or what leads to the server. */
  readonly run: (line: string, options?: PlatformRunOptions) => Promise<Outcome>
  /** Without -f and --local. */
  readonly runAsIs: (line: string) => Promise<Outcome>
  readonly write: (file: string, text: string) => string
  readonly read: (externalName: string) => WorldRecord | undefined
  readonly arrange: (externalName: string, record: WorldRecord) => void
  readonly remove: (externalName: string) => void
  readonly control: (control: { latency?: Record<string, number>; faults?: unknown[] }) => void
  readonly clusters: () => string[]
  /** The same world and manifests, through a server that was made for `folder`. */
  readonly through: (server: { readonly kubeconfig: () => string }, workspace?: string) => PlatformHarness
}

export function platformHarness(): PlatformHarness {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-platform-'))
  const world = path.join(folder, 'simulated', 'world')
  const fileOf = (name: string) => path.join(world, 'clusters', `${name}.json`)
  const write = (file: string, text: string) => {
    const target = path.join(folder, file)
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.writeFileSync(target, text)
    return target
  }
  const harness: PlatformHarness = {
    folder,
    manifests: path.join(folder, 'manifests'),
    run: (line, { manifests = harness.manifests, ...options } = {}) =>
      run(`${line} -f ${manifests} --local`, { ...options, env: { HOME: folder } }),
    // Who runs the tests may have a server in this very directory.
    runAsIs: (line) => run(line, { env: { HOME: folder, KUBECONFIG: path.join(folder, 'no-server') } }),
    write,
    read: (name) => (fs.existsSync(fileOf(name)) ? JSON.parse(fs.readFileSync(fileOf(name), 'utf8')) : undefined),
    arrange: (name, record) => fs.writeFileSync(fileOf(name), JSON.stringify(record)),
    remove: (name) => fs.rmSync(fileOf(name), { force: true }),
    control(control) {
      // Another process may read it at any moment.
      const fresh = write('control.json', JSON.stringify(control))
      fs.renameSync(fresh, path.join(world, 'control.json'))
    },
    clusters: () => fs.readdirSync(path.join(world, 'clusters')).sort(),
    through(server, workspace = ':root') {
      const env = { HOME: folder, KUBECONFIG: write('server.kubeconfig', server.kubeconfig()) }
      return {
        ...harness,
        run: (line, { manifests = harness.manifests, ...options } = {}) =>
          run(`${line} -f ${manifests} --workspace ${workspace}`, { ...options, env }),
        runAsIs: (line) => run(`${line} --workspace ${workspace}`, { env }),
      }
    },
    [Symbol.dispose]: () => fs.rmSync(folder, { recursive: true }),
  }
  fs.mkdirSync(path.join(world, 'clusters'), { recursive: true })
  write('manifests/provider.yaml', providerManifest(world))
  return harness
}

export function providerManifest(world: string, { name = 'laptop', timeout = '15m' } = {}): string {
  return `apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata: {name: ${name}}
spec: {type: simulated, ownerTag: org-a, limits: {createTimeout: ${timeout}}, simulated: {folder: ${world}}}
`
}

/** Without an external name it gets its own. */
export function clusterManifest(kind: 'ControlCenter' | 'Platform', name: string, fields = ''): string {
  const below = kind === 'Platform' ? 'controlCenterRef: {name: emea}, ' : ''
  return `apiVersion: platform.keelson.dev/v1alpha1
kind: ${kind}
metadata: {name: ${name}}
spec: {${below}providerRef: {name: laptop}${fields === '' ? '' : `, ${fields}`}}
`
}
