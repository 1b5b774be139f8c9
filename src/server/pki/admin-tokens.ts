/**
 * The two administrators of a fresh server, named as kcp names them. They show bearer tokens, not certificates: a token
 * survives a new CA and costs no key at the first start, and it is revoked by removing one file. A token is a random value of 256
 * bits that only the kubeconfig holds; the server keeps its SHA-256, so that nobody who reads the data directory's other files
 * or a backup of them can use it. Both tokens are kept over restarts (kcp makes kcp-admin's anew each time): a user's other
 * terminal goes on working.
 */
import { randomBytes } from 'node:crypto'
import { KeelsonError, type UserInfo } from '../../machinery/index.ts'
import { type HashedToken, hashToken } from '../authentication/hashed-tokens.ts'
import { KCP_ADMIN, SYSTEM_MASTERS } from '../authentication/users.ts'
import { readOwnerOnly, writeOwnerOnly } from './owner-only-file.ts'

export type AdminName = 'kcp-admin' | 'shard-admin'
export type AdminTokens = Readonly<Record<AdminName, string>>

const ADMINS: Readonly<Record<AdminName, UserInfo>> = {
  'kcp-admin': { username: 'kcp-admin', groups: [KCP_ADMIN] },
  'shard-admin': { username: 'shard-admin', groups: [SYSTEM_MASTERS] },
}

export function newAdminTokens(): AdminTokens {
  return { 'kcp-admin': newToken(), 'shard-admin': newToken() }
}

export function hashAdminTokens(tokens: AdminTokens): HashedToken[] {
  return adminNames().map((name) => ({ sha256: hashToken(tokens[name]), user: ADMINS[name] }))
}

/** Tokens whose hash the store at `path` holds stay; the others are replaced, in the store too. */
export async function ensureAdminTokens(path: string, known: Partial<AdminTokens>): Promise<AdminTokens> {
  const hashes = parseStore(path, await readOwnerOnly(path))
  const keep = (name: AdminName) => {
    const token = known[name]
    return token !== undefined && hashes[name] === hashToken(token).toString('hex') ? token : undefined
  }
  const tokens: AdminTokens = {
    'kcp-admin': keep('kcp-admin') ?? newToken(),
    'shard-admin': keep('shard-admin') ?? newToken(),
  }
  if (adminNames().some((name) => tokens[name] !== keep(name))) {
    const lines = adminNames().map((name) => `${name} ${hashToken(tokens[name]).toString('hex')}\n`)
    await writeOwnerOnly([{ path, content: lines.join('') }])
  }
  return tokens
}

/** One line a user: name, space, SHA-256 of its token in hexadecimal digits. */
function parseStore(path: string, text: string | undefined): Record<string, string> {
  const lines = (text ?? '').split('\n').filter((line) => line !== '')
  return Object.fromEntries(
    lines.map((line, index) => {
      const [, name, hash] = /^(\S+) ([0-9a-f]{64})$/.exec(line) ?? []
      if (name === undefined || hash === undefined) {
        const remedy = 'remove the file: the next start makes new admin tokens and writes them to the admin kubeconfig'
        throw new KeelsonError(`${path} line ${index + 1} is not a user name and a SHA-256`, remedy)
      }
      return [name, hash]
    }),
  )
}

function newToken(): string {
  return randomBytes(32).toString('base64url')
}

function adminNames(): AdminName[] {
  return ['kcp-admin', 'shard-admin']
}
