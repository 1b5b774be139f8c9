import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { startTarget } from '../target.ts'
import { kubectlWith } from './kubectl.ts'
import { play, type Step } from './scenario.ts'

/** Applies on the server, does not wait for deletions, and knows commands of its own. */
const PREFERENCES = `apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults:
- command: apply
  options: [{name: server-side, default: "true"}, {name: field-manager, default: preferences}]
- command: delete
  options: [{name: wait, default: "false"}]
aliases:
- name: settings
  command: get
  prependArgs: [configmaps]
  options: [{name: output, default: name}]
- name: mine
  command: create
  prependArgs: [configmap]
  appendArgs: [--from-literal=mine=yes]
`

const named = (name: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}}
data: {a: "1"}
`

const steps: Step[] = [
  { run: 'apply -f -', input: named('settings'), output: 'configmap/settings serverside-applied' },
  {
    run: "get configmap settings --show-managed-fields -o jsonpath='{.metadata.managedFields[*].manager}'",
    output: 'preferences',
  },
  { run: 'apply --server-side=false -f -', input: named('plain'), output: 'configmap/plain created' },
  { run: 'settings', lines: ['configmap/settings'] },
  { run: "settings settings -o jsonpath='{.data.a}'", output: '1' },
  { run: 'mine other', output: 'configmap/other created' },
  { run: "get configmap other -o jsonpath='{.data.mine}'", output: 'yes' },
  { run: 'delete configmap other', output: 'configmap "other" deleted from default namespace' },
]

test('kubectl goes by the preferences in kuberc', async (context) => {
  await using target = await startTarget()
  const kubeconfig = await target.workspace('story')
  const home = join(dirname(kubeconfig), '.kube')
  await mkdir(home, { recursive: true })
  await writeFile(join(home, 'kuberc'), PREFERENCES)
  await play(context, await kubectlWith(kubeconfig), steps)
})
