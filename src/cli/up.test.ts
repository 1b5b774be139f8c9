import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { startServer } from '../testing/index.ts'
import { type Harness, harnessOf, run } from './command-harness.ts'
import type { KubeconfigRequest, Serve } from './environment.ts'

const END = 'Ctrl-C ends it'

/** Runs `up` on a server of `keelson/testing`; `typed` is called with what was printed until `end` is in it. */
async function up(
  { server, kubeconfig, folder }: Harness,
  args: readonly string[],
  end: (out: string) => boolean = (out) => out.includes(END),
  onErr: (err: string) => void = () => undefined,
) {
  const stop = new AbortController()
  const issued: KubeconfigRequest[] = []
  const serve: Serve = async (_, signal) => ({
    url: server.url,
    kubeconfig,
    issueKubeconfig: async (request) => {
      issued.push(request)
      return path.join(folder, `${request.name}.kubeconfig`)
    },
    ended: new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
  })
  const onOut = (out: string) => {
    if (end(out)) stop.abort()
  }
  const outcome = await run(['up', ...args], { serve, signal: stop.signal, onOut, onErr })
  const text = outcome.out
    .replaceAll(server.url, 'https://127.0.0.1:6443')
    .replaceAll(kubeconfig, './.keelson/admin.kubeconfig')
    .replaceAll('v1.2.3', 'vX')
  return { ...outcome, out: text, issued }
}

const access = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: lead
  annotations: { keelson.dev/kubeconfig: lead }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: ada }]
`
const settings = (text: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { text: ${text} }\n`

describe('up', () => {
  it('serves, applies the first steps, shows what is there and what to do next', async () => {
    await using harness = harnessOf(await startServer({ listen: true }))
    const steps = path.join(import.meta.dirname, '../../examples/first-steps')
    const { code, out, err } = await up(harness, ['-f', steps])
    assert.deepEqual([code, err], [0, ''])
    const expected = fs.readFileSync(path.join(steps, 'expected-output.txt'), 'utf8')
    assert.equal(out.replaceAll(steps, 'examples/first-steps'), expected)
  })

  it('says what it leaves as it is, and of a change of the files what has come of it', async () => {
    await using harness = harnessOf(await startServer({ listen: true }))
    const file = harness.file('tree/settings.yaml', settings('one'))
    const other = harness.file('tree/other.yaml', settings('one').replace('settings', 'other'))
    const tree = path.dirname(file)
    await up(harness, ['-f', tree])
    const steps = [() => fs.writeFileSync(file, settings('two')), () => fs.rmSync(other)]
    const { code, out, err } = await up(harness, ['-f', tree], (text) => {
      const done = [text.includes(END), text.includes('configmap/settings configured')]
      if (done[2 - steps.length] === true) steps.shift()?.()
      return text.includes('Nothing to apply.')
    })
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /^root {2}configmap\/settings unchanged$/m)
    assert.match(
      out,
      /has changed:\nroot {2}configmap\/settings configured\n\n.* has changed:\nNothing to apply\. What is taken out .* stays/,
    )
  })

  it('gives the users that bindings name a kubeconfig, and a program the one that it asks for', async () => {
    await using harness = harnessOf(await startServer({ listen: true }))
    const tree = path.dirname(harness.file('tree/access.yaml', access))
    const program = harness.file('program.mjs', "console.log('with', process.env.KUBECONFIG)")
    const { code, out, issued } = await up(harness, ['-f', tree, '--run', `lead=${program}`], (text) =>
      text.includes('lead: with '),
    )
    assert.equal(code, 0)
    assert.deepEqual(issued, [{ name: 'lead', user: 'ada', workspace: 'root' }])
    assert.ok(out.includes(`lead: with ${path.join(harness.folder, 'lead.kubeconfig')}\n`), out)
  })

  it('gives a user that comes later a kubeconfig, and no mistake on the way counts', async () => {
    await using harness = harnessOf(await startServer({ listen: true }))
    const tree = path.dirname(harness.file('tree/settings.yaml', settings('one')))
    const mistake = access.replace('kubeconfig: lead', 'kubeconfig: admin')
    let written = ''
    const write = (text: string) => {
      if (written !== text) harness.file('tree/access.yaml', text)
      written = text
    }
    const { code, err, issued } = await up(
      harness,
      ['-f', tree],
      (text) => {
        if (text.includes(END) && written === '') write(mistake)
        return text.includes('lead.kubeconfig')
      },
      () => write(access),
    )
    assert.equal(code, 0)
    assert.match(err, /"admin" cannot be the name of a kubeconfig/)
    assert.deepEqual(issued, [{ name: 'lead', user: 'ada', workspace: 'root' }])
  })

  it('goes on with the rest when the server refuses an object, and ends with exit code 1', async () => {
    await using harness = harnessOf(await startServer({ listen: true }))
    harness.file('tree/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { n: 1 }\n')
    const tree = path.dirname(harness.file('tree/b.yaml', settings('one')))
    const { code, out, err } = await up(harness, ['-f', tree])
    assert.equal(code, 1)
    assert.match(err, /a\.yaml/)
    assert.match(out, /configmap\/settings created/)
  })

  const mistakes: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['no directory', [], 1, /^error: must specify -f\n/],
    ['a program that is not there', ['-f', 'TREE', '--run', 'nowhere.ts'], 1, /--run nowhere\.ts: no such file/],
    ['a kubeconfig that nobody is given', ['-f', 'TREE', '--run', 'shop=TREE/access.yaml'], 1, /or use one of lead/],
    ['a directory that is not there', ['-f', 'nowhere'], 1, /^error: (?!ENOENT).*nowhere/],
    ['a file for a directory', ['-f', 'TREE/access.yaml'], 1, /is no directory\nfor example: keelson up/],
  ]
  for (const [title, args, expected, message] of mistakes) {
    it(`serves nothing with ${title}`, async () => {
      await using harness = harnessOf(await startServer({ listen: true }))
      const tree = path.dirname(harness.file('tree/access.yaml', access))
      const { code, err } = await run(['up', ...args.map((each) => each.replace('TREE', tree))])
      assert.equal(code, expected, err)
      assert.match(err, message)
    })
  }
})
