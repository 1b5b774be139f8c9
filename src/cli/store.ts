/** `keelson store`: looks after the store in a data directory, or in etcd. */
import type { Command } from 'commander'
import type { Environment, StoreReport } from './environment.ts'
import {
  addKeysOption,
  addLocationOptions,
  type LocationFlags,
  locationText,
  migration,
  serveCommand,
  storeLocation,
} from './store-location.ts'

interface MigrateFlags extends LocationFlags {
  readonly to: string
}

export function addStore(program: Command, environment: Environment, exit: (code: number) => void): void {
  const { stdout, signal } = environment
  const store = program.command('store').summary('check, compact, encrypt anew, upgrade or move a store')
  addKeysOption(addLocationOptions(store.command('check')))
    .summary('check that the store is whole; servers may run on it')
    .action(async (flags: LocationFlags) => {
      const report = await environment.store.check(storeLocation(flags), signal)
      stdout.write(reportText(report))
      exit(report.problems.length === 0 ? 0 : 1)
    })
  addLocationOptions(store.command('compact'))
    .summary('forget the history and give all free space back; no server may run on a data directory')
    .action(async (flags: LocationFlags) => {
      const { revision, bytesBefore, bytesAfter } = await environment.store.compact(storeLocation(flags))
      const space =
        bytesBefore === undefined || bytesAfter === undefined
          ? 'etcd frees the space; etcdctl defrag, one member after the other, gives it back to the disk'
          : `${mebibytes(bytesBefore)} became ${mebibytes(bytesAfter)}`
      stdout.write(`Compacted at revision ${revision}: ${space}\n`)
    })
  addKeysOption(addLocationOptions(store.command('rewrite')))
    .summary('encrypt every row as the configuration says now; no server may run on a data directory')
    .action(async (flags: LocationFlags) => {
      const rows = await environment.store.rewrite(storeLocation(flags), signal)
      stdout.write(`Rewrote ${rows.toLocaleString('en')} rows\n`)
    })
  addLocationOptions(store.command('upgrade'))
    .summary('let a store in etcd have the format of this version, once all its servers are of it')
    .action(async (flags: LocationFlags) => {
      const { before, after } = await environment.store.upgrade(storeLocation(flags))
      stdout.write(before === after ? `The store has format ${after} already\n` : `Format ${before} became ${after}\n`)
    })
  addLocationOptions(store.command('migrate'))
    .summary('move a store from a data directory to etcd, or back; no server may run on it')
    .requiredOption('--to <place>', 'where it goes: etcd://host:2379[,host:2379…], or a new data directory')
    .action(async ({ to, ...flags }: MigrateFlags) => {
      const places = migration(flags, to)
      const { revision, rows } = await environment.store.migrate(places.from, places.to, signal)
      stdout.write(
        `Moved ${locationText(places.from)} to ${locationText(places.to)}: ${rows.toLocaleString('en')} rows, at revision ${revision}\n` +
          `Start it with: ${serveCommand(places.to)}\n`,
      )
    })
}

function reportText(report: StoreReport): string {
  const { format, revision, compacted, rows, encrypted, keys, history, bytes, freeBytes, problems } = report
  const count = (value: number): string => value.toLocaleString('en')
  const size =
    bytes === undefined || freeBytes === undefined ? '' : `${mebibytes(bytes)}, ${mebibytes(freeBytes)} of it free`
  const lines = [
    `format     ${format}`,
    `revision   ${revision}`,
    `history    from revision ${compacted}${history === undefined ? '' : `, ${count(history)} entries`}`,
    `rows       ${count(rows)}, ${count(encrypted)} of them encrypted`,
    ...Object.entries(keys).map(([id, number]) => `key        ${id}: ${count(number)} rows`),
    ...(size === '' ? [] : [`size       ${size}`]),
    ...(problems.length === 0 ? ['The store is whole.'] : problems.map((problem) => `problem    ${problem}`)),
  ]
  return `${lines.join('\n')}\n`
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
