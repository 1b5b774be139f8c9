/** `keelson store`: looks after the store in a data directory. */
import type { Command } from 'commander'
import { addDataOption, type DataFlags, dataDirectory } from './data-directory.ts'
import type { Environment, StoreReport } from './environment.ts'

interface StoreFlags extends DataFlags {
  readonly encryptionProviderConfig?: string
}

export function addStore(program: Command, environment: Environment, exit: (code: number) => void): void {
  const { stdout } = environment
  const store = program.command('store').summary('check, compact or encrypt anew the store of a data directory')
  addKeysOption(addDataOption(store.command('check')))
    .summary('check that the store is whole; a server may run on it')
    .action((flags: StoreFlags) => {
      const report = environment.store.check(dataDirectory(flags), flags.encryptionProviderConfig)
      stdout.write(reportText(report))
      exit(report.problems.length === 0 ? 0 : 1)
    })
  addDataOption(store.command('compact'))
    .summary('forget the history and give all free space back; no server may run on it')
    .action((flags: StoreFlags) => {
      const { revision, bytesBefore, bytesAfter } = environment.store.compact(dataDirectory(flags))
      stdout.write(`Compacted at revision ${revision}: ${mebibytes(bytesBefore)} became ${mebibytes(bytesAfter)}\n`)
    })
  addKeysOption(addDataOption(store.command('rewrite')))
    .summary('encrypt every row as the configuration says now; no server may run on it')
    .action(async (flags: StoreFlags) => {
      const directory = dataDirectory(flags)
      const rows = await environment.store.rewrite(directory, flags.encryptionProviderConfig, environment.signal)
      stdout.write(`Rewrote ${rows.toLocaleString('en')} rows\n`)
    })
}

function addKeysOption(command: Command): Command {
  return command.option('--encryption-provider-config <file>', 'the keys, if they are not those of the data directory')
}

function reportText(report: StoreReport): string {
  const { format, revision, compacted, rows, encrypted, history, bytes, freeBytes, problems } = report
  const count = (value: number): string => value.toLocaleString('en')
  const lines = [
    `format     ${format}`,
    `revision   ${revision}`,
    `history    from revision ${compacted}, ${count(history)} entries`,
    `rows       ${count(rows)}, ${count(encrypted)} of them encrypted`,
    `size       ${mebibytes(bytes)}, ${mebibytes(freeBytes)} of it free`,
    ...(problems.length === 0 ? ['The store is whole.'] : problems.map((problem) => `problem    ${problem}`)),
  ]
  return `${lines.join('\n')}\n`
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
