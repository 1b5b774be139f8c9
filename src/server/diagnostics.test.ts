import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer, type TestServer } from '../testing/index.ts'
import { tryRequest } from './try-request.ts'

describe('who runs the server', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ features: [] })
  })
  after(() => server[Symbol.asyncDispose]())
  const get = async (url: string) => tryRequest(server.handler, 'GET', url)

  test('counts requests under the names of kube-apiserver', async () => {
    await get('/clusters/root/api/v1/namespaces/default/configmaps?limit=1')
    await get('/clusters/root/api/v1/namespaces/default/configmaps/none')
    await get('/clusters/root/nowhere')
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'counted' } }
    await tryRequest(server.handler, 'POST', '/clusters/root/api/v1/namespaces/default/configmaps?dryRun=All', { body })
    await tryRequest(server.handler, 'POST', '/clusters/root/api/v1/namespaces/default/configmaps', { body })
    const { text, headers } = await get('/metrics')
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores')
    const labels = (verb: string, scope: string) =>
      `verb="${verb}",dry_run="",group="",version="v1",resource="configmaps",subresource="",scope="${scope}",component="apiserver"`
    assert.ok(text.includes(`apiserver_request_total{${labels('LIST', 'namespace')},code="200"} 1`))
    assert.ok(text.includes(`apiserver_request_total{${labels('GET', 'resource')},code="404"} 1`))
    assert.ok(text.includes(`apiserver_request_duration_seconds_count{${labels('GET', 'resource')}} 1`))
    assert.match(text, /^apiserver_current_inflight_requests\{request_kind="readOnly"\} 1$/m)
    assert.match(text, /^process_start_time_seconds \d+$/m)
    assert.match(text, /^apiserver_request_total\{verb="POST",dry_run="All",.*code="201"\} 1$/m)
    assert.match(text, /^etcd_requests_total\{operation="txn",group="",resource=""\} \d+$/m)
    assert.ok(!text.includes('nowhere'))
  })

  test('sees that a watch is open until it ends', async () => {
    const gone = new AbortController()
    const url = '/clusters/root/api/v1/secrets?watch=1'
    const { body } = await server.handler({
      method: 'GET',
      url,
      headers: {},
      body: async () => Buffer.alloc(0),
      user: { username: 'admin', groups: ['system:masters'] },
      signal: gone.signal,
    })
    const open = /^apiserver_longrunning_requests\{verb="WATCH".*resource="secrets".*\} (\d)$/m
    assert.equal(open.exec((await get('/metrics')).text)?.[1], '1')
    const read = (async () => {
      for await (const piece of body) assert.ok(piece)
    })()
    gone.abort()
    await read
    assert.equal(open.exec((await get('/metrics')).text)?.[1], '0')
  })

  test('does not look into the process from a workspace', async () => {
    await server.workspace('nosy')
    assert.equal((await get('/clusters/root:nosy/metrics')).status, 404)
  })

  test('every answer says by which id it is found in the logs', async () => {
    const request = { headers: { 'audit-id': 'mine-1' } }
    assert.equal((await tryRequest(server.handler, 'GET', '/version', request)).headers['audit-id'], 'mine-1')
    assert.match((await get('/nowhere')).headers['audit-id'] ?? '', /^[0-9a-f-]{36}$/)
    const forged = { headers: { 'audit-id': 'a\r\nb' } }
    assert.match(
      (await tryRequest(server.handler, 'GET', '/version', forged)).headers['audit-id'] ?? '',
      /^[0-9a-f-]{36}$/,
    )
  })

  const HEALTH: readonly [string, number, string][] = [
    ['/livez', 200, 'ok'],
    ['/livez?verbose', 200, '[+]ping ok\n[+]etcd ok\nlivez check passed\n'],
    ['/readyz?verbose', 200, '[+]ping ok\n[+]etcd ok\n[+]etcd-readiness ok\nreadyz check passed\n'],
    ['/livez?verbose&exclude=etcd', 200, '[+]ping ok\n[+]etcd excluded: ok\nlivez check passed\n'],
    [
      '/livez?verbose&exclude=no',
      200,
      '[+]ping ok\n[+]etcd ok\nwarn: some health checks cannot be excluded: no matches for "no"\nlivez check passed\n',
    ],
    ['/readyz/etcd', 200, 'ok'],
    ['/readyz/no', 404, '404 page not found\n'],
    ['/livez/etcd-readiness', 404, '404 page not found\n'],
  ]
  for (const [url, status, body] of HEALTH) {
    test(`asks for ${url}`, async () => {
      const answer = await get(url)
      assert.deepEqual([answer.status, answer.text], [status, body])
    })
  }
})
