/** What is being done, a line a thing: rewritten in place on a terminal, plain lines elsewhere. */
import { styleText } from 'node:util'
import type { Output } from './environment.ts'

export interface Step {
  /** What the thing waits for now. */
  readonly waiting: (reason: string) => void
  readonly done: (result: string) => void
  /** Takes the line away: what comes of it is told elsewhere. */
  readonly clear: () => void
}

type Style = Parameters<typeof styleText>[0]

const STYLES: Readonly<Record<string, Style>> = { created: 'green', configured: 'yellow', unchanged: 'dim' }

/** Who reads a log is told only of what takes a while. */
const PATIENCE = 1000

/** `label` names the place of each step, in a column; '' for none. */
export function startStep(output: Output, label: string, what: string): Step {
  const start = label === '' ? what : `${label}  ${what}`
  const terminal = output.isTTY === true
  // A terminal of unknown width says 0.
  const width = output.columns === undefined || output.columns === 0 ? Number.POSITIVE_INFINITY : output.columns - 1
  const line = (text: string) => text.slice(0, width)
  let timer: NodeJS.Timeout | undefined
  const clear = () => {
    clearTimeout(timer)
    if (terminal) output.write('\r\x1b[K')
  }
  if (terminal) output.write(line(`${start} ...`))
  return {
    waiting(reason) {
      clear()
      if (terminal) output.write(line(`${start} ... waiting for ${reason}`))
      else timer = setTimeout(() => output.write(`${start} waits for ${reason}\n`), PATIENCE)
    },
    done(result) {
      clear()
      const style = STYLES[result.split(' ')[0] ?? '']
      const told = terminal && style !== undefined ? styleText(style, result, { validateStream: false }) : result
      output.write(`${start} ${told}\n`)
    },
    clear,
  }
}
