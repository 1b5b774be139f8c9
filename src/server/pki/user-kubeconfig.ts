/** A kubeconfig for a user of this server, with a client certificate of its authority. */
import { X509Certificate } from 'node:crypto'
import { parse, stringify } from 'yaml'
import type { Authority } from './authority.ts'
import type { Kubeconfig } from './kubeconfig.ts'
import { readOwnerOnly, writeOwnerOnly } from './owner-only-file.ts'

const DAY = 24 * 60 * 60 * 1000
const TTL = 30 * DAY
/** One with less left than this is issued anew. */
const RENEW_BEFORE = 7 * DAY

export interface UserKubeconfigSettings {
  /** The file, which its owner alone may read. */
  readonly path: string
  readonly user: string
  /** The path of the workspace that it leads into. */
  readonly workspace: string
  /** `https://host:port`, without a path. */
  readonly url: string
  readonly authority: Authority
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Writes the file, unless there is one that still serves: what `keelson ws` or its owner has added to it stays. */
export async function ensureUserKubeconfig(settings: UserKubeconfigSettings): Promise<void> {
  const { path, user, workspace, url, authority, now } = settings
  const server = `${url}/clusters/${workspace}`
  const wanted = { user, workspace, server, caCertificate: authority.caCertificate }
  if (serves(await readOwnerOnly(path), wanted, now())) return
  const issued = await authority.issueClientCertificate({ commonName: user, organizations: [], ttl: TTL })
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  const config: Kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: workspace, cluster: { 'certificate-authority-data': base64(authority.caCertificate), server } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(issued.certificate), 'client-key-data': base64(issued.key) },
      },
    ],
    contexts: [{ name: workspace, context: { cluster: workspace, user } }],
    'current-context': workspace,
  }
  await writeOwnerOnly([{ path, content: stringify(config) }])
}

interface Wanted {
  readonly user: string
  readonly workspace: string
  readonly server: string
  readonly caCertificate: string
}

function serves(text: string | undefined, { user, workspace, server, caCertificate }: Wanted, now: number): boolean {
  if (text === undefined) return false
  try {
    const present = parse(text) as Kubeconfig
    const there = present.clusters.find(({ name }) => name === workspace)?.cluster
    const data = present.users.find(({ name }) => name === user)?.user['client-certificate-data']
    const certificate = new X509Certificate(Buffer.from(String(data), 'base64'))
    const isOurs = certificate.checkIssued(new X509Certificate(caCertificate))
    return there?.server === server && isOurs && certificate.validToDate.getTime() - now > RENEW_BEFORE
  } catch {
    // Whatever it is, it is no kubeconfig of ours any more.
    return false
  }
}
