/**
 * Why a data directory cannot be opened, in words for whoever started Keelson. The main thread makes a KeelsonError of it;
 * the writer's thread, which must start fast, loads nothing of other rooms.
 */
import { isDamaged } from './sqlite-errors.ts'

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly remedy: string

  constructor(message: string, remedy: string, cause?: unknown) {
    super(message, { cause })
    this.remedy = remedy
  }
}

export function inUse(directory: string, process: string): Refusal {
  return new Refusal(
    `the data directory ${directory} is in use by process ${process}`,
    'stop that process, or choose another data directory',
  )
}

export function newerFormat(directory: string, format: string, known: number): Refusal {
  return new Refusal(
    `the data directory ${directory} has format ${format}, this version of Keelson knows formats up to ${known}`,
    'run the version of Keelson that wrote it, or a newer one, or choose another data directory',
  )
}

/** Any other failure: by what it says, the files are damaged or cannot be written. */
export function unusable(directory: string, cause: unknown): Refusal {
  if (cause instanceof Refusal) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  if (isDamaged(cause)) {
    const message = `the data directory ${directory} is damaged: ${reason}`
    return new Refusal(message, 'restore it from a backup, or choose another data directory', cause)
  }
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    const message = `the data directory ${directory} is or lies below a file that is no directory`
    return new Refusal(message, 'remove that file, or choose another data directory', cause)
  }
  return new Refusal(
    `the data directory ${directory} cannot be written to: ${reason}`,
    'give this user the right to write there, or choose another data directory',
    cause,
  )
}
