import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { KeelsonError } from '../machinery/index.ts'
import { run } from './command-harness.ts'
import type { Serve, ServeOptions } from './environment.ts'

const issueKubeconfig = () => Promise.reject(new TypeError('nobody asked for one'))

/** Remembers its options and ends with the signal. */
function recording(): { serve: Serve; options: ServeOptions[] } {
  const options: ServeOptions[] = []
  const serve: Serve = async (given, signal) => {
    options.push(given)
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    const kubeconfig = path.resolve('.keelson/admin.kubeconfig')
    return { url: 'https://127.0.0.1:6443', kubeconfig, issueKubeconfig, ended }
  }
  return { serve, options }
}

describe('serve', () => {
  it('says in one line that it is ready, and ends with Ctrl-C and exit code 0', async () => {
    const { serve, options } = recording()
    const stop = new AbortController()
    const { code, out, err } = await run('serve', { serve, signal: stop.signal, onOut: () => stop.abort() })
    const ready = 'Keelson v1.2.3 is ready: https://127.0.0.1:6443 (kubeconfig ./.keelson/admin.kubeconfig)\n'
    assert.deepEqual([code, out, err], [0, ready, ''])
    const expected = {
      dataDirectory: path.resolve('.keelson'),
      host: '127.0.0.1',
      port: 6443,
      store: 'embedded',
      requestLog: 'slow',
    }
    assert.deepEqual(options, [expected])
  })

  const cases: [string, Partial<ServeOptions>][] = [
    ['--listen 0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['--listen [::1]:7443', { host: '::1', port: 7443 }],
    ['--store memory --data /tmp/x', { store: 'memory', dataDirectory: '/tmp/x' }],
    [
      '--client-ca-file ca.pem --token-auth-file t.csv -v',
      { clientCaFile: 'ca.pem', tokenAuthFile: 't.csv', requestLog: 'all' },
    ],
    ['--service-account-issuer https://issuer.example.com/a', { serviceAccountIssuer: 'https://issuer.example.com/a' }],
    ['--tls-cert-file c.pem --tls-private-key-file k.pem', { tlsCertFile: 'c.pem', tlsPrivateKeyFile: 'k.pem' }],
  ]
  for (const [flags, expected] of cases) {
    it(flags, async () => {
      const { serve, options } = recording()
      const stop = new AbortController()
      await run(`serve ${flags}`, { serve, signal: stop.signal, onOut: () => stop.abort() })
      for (const [key, value] of Object.entries(expected)) assert.equal(options[0]?.[key as keyof ServeOptions], value)
    })
  }

  for (const flags of [
    '--listen nowhere',
    '--listen :99999',
    '--store floppy',
    '--service-account-issuer http://x',
    '--service-account-issuer https://x?y',
    '--api-audiences a,,b',
    '--external-hostname api.example.com:443',
  ]) {
    it(`refuses ${flags}`, async () => {
      const { code, err } = await run(`serve ${flags}`)
      assert.equal(code, 1)
      assert.match(err, /^error: option '.*' argument '.*' is invalid\..*\nSee 'keelson serve --help' for usage\.\n$/)
    })
  }

  for (const flag of ['--etcd-cafile', '--etcd-certfile', '--etcd-keyfile', '--shared-key-file']) {
    it(`refuses ${flag} without an etcd: nothing would come of it`, async () => {
      const { code, err } = await run(`serve ${flag} file`)
      assert.deepEqual(
        [code, err],
        [1, `error: ${flag} goes with --store etcd://HOST:PORT\nname the etcd, or leave the flag out\n`],
      )
    })
  }

  it('tells why it cannot start, and what to do', async () => {
    const serve: Serve = () =>
      Promise.reject(new KeelsonError('127.0.0.1:6443 is in use', 'use --listen with another port'))
    assert.deepEqual(await run('serve', { serve }), {
      code: 1,
      out: '',
      err: 'error: 127.0.0.1:6443 is in use\nuse --listen with another port\n',
    })
  })
})
