/** The pipeline of examples/ci: its script really runs, and what calls it elsewhere is held to its syntax. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { parseDocument } from 'yaml'
import { type Session, startSession } from '../docs/session.ts'

const example = join(import.meta.dirname, '../../examples/ci')
const script = 'examples/ci/pipeline.sh'
const exec = promisify(execFile)

const drifted = `examples/ci/platforms-drifted`

/** A job, and its exit code as a pipeline sees it. */
const job = (name: string, before = '') => `${before}${script} ${name}; echo "exit $?"`

/** Written anew with UPDATE_EXAMPLES=1. */
async function transcript(session: Session): Promise<string> {
  await session.type('npx keelson serve')
  const lines: string[] = []
  const play = async (command: string) => {
    const printed = await session.type(command)
    lines.push(`$ ${command.replace(/; echo "exit \$\?"$/, '')}\n${normalize(printed)}`)
  }
  for (const each of ['', 'validate', 'plan', 'apply', 'drift']) await play(job(each))
  // Somebody changes something in a copy: what is there is not what it says.
  await session.type(`cp -r examples/ci/platforms ${drifted}`)
  await session.type(`sed -i 's/shop-dev/shop-next/' ${drifted}/platforms.yaml`)
  await play(job('drift', `PLATFORMS=${drifted} `))
  await play(job('apply'))
  await play(job('destroy'))
  await play(job('destroy', 'CONFIRM=platforms '))
  return lines.join('')
}

/** How far each is at a time differs from run to run. */
function normalize(printed: string): string {
  return printed.replaceAll(/^\S+\/\S+: (?!(?:created|deleted|ready)$).*\n/gm, '')
}

test('the script does each job, and says with which code', async () => {
  await using session = await startSession()
  const printed = await transcript(session)
  const file = join(example, 'expected-output.txt')
  if (process.env.UPDATE_EXAMPLES === '1') await writeFile(file, printed)
  assert.equal(printed, await readFile(file, 'utf8'))
})

interface Step {
  readonly run?: string
  readonly uses?: string
  readonly if?: string
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[]; readonly 'runs-on': string }>>
}

type Jobs = Readonly<Record<string, { readonly stage?: string; readonly script?: readonly string[] }>>

async function read<T>(file: string): Promise<T> {
  const document = parseDocument(await readFile(join(example, file), 'utf8'), { merge: true, strict: true })
  assert.deepEqual([...document.errors, ...document.warnings], [], file)
  return document.toJS() as T
}

/** Lines of shell: what runs there must be shell, and name jobs of the script that it has. */
async function holdShell(lines: readonly string[]): Promise<void> {
  const known = ['validate', 'plan', 'apply', 'drift', 'destroy']
  for (const line of lines) {
    await exec('sh', ['-n', '-c', line.replaceAll(/\$\{\{.*?\}\}/g, 'x')])
    for (const [, name = ''] of line.matchAll(/pipeline\.sh (\w+)/g)) assert.ok(known.includes(name), line)
  }
}

describe('what calls the script', () => {
  test('the script is plain sh', async () => {
    await exec('sh', ['-n', join(example, 'pipeline.sh')])
  })

  test('the workflow of GitHub', async () => {
    const { on, jobs } = await read<Workflow>('github/platforms.yml')
    assert.deepEqual(Object.keys(on), ['pull_request', 'push', 'schedule', 'workflow_dispatch'])
    assert.deepEqual(Object.keys(jobs), ['plan', 'apply', 'drift', 'destroy'])
    for (const { steps, 'runs-on': machine } of Object.values(jobs)) {
      assert.equal(machine, 'ubuntu-latest')
      for (const { run, uses } of steps) assert.ok((run === undefined) !== (uses === undefined))
      await holdShell(steps.flatMap(({ run }) => run ?? []))
    }
  })

  test('the pipeline of GitLab', async () => {
    const { stages, ...jobs } = await read<Jobs & { readonly stages: readonly string[] }>('gitlab/.gitlab-ci.yml')
    for (const stage of stages) {
      const { script: lines = [], stage: own } = (jobs as Jobs)[stage] ?? {}
      assert.equal(own, stage)
      await holdShell(lines)
    }
  })
})

test('each folder of examples is played by a test', async () => {
  const folders = (await readdir(join(example, '..'), { withFileTypes: true })).filter((each) => each.isDirectory())
  // That of kind needs Docker: it is played by `npm run example:kind`.
  assert.deepEqual(folders.map(({ name }) => name).sort(), ['acme', 'ci', 'first-steps', 'kind'])
})
