import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { readKubeconfig } from '../kubeconfig.ts'
import { request, requestObject } from '../request.ts'
import { startTarget } from '../target.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { toolPath } from '../tools/build.ts'
import { writeChart } from './chart.ts'

const execute = promisify(execFile)
const configMaps = '/api/v1/namespaces/team/configmaps'
const widgets = '/apis/e2e.keelson.dev/v1/namespaces/team/widgets'

interface Release {
  info: { status: string }
  version: number
}

for (const tool of ['helm3', 'helm4'] as const) {
  // The first run builds it: three minutes on two cores.
  test(`${tool} installs, upgrades, rolls back and uninstalls a chart`, { timeout: 900_000 }, async () => {
    const program = await toolPath(tool)
    await using folder = await temporaryFolder()
    const chart = await writeChart(folder.path)
    await using target = await startTarget()
    const kubeconfig = await target.workspace('helm')
    const access = await readKubeconfig(kubeconfig)
    const env = { PATH: process.env.PATH, HOME: folder.path, KUBECONFIG: kubeconfig, HELM_NAMESPACE: 'team' }
    const helm = async (...commandArguments: string[]): Promise<string> => {
      const { stdout } = await execute(program, commandArguments, { env, timeout: 60_000 })
      return stdout
    }
    const settings = async () =>
      (await requestObject<{ data: object }>(access, 'GET', `${configMaps}/web-settings`)).data
    const size = async () => (await requestObject<{ spec: object }>(access, 'GET', `${widgets}/web`)).spec
    const status = async (): Promise<string> => {
      const { info, version }: Release = JSON.parse(await helm('status', 'web', '-o', 'json'))
      return `${version} ${info.status}`
    }

    await helm('install', 'web', chart, '--create-namespace', '--wait', '--timeout', '30s')
    assert.equal(await status(), '1 deployed')
    assert.deepEqual(await settings(), { color: 'red', revision: '1' })
    assert.deepEqual(await size(), { size: 1, color: 'red' })

    await assert.rejects(helm('upgrade', 'web', chart, '--set', 'size=5000'), /spec\.size.*less than or equal to 1000/s)
    assert.equal(await status(), '2 failed')

    await helm('upgrade', 'web', chart, '--set', 'color=blue,size=7,extra=true', '--wait', '--timeout', '30s')
    assert.equal(await status(), '3 deployed')
    assert.deepEqual(await settings(), { color: 'blue', revision: '3' })
    assert.deepEqual(await size(), { size: 7, color: 'blue' })
    assert.equal((await request(access, 'GET', '/api/v1/namespaces/team/secrets/web-extra')).status, 200)
    const hook = await requestObject<{ data: object }>(access, 'GET', `${configMaps}/web-hook`)
    assert.deepEqual(hook.data, { ran: '3' })
    assert.match(await helm('get', 'manifest', 'web'), /color: blue/)

    await helm('rollback', 'web', '1', '--wait', '--timeout', '30s')
    assert.equal(await status(), '4 deployed')
    assert.deepEqual(await settings(), { color: 'red', revision: '1' })
    assert.deepEqual(await size(), { size: 1, color: 'red' })
    assert.equal((await request(access, 'GET', '/api/v1/namespaces/team/secrets/web-extra')).status, 404)
    const history: unknown[] = JSON.parse(await helm('history', 'web', '-o', 'json'))
    assert.equal(history.length, 4)

    await helm('uninstall', 'web', '--wait', '--timeout', '30s')
    assert.equal((await request(access, 'GET', `${widgets}/web`)).status, 404)
    assert.equal((await request(access, 'GET', `${configMaps}/web-settings`)).status, 404)
    assert.equal((await request(access, 'GET', widgets)).status, 200, 'definitions stay')
    assert.deepEqual(JSON.parse(await helm('list', '-o', 'json')), [])
  })
}
