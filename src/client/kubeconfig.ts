/** Reading kubeconfig files as kubectl does: several files, the first that says something wins (client-go/tools/clientcmd). */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { KeelsonError } from '../machinery/index.ts'
import type { RestConfig } from './https-transport.ts'

export interface KubeconfigCluster {
  readonly server?: string
  readonly 'certificate-authority'?: string
  readonly 'certificate-authority-data'?: string
  readonly 'tls-server-name'?: string
  readonly 'insecure-skip-tls-verify'?: boolean
}

interface KubeconfigUser {
  readonly 'client-certificate'?: string
  readonly 'client-certificate-data'?: string
  readonly 'client-key'?: string
  readonly 'client-key-data'?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly exec?: unknown
}

export interface KubeconfigContext {
  readonly cluster?: string
  readonly user?: string
  readonly namespace?: string
}

/** An entry, and the file it stands in: relative paths in it are relative to that file. */
export interface Located<T> {
  readonly value: T
  readonly file: string
}

export interface Kubeconfig {
  /** In order of precedence; the first is written to when something is new. */
  readonly files: readonly string[]
  readonly currentContext: string
  readonly clusters: ReadonlyMap<string, Located<KubeconfigCluster>>
  readonly users: ReadonlyMap<string, Located<KubeconfigUser>>
  readonly contexts: ReadonlyMap<string, Located<KubeconfigContext>>
}

/** A context made usable: where to connect to and as whom. */
export interface ClientConfig extends RestConfig {
  readonly context: string
  readonly namespace: string
}

export interface KubeconfigSource {
  /** Given on the command line; must exist. */
  readonly file?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Looked at when neither `file` nor KUBECONFIG is given, before `~/.kube/config`. */
  readonly fallback?: string
}

const REMEDY = 'set KUBECONFIG or use --kubeconfig to name a kubeconfig file'

/** The files to read: the given one, KUBECONFIG's (joined with `:`), the fallback where it exists, `~/.kube/config`. */
function kubeconfigFiles({ file, env, fallback }: KubeconfigSource): string[] {
  if (file !== undefined) return [file]
  const listed = (env.KUBECONFIG ?? '').split(path.delimiter).filter((each) => each !== '')
  if (listed.length > 0) return listed
  if (fallback !== undefined && fs.existsSync(fallback)) return [fallback]
  return [path.join(env.HOME ?? os.homedir(), '.kube', 'config')]
}

export function readKubeconfig(source: KubeconfigSource): Kubeconfig {
  const files = kubeconfigFiles(source)
  const config = {
    files,
    currentContext: '',
    clusters: new Map<string, Located<KubeconfigCluster>>(),
    users: new Map<string, Located<KubeconfigUser>>(),
    contexts: new Map<string, Located<KubeconfigContext>>(),
  }
  for (const file of files) {
    const text = readFile(file, source.file !== undefined)
    if (text !== undefined) add(config, text, file)
  }
  return config
}

/** The same of a text that is in no file; `source` says in messages where it is from. */
export function parseKubeconfig(text: string, source: string): Kubeconfig {
  const config = { files: [source], currentContext: '', clusters: new Map(), users: new Map(), contexts: new Map() }
  add(config, text, source)
  return config
}

interface Collected {
  currentContext: string
  readonly clusters: Map<string, Located<KubeconfigCluster>>
  readonly users: Map<string, Located<KubeconfigUser>>
  readonly contexts: Map<string, Located<KubeconfigContext>>
}

function add(config: Collected, text: string, file: string): void {
  const content = parseContent(text, file)
  if (content === undefined) return
  if (config.currentContext === '') config.currentContext = textAt(content['current-context'])
  collect(config.clusters, content, 'clusters', 'cluster', file)
  collect(config.users, content, 'users', 'user', file)
  collect(config.contexts, content, 'contexts', 'context', file)
}

function textAt(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function readFile(file: string, mustExist: boolean): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    // kubectl, too, passes over what KUBECONFIG names in vain.
    if (code === 'ENOENT' && !mustExist) return undefined
    throw new KeelsonError(code === 'ENOENT' ? `${file}: no such file` : message, REMEDY, { cause })
  }
}

function parseContent(text: string, file: string): Record<string, unknown> | undefined {
  const remedy = `correct ${file}, or ${REMEDY}`
  try {
    const content: unknown = parse(text)
    if (content === null) return undefined
    if (typeof content === 'object' && !Array.isArray(content)) return content as Record<string, unknown>
  } catch (cause) {
    // The excerpt behind the first line may show a key or token.
    const line = cause instanceof YAMLParseError ? `:${cause.linePos?.[0].line ?? 1}` : ''
    const reason = (cause as Error).message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')
    throw new KeelsonError(`error loading config file ${file}${line}: ${reason}`, remedy, { cause })
  }
  throw new KeelsonError(`error loading config file ${file}: it holds no object`, remedy)
}

