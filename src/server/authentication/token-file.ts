/** `--token-auth-file` (apiserver/pkg/authentication/token/tokenfile): lines of `token,user,uid,"group1,group2"`. */
import { KeelsonError, type UserInfo } from '../../machinery/index.ts'
import { readFlagFile } from '../flag-file.ts'
import { hashToken, type TokenAuthenticator } from './hashed-tokens.ts'

export interface StaticTokens {
  readonly authenticateToken: TokenAuthenticator
  /** Lines that count for nothing, in words without the token. */
  readonly warnings: readonly string[]
}

/** @param warn told of each line that counts for nothing. */
export async function readTokenFile(path: string, warn: (warning: string) => void): Promise<TokenAuthenticator> {
  const { authenticateToken, warnings } = parseTokenFile(await readFlagFile('--token-auth-file', path), path)
  for (const warning of warnings) warn(warning)
  return authenticateToken
}

export function parseTokenFile(text: string, path: string): StaticTokens {
  const records = parseCsv(text)
  if (!records.ok) {
    throw new KeelsonError(
      `--token-auth-file ${path} line ${records.error.line}: ${records.error.message}`,
      'write each line as: token,user,uid,"group1,group2" (the groups may be left out)',
    )
  }
  // By hash, so that the time of a look-up tells nothing about the tokens.
  const users = new Map<string, UserInfo>()
  const warnings: string[] = []
  for (const { line, fields } of records.value) {
    const [token, username, uid, groups] = fields
    if (token === undefined || username === undefined || uid === undefined) {
      throw new KeelsonError(
        `--token-auth-file ${path} line ${line}: must have at least 3 columns (token, user name, user uid), found ${fields.length}`,
        'write each line as: token,user,uid,"group1,group2" (the groups may be left out)',
      )
    }
    if (token === '') {
      warnings.push(`--token-auth-file ${path} line ${line}: the token is empty, the line is ignored`)
      continue
    }
    const key = hashToken(token).toString('base64')
    if (users.has(key))
      warnings.push(`--token-auth-file ${path} line ${line}: the token occurs before, this line counts`)
    users.set(key, { username, ...(uid === '' ? {} : { uid }), groups: groups === undefined ? [] : groups.split(',') })
  }
  return { authenticateToken: (token) => users.get(hashToken(token).toString('base64')), warnings }
}

interface CsvRecord {
  /** Of its first field, from 1. */
  readonly line: number
  readonly fields: readonly string[]
}

type CsvResult =
  | { readonly ok: true; readonly value: readonly CsvRecord[] }
  | { readonly ok: false; readonly error: { readonly line: number; readonly message: string } }

/**
 * RFC 4180 with the rules of Go's encoding/csv, which decides what a token file may look like: blank lines are skipped,
 * spaces are kept, a quote stands only around a whole field. Written here because it is one loop over one small file.
 */
function parseCsv(text: string): CsvResult {
  const records: CsvRecord[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  let fields: string[] = []
  let start = 0
  while (start < text.length || fields.length > 0) {
    const line = text.slice(0, start).split('\n').length
    field.lastIndex = start
    const match = field.exec(text)
    if (match === null) return { ok: false, error: { line, message: quoteError(text.slice(start)) } }
    const [all, quoted, bare, separator] = match
    start += all.length
    fields.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"').replaceAll('\r\n', '\n'))
    if (separator === ',') continue
    const isBlank = fields.length === 1 && bare === ''
    if (!isBlank) records.push({ line: lineOfRecord(line, fields, quoted), fields })
    fields = []
  }
  return { ok: true, value: records }
}

function lineOfRecord(lastFieldLine: number, fields: readonly string[], last: string | undefined): number {
  const before = last === undefined ? fields : fields.slice(0, -1)
  return lastFieldLine - before.join('').split('\n').length + 1
}

function quoteError(rest: string): string {
  return rest.startsWith('"') ? 'extraneous or missing " in a quoted field' : 'bare " in a field that is not quoted'
}
