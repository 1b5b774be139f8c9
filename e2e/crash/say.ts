/** What a process that may be killed at any moment says before it does anything else. */
import { writeSync } from 'node:fs'

const pause = new Int32Array(new SharedArrayBuffer(4))

/**
 * Writes a line to standard output and returns when the system has it. What a child of Node has as standard output may be a socket that
 * does not block: when its reader is behind, a write says EAGAIN, and is tried again.
 */
export function say(line: string): void {
  for (let rest = Buffer.from(`${line}\n`); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(pause, 0, 0, 1)
    }
  }
}