/** `clusters: [{name, cluster: {…}}]`; the first entry of a name wins. */
function collect<T>(into: Map<string, Located<T>>, content: object, plural: string, field: string, file: string): void {
  const entries: unknown = (content as Record<string, unknown>)[plural]
  if (entries === undefined || entries === null) return
  if (!Array.isArray(entries)) throw new KeelsonError(`${file}: ${plural}: must be a list`, `correct ${file}`)
  for (const [index, entry] of entries.entries()) {
    const name: unknown = entry?.name
    if (typeof name !== 'string') {
      throw new KeelsonError(`${file}: ${plural}[${index}].name: must be a string`, `correct ${file}`)
    }
    if (!into.has(name)) into.set(name, { value: (entry[field] ?? {}) as T, file })
  }
}

/** The connection that a context stands for; by default the current one. */
export function clientConfigOf(config: Kubeconfig, context = config.currentContext): ClientConfig {
  const file = config.files[0] ?? ''
  if (context === '') {
    throw new KeelsonError(`no configuration has been provided: ${file} has no current context`, REMEDY)
  }
  const chosen = config.contexts.get(context)
  if (chosen === undefined) {
    const known = [...config.contexts.keys()].join(', ')
    throw new KeelsonError(`context "${context}" does not exist`, known === '' ? REMEDY : `known contexts: ${known}`)
  }
  const cluster = config.clusters.get(chosen.value.cluster ?? '')
  const server = cluster?.value.server
  if (cluster === undefined || server === undefined) {
    const missing = cluster === undefined ? `cluster "${chosen.value.cluster ?? ''}"` : 'server of its cluster'
    throw new KeelsonError(`${chosen.file}: context "${context}": ${missing} is missing`, `correct ${chosen.file}`)
  }
  if (!URL.canParse(server) || !/^https:/.test(server)) {
    const text = `${cluster.file}: clusters "${chosen.value.cluster}": server: ${JSON.stringify(server)} is no https URL`
    throw new KeelsonError(text, `correct ${cluster.file}`)
  }
  const ca = pem(cluster, 'certificate-authority')
  const serverName = cluster.value['tls-server-name']
  return {
    context,
    namespace: chosen.value.namespace ?? 'default',
    server,
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { tlsServerName: serverName }),
    ...(cluster.value['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
    ...credentials(config, chosen),
  }
}

function credentials(config: Kubeconfig, { value, file }: Located<KubeconfigContext>): Partial<RestConfig> {
  if (value.user === undefined || value.user === '') return {}
  const user = config.users.get(value.user)
  if (user === undefined) throw new KeelsonError(`${file}: user "${value.user}" is missing`, `correct ${file}`)
  if (user.value.exec !== undefined) {
    const text = `${user.file}: users "${value.user}": exec: credential plugins are not supported`
    throw new KeelsonError(text, 'use a client certificate or a token, or use kubectl')
  }
  const cert = pem(user, 'client-certificate')
  const key = pem(user, 'client-key')
  const token = user.value.token ?? (user.value.tokenFile === undefined ? undefined : read(user, 'tokenFile').trim())
  return {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(token === undefined ? {} : { token }),
  }
}

type PemField = 'certificate-authority' | 'client-certificate' | 'client-key'

/** `…-data` (base64) comes before the file of that name. */
function pem(entry: Located<KubeconfigCluster & KubeconfigUser>, field: PemField): string | undefined {
  const data = entry.value[`${field}-data`]
  if (data !== undefined) {
    const text = Buffer.from(data, 'base64').toString()
    if (!text.includes('-----BEGIN ')) {
      throw new KeelsonError(`${entry.file}: ${field}-data: is no base64 of PEM`, `correct ${entry.file}`)
    }
    return text
  }
  return entry.value[field] === undefined || entry.value[field] === '' ? undefined : read(entry, field)
}

function read(entry: Located<KubeconfigCluster & KubeconfigUser>, field: PemField | 'tokenFile'): string {
  const file = path.resolve(path.dirname(entry.file), entry.value[field] ?? '')
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (cause) {
    const text = `${entry.file}: ${field}: ${(cause as Error).message}`
    throw new KeelsonError(text, `correct ${entry.file}`, { cause })
  }
}

/** What `kubectl` would use here: the given file or KUBECONFIG or `~/.kube/config`, and its current or the given context. */
export function loadKubeconfig(source: KubeconfigSource & { context?: string | undefined }): ClientConfig {
  return clientConfigOf(readKubeconfig(source), source.context)
}
