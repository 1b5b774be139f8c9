/** Failures of a call in the words of Go's http client, which is what users of webhooks look up. */
import type { PeerCertificate } from 'node:tls'

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

export function dialFailure(error: unknown, url: URL, signal: AbortSignal): string {
  if (signal.aborted) return isTimeout(signal.reason) ? 'context deadline exceeded' : 'context canceled'
  if (!(error instanceof Error)) return String(error)
  // Several addresses were tried: the first one's failure is as good as any.
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error
  return textOf(first as NodeJS.ErrnoException & { cert?: PeerCertificate }, url)
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

function textOf(
  error: NodeJS.ErrnoException & { address?: string; port?: number; cert?: PeerCertificate },
  url: URL,
): string {
  const { code = '' } = error
  const place = `${error.address ?? url.hostname}:${error.port ?? (url.port || '443')}`
  if (code === 'ECONNREFUSED') return `dial tcp ${place}: connect: connection refused`
  if (code === 'EHOSTUNREACH') return `dial tcp ${place}: connect: no route to host`
  if (code === 'ENETUNREACH') return `dial tcp ${place}: connect: network is unreachable`
  if (code === 'ETIMEDOUT') return `dial tcp ${place}: i/o timeout`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${url.hostname}: no such host`
  if (code === 'ECONNRESET') return error.message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer'
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return 'http: server gave HTTP response to HTTPS client'
  if (error.name === 'AddressRefused') return `dial tcp: ${error.message}`
  const certificate = certificateFault(code, error, url)
  return certificate === undefined ? error.message : `tls: failed to verify certificate: x509: ${certificate}`
}

function certificateFault(code: string, { cert }: { cert?: PeerCertificate }, url: URL): string | undefined {
  if (UNKNOWN_AUTHORITY.has(code)) return 'certificate signed by unknown authority'
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return 'certificate has expired or is not yet valid'
  }
  if (code !== 'ERR_TLS_CERT_ALTNAME_INVALID') return undefined
  const host = url.hostname
  const names = (cert?.subjectaltname ?? '').split(', ').filter(Boolean)
  const kind = /^[\d.]+$|^\[/.test(host) ? 'IP Address:' : 'DNS:'
  const valid = names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length))
  if (valid.length > 0) return `certificate is valid for ${valid.join(', ')}, not ${host}`
  if (kind !== 'DNS:') return `cannot validate certificate for ${host} because it doesn't contain any IP SANs`
  return `certificate is not valid for any names, but wanted to match ${host}`
}
