/** A server that is killed at every point of a provider's calls while the shipped command waits for it. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { clusterManifest, type PlatformHarness, platformHarness } from '../../src/cli/platform-harness.ts'
import { begin, end, FIELDS, WORKS } from '../../src/cli/platform-works.ts'
import { bundlePath } from '../bundle.ts'
import { freePort } from '../free-port.ts'
import { untilReady } from '../ready.ts'
import { runner } from './runner.ts'

/** Its data lie in the harness's folder: there a server may pretend. */
interface Served extends AsyncDisposable {
  readonly kubeconfig: string
  readonly killed: Promise<unknown>
}

async function serve({ folder: data }: PlatformHarness, port: number, log: string[] = []): Promise<Served> {
  const command = [await bundlePath(), 'serve', '--data', data, '--listen', `127.0.0.1:${port}`]
  const child: ChildProcess = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => log.push(String(piece)))
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const exit = once(child, 'exit').finally(() => process.removeListener('exit', kill))
  const kubeconfig = join(data, 'admin.kubeconfig')
  const daemon = {
    pid: child.pid ?? 0,
    log: () => log.join(''),
    assertRunning() {
      assert.equal(child.exitCode ?? child.signalCode, null, log.join(''))
    },
    stop: async () => null,
    async [Symbol.asyncDispose]() {},
  }
  await untilReady(kubeconfig, [daemon])
  return {
    kubeconfig,
    killed: exit.then(([, signal]) => signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exit
    },
  }
}

function through(harness: PlatformHarness, { kubeconfig }: Served): PlatformHarness {
  return harness.through({ kubeconfig: () => readFileSync(kubeconfig, 'utf8') })
}

describe('the server is killed in the middle', { concurrency: 2 }, () => {
  for (const work of WORKS) {
    for (const [call, points] of work.faults) {
      for (const point of points) {
        test(`${work.name}: kill -9 at ${call}, ${point}`, async () => {
          using harness = await begin(work)
          const port = await freePort()
          await using first = await serve(harness, port)
          harness.control({ faults: [{ call, point, effect: 'kill' }] })
          const command = runner(`${work.line} --workspace :root -f manifests`, harness.folder, {
            KUBECONFIG: first.kubeconfig,
          })
          const ended = command.then(({ out }) => `the command ended: ${out}`)
          assert.equal(await Promise.race([first.killed, ended]), 'SIGKILL')
          harness.control({})
          await using second = await serve(harness, port)
          // What was waited for goes on; what was only asked for is told as not answered.
          const { code, out } = await command
          assert.ok(code === 0 || (code === 1 && /Unable to connect|connection/.test(out)), `${code}: ${out}`)
          const at = through(harness, second)
          await at.runAsIs('unlock --force')
          await end(work, at)
        })
      }
    }
  }
})

describe('runners that share nothing but a server', { concurrency: 2 }, () => {
  test('do plan, apply, wait, drift and destroy, one each', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', clusterManifest('ControlCenter', 'emea', FIELDS))
    await using server = await serve(harness, await freePort())
    const jobs = [
      ['validate -f manifests', 0],
      ['plan --detailed-exitcode --out plan.json -f manifests', 2],
      ['apply plan.json', 0],
      ['wait -f manifests --timeout 120s', 0],
      ['drift --detailed-exitcode -f manifests', 0],
      ['state ls', 0],
      ['destroy --auto-approve -f manifests', 0],
    ] as const
    for (const [line, code] of jobs) {
      const result = await runner(line, harness.folder, { KUBECONFIG: server.kubeconfig })
      assert.equal(result.code, code, `${line}: ${result.out}`)
    }
    assert.deepEqual(harness.clusters(), [])
  })

  test('apply at once: one waits, and there is one cluster', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', clusterManifest('ControlCenter', 'emea', FIELDS))
    harness.control({ latency: { create: 900 } })
    await using server = await serve(harness, await freePort())
    const apply = () =>
      runner('apply --auto-approve --lock-timeout 120s -f manifests', harness.folder, { KUBECONFIG: server.kubeconfig })
    const both = await Promise.all([apply(), apply()])
    assert.deepEqual([both.map(({ code }) => code), harness.clusters()], [[0, 0], ['emea.json']])
  })
})

test('no byte of plan, output, log, or of what the server keeps is a credential of a cluster', async () => {
  using harness = platformHarness()
  harness.write('manifests/emea.yaml', clusterManifest('ControlCenter', 'emea', FIELDS))
  const log: string[] = []
  await using server = await serve(harness, await freePort(), log)
  const env = { KUBECONFIG: server.kubeconfig }
  const said: string[] = []
  for (const line of [
    'plan -o json --out plan.json -f manifests',
    'apply --auto-approve -o json -f manifests',
    'state show emea -o json',
    'drift -o json -f manifests',
    'get controlcenters,clusterproviders,events -o json',
  ]) {
    const { code, out } = await runner(line, harness.folder, env)
    assert.equal(code, 0, `${line}: ${out}`)
    said.push(out)
  }
  const { out: kubeconfig } = await runner('kubeconfig emea', harness.folder, env)
  const [, token = ''] = /token: (\S+)/.exec(kubeconfig) ?? []
  const [, authority = ''] = /certificate-authority-data: (\S+)/.exec(kubeconfig) ?? []
  assert.ok(token.length > 20 && authority.length > 20)
  // The server's own keys and credentials are its own.
  const kept = globSync('{plan.json,*store*,*.db*,**/*.log}', { cwd: harness.folder })
    .map((file) => join(harness.folder, file))
    .filter((file) => statSync(file).isFile())
  assert.ok(
    kept.some((file) => /store/.test(file)),
    kept.join(),
  )
  for (const text of [...said, log.join(''), ...kept.map((file) => readFileSync(file, 'latin1'))]) {
    assert.ok(!text.includes(token) && !text.includes(authority))
    assert.doesNotMatch(text, /simulated-[A-Za-z0-9_-]{43}/)
  }
})
