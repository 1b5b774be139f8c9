import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { toolPath } from '../tools/build.ts'

/** What a finished kubectl left behind. */
export interface Outcome {
  output: string
  error: string
  code: number
}

/** The real kubectl, as one user of one API. */
export interface Kubectl {
  /** Runs it to its end: `run("get configmap settings -o jsonpath='{.data}'")`; single quotes keep spaces. */
  run(command: string, input?: string, environment?: Readonly<Record<string, string>>): Promise<Outcome>
  /** Runs one that goes on: its output's lines as they come; it is stopped when the loop over them ends. */
  follow(command: string): AsyncGenerator<string>
}

export async function kubectlWith(kubeconfig: string): Promise<Kubectl> {
  const program = await toolPath('kubectl')
  // A home of its own keeps one server's discovery cache from being taken for another's on the same port.
  const env = {
    PATH: process.env.PATH,
    HOME: dirname(kubeconfig),
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: `${kubeconfig}.cache`,
  }
  const start = (command: string, more?: Readonly<Record<string, string>>) =>
    spawn(program, words(command), { env: { ...env, ...more } })
  return {
    async run(command, input = '', environment = {}) {
      const child = start(command, environment)
      const outcome = { output: '', error: '' }
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        outcome.output += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        outcome.error += text
      })
      child.stdin.on('error', () => {}).end(input)
      const [code] = await once(child, 'close')
      return { ...outcome, code }
    },
    async *follow(command) {
      const child = start(command)
      try {
        yield* createInterface(child.stdout)
      } finally {
        child.kill()
      }
    },
  }
}

/** Splits a command as a shell does that knows single quotes. */
function words(command: string): string[] {
  return Array.from(command.matchAll(/(?:'[^']*'|[^\s'])+/g), ([word]) => word.replaceAll("'", ''))
}
