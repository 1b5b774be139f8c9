/** The option of commands that work on a data directory themselves, without a server. */
import path from 'node:path'
import type { Command } from 'commander'

export interface DataFlags {
  readonly data: string
}

export function addDataOption(command: Command): Command {
  return command.option('--data <dir>', 'the data directory', './.keelson')
}

export function dataDirectory({ data }: DataFlags): string {
  return path.resolve(data)
}
