/**
 * A Docker of our own: its images are kept in the cache, its socket is nobody else's. One runs at a time, on a machine that
 * may have a Docker of its own beside it.
 *
 *     await using docker = await startDocker()
 *     await docker.run('ps', '--all')
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Daemon, startDaemon } from '../daemon.ts'
import { toolPath, toolsFolder } from '../tools/build.ts'
import { withLock } from '../tools/lock.ts'
import { hostSettings } from './host-settings.ts'

export interface Docker extends AsyncDisposable {
  /** The path of its socket. */
  readonly socket: string
  /** What makes docker and kind of the command line find it. */
  readonly environment: Readonly<Record<string, string>>
  /** @throws Error with what docker says */
  run(...commandArguments: string[]): Promise<string>
  log(): string
}

const CAP_SYS_RESOURCE = 1n << 24n

export async function startDocker(): Promise<Docker> {
  requirePrograms()
  const home = join(toolsFolder(), 'docker')
  await mkdir(home, { recursive: true })
  await using cleanup = new AsyncDisposableStack()
  cleanup.use(await holdLock(join(home, 'lock')))
  await endLeftovers(home)
  cleanup.use(await hostSettings(join(home, 'host-settings.json')))
  const socket = join(home, 'docker.sock')
  const settings = join(home, 'daemon.json')
  await writeFile(settings, JSON.stringify(await daemonSettings(home, socket), undefined, 2))
  const logFile = join(home, 'dockerd.log')
  await rm(logFile, { force: true })
  const daemon = cleanup.use(startDaemon('dockerd', ['--config-file', settings], logFile))
  await untilAnswers(socket, daemon)
  const environment = { DOCKER_HOST: `unix://${socket}`, PATH: path }
  const docker = (...commandArguments: string[]) => runProgram('docker', commandArguments, environment)
  await removeEverything(docker)
  cleanup.defer(() => removeEverything(docker))
  const disposal = cleanup.move()
  return {
    socket,
    environment,
    run: docker,
    log: daemon.log,
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}

/** Debian keeps them where only the superuser's login shell looks. */
const path = [dirname(process.execPath), process.env.PATH, '/usr/sbin', '/sbin'].join(':')

function requirePrograms(): void {
  process.env.PATH = path
  const missing = ['dockerd', 'docker', 'runc', 'iptables', 'debootstrap'].filter(
    (program) => spawnSync('which', [program]).status !== 0,
  )
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')} not found: apt-get install docker.io debootstrap iptables`)
  if (process.getuid?.() !== 0) throw new Error('dockerd needs the superuser: run this with sudo')
}

async function daemonSettings(home: string, socket: string): Promise<Record<string, unknown>> {
  const settings = {
    'data-root': join(home, 'data'),
    'exec-root': join(home, 'run'),
    pidfile: join(home, 'dockerd.pid'),
    hosts: [`unix://${socket}`],
    'storage-driver': 'overlay2',
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    'oom-score-adjust': 0,
    bip: '10.198.0.1/24',
    'log-level': 'warn',
  }
  const status = await readFile('/proc/self/status', 'utf8')
  const effective = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(status)?.[1]}`)
  if ((effective & CAP_SYS_RESOURCE) !== 0n) return settings
  // Privileged containers are given every capability: where this one cannot be given, none would start.
  const runtimes = { bounded: { path: await toolPath('kind-runtime') } }
  return { ...settings, runtimes, 'default-runtime': 'bounded' }
}

async function untilAnswers(socket: string, daemon: Daemon): Promise<void> {
  while (!(await answers(socket))) {
    daemon.assertRunning()
    await sleep(50)
  }
}

function answers(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  request({ socketPath, path: '/_ping' }, (response) => {
    response.resume()
    resolve(response.statusCode === 200)
  })
    .on('error', () => resolve(false))
    .end()
  return promise
}

async function removeEverything(docker: (...commandArguments: string[]) => Promise<string>): Promise<void> {
  const containers = (await docker('ps', '--all', '--quiet')).split('\n').filter(Boolean)
  if (containers.length > 0) await docker('rm', '--force', '--volumes', ...containers)
  const volumes = (await docker('volume', 'ls', '--quiet')).split('\n').filter(Boolean)
  if (volumes.length > 0) await docker('volume', 'rm', '--force', ...volumes)
  await docker('network', 'prune', '--force')
}

/** A test that was killed leaves dockerd, containerd and its shims behind; their arguments say where they belong. */
async function endLeftovers(home: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    const [program = ''] = command.split('\0')
    const isOurs = command.includes(`${home}/`) && /(?:dockerd|containerd|containerd-shim\S*)$/.test(program)
    if (!isOurs) continue
    process.kill(Number(pid), 'SIGKILL')
    // One that is not quite dead still has its files and its cgroup.
    while ((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '') await sleep(20)
  }
  for (const file of ['dockerd.pid', 'run/containerd/containerd.pid']) await rm(join(home, file), { force: true })
}

async function holdLock(file: string): Promise<AsyncDisposable> {
  const held = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const done = withLock(file, async () => {
    held.resolve()
    await released.promise
  })
  await Promise.race([held.promise, done])
  return {
    async [Symbol.asyncDispose]() {
      released.resolve()
      await done
    },
  }
}

/** Runs a program to its end and answers with its standard output. @throws Error with what it said */
export function runProgram(
  program: string,
  programArguments: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = spawn(program, programArguments, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-8000)
  })
  child.on('error', reject)
  child.on('close', (code) => {
    if (code === 0) resolve(output)
    else reject(new Error(`${program} ${programArguments.join(' ')} ended with ${code}:\n${complaint.trim()}`))
  })
  return promise
}
