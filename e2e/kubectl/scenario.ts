import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startTarget } from '../target.ts'
import { type Kubectl, kubectlWith } from './kubectl.ts'
import { normalize, unindent } from './normalize.ts'

/** One command and what it must print. */
export interface Step {
  /** What is typed after `kubectl`. */
  run: string
  /** Given on standard input, for `-f -`. */
  input?: string
  /** What `kubectl edit` opens its file with: a command of the shell. */
  editor?: string
  /** The whole of standard output after `normalize`; left out where `lines` says it. */
  output?: string
  /** Lines that must be in the output, in any order; none where it depends on the moment. */
  lines?: string[]
  /** The whole of standard error after `normalize`; by default there is none. */
  error?: string
  /** The exit code; 0 unless there is an error, then 1. */
  code?: number
}

/** A story told to one fresh API, command by command. */
export function scenario(title: string, steps: Step[]): void {
  test(title, async (context) => {
    await using target = await startTarget()
    await play(context, await kubectlWith(await target.workspace('story')), steps)
  })
}

/** Runs the steps one after the other, each a test by the name of its command. */
export async function play(context: TestContext, kubectl: Kubectl, steps: Step[]): Promise<void> {
  for (const step of steps) {
    await context.test(`kubectl ${step.run}`, async () => {
      const editor = step.editor === undefined ? {} : { KUBE_EDITOR: step.editor }
      const outcome = await kubectl.run(step.run, step.input, editor)
      const got = { output: normalize(outcome.output), error: normalize(outcome.error), code: outcome.code }
      const expected = {
        output: step.lines ? got.output : unindent(step.output ?? ''),
        error: unindent(step.error ?? ''),
        code: step.code ?? (step.error === undefined ? 0 : 1),
      }
      assert.deepEqual(got, expected)
      const missing =
        step.lines?.filter((line) => !got.output.split('\n').some((printed) => printed.trim() === line)) ?? []
      assert.deepEqual(missing, [], `not all lines are in:\n${got.output}`)
    })
  }
}
