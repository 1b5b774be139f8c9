import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { startStep } from './progress.ts'

function output(isTTY: boolean) {
  const written: string[] = []
  return { written, isTTY, columns: 40, write: (text: string) => written.push(text) }
}

describe('progress', () => {
  it('is one plain line a thing where nobody looks on', () => {
    const log = output(false)
    const step = startStep(log, 'root:acme', 'configmap/x')
    step.waiting('phase Ready')
    step.done('created')
    assert.deepEqual(log.written, ['root:acme  configmap/x created\n'])
  })

  it('tells in a log what takes more than a second', () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    const log = output(false)
    const step = startStep(log, '', 'workspace/x')
    step.waiting('phase Ready: Initializing')
    mock.timers.tick(1000)
    step.done('created')
    mock.timers.reset()
    assert.deepEqual(log.written, ['workspace/x waits for phase Ready: Initializing\n', 'workspace/x created\n'])
  })

  it('rewrites its line on a terminal, within its width', () => {
    const terminal = output(true)
    const step = startStep(terminal, '', 'workspace/x')
    step.waiting('a very long reason that does not fit on the line')
    step.done('created')
    assert.deepEqual(terminal.written, [
      'workspace/x ...',
      '\r\x1b[K',
      'workspace/x ... waiting for a very long',
      '\r\x1b[K',
      'workspace/x \x1b[32mcreated\x1b[39m\n',
    ])
  })
})
