/** Why a data directory cannot be opened, in words for whoever started Keelson. */
import { KeelsonError } from '../../machinery/index.ts'
import { isDamaged } from './sqlite-errors.ts'

export function inUse(directory: string, process: string): KeelsonError {
  return new KeelsonError(
    `the data directory ${directory} is in use by process ${process}`,
    'stop that process, or choose another data directory',
  )
}

export function newerFormat(directory: string, format: string, known: number): KeelsonError {
  return new KeelsonError(
    `the data directory ${directory} has format ${format}, this version of Keelson knows formats up to ${known}`,
    'run the version of Keelson that wrote it, or a newer one, or choose another data directory',
  )
}

/** Any other failure: by what it says, the files are damaged or cannot be written. */
export function unusable(directory: string, cause: unknown): KeelsonError {
  if (cause instanceof KeelsonError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  if (isDamaged(cause)) {
    return new KeelsonError(
      `the data directory ${directory} is damaged: ${reason}`,
      'restore it from a backup, or choose another data directory',
      { cause },
    )
  }
  return new KeelsonError(
    `the data directory ${directory} cannot be written to: ${reason}`,
    'give this user the right to write there, or choose another data directory',
    { cause },
  )
}
