/** `keelson wait`: until the clusters of the manifests are there, and as they say. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { EXIT, type Item } from '../platform/index.ts'
import { readDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { addPlatformOptions } from './platform-input.ts'
import { newRun, type PlatformFlags, platformManifests, withPlatform } from './platform-session.ts'
import { printable } from './table.ts'
import { usageError } from './usage-error.ts'

interface WaitFlags extends PlatformFlags {
  readonly timeout: number
}

/** Milliseconds between two looks at the world. */
const LOOK_AGAIN = 1000

export function addWait(program: Command, environment: Environment, exit: (code: number) => void): void {
  addPlatformOptions(program.command('wait'))
    .summary('wait until control centers and platforms are as the manifests say')
    .description('Look at the world until every cluster of the manifests is ready and as they say. Changes nothing.')
    .option('--timeout <duration>', 'how long to wait, for example 5m', readDuration, 15 * 60_000)
    .action(async (_: unknown, command: Command) => {
      const flags = command.optsWithGlobals<WaitFlags>()
      const manifests = await platformManifests(flags, environment)
      if (manifests === undefined) throw usageError(command, 'must specify -f')
      const end = performance.now() + flags.timeout
      const look = () =>
        withPlatform({ flags, manifests }, environment, ({ plan }) => plan({ type: 'converge' }, newRun()))
      const told = new Map<string, string>()
      for (;;) {
        const wanted = (await look()).items.filter(({ cluster }) => cluster !== undefined)
        tell(wanted, told, environment)
        if (wanted.every(({ outcome }) => outcome === 'settled')) return exit(EXIT.ok)
        if (wanted.some(({ outcome }) => outcome === 'blocked')) return exit(EXIT.blocked)
        const left = end - performance.now()
        if (left <= 0) {
          environment.stderr.write(`error: timed out after ${Math.round(flags.timeout / 1000)}s\n`)
          return exit(EXIT.timeout)
        }
        await sleep(Math.min(LOOK_AGAIN, left), undefined, { signal: environment.signal })
      }
    })
}

/** Each time that something else is said of one. */
function tell(items: readonly Item[], told: Map<string, string>, { stdout }: Environment): void {
  for (const { address, outcome, action, reason } of items) {
    const text = outcome === 'settled' ? 'ready' : `${action}: ${printable(reason)}`
    if (told.get(address) !== text) stdout.write(`${address}: ${text}\n`)
    told.set(address, text)
  }
}
