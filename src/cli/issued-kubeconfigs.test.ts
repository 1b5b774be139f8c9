import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeelsonError } from '../machinery/index.ts'
import { kubeconfigRequests } from './issued-kubeconfigs.ts'
import { parseManifestText } from './manifest-text.ts'
import type { ManifestTree } from './manifest-tree.ts'

const node = (path: string, text: string, children: readonly ManifestTree[] = []): ManifestTree => ({
  path,
  directory: path,
  manifests: parseManifestText(text, 'team.yaml'),
  children,
})

const binding = (name: string, user = 'ada', kind = 'ClusterRoleBinding') => `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata:
  name: team
  annotations:
    keelson.dev/kubeconfig: ${name}
subjects:
  - { kind: Group, name: readers }
  - { kind: User, name: "${user}" }
`

test('who gets a kubeconfig: the users of bindings that say so, for the workspaces of the bindings', () => {
  const silent = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'
  const tree = node('', silent, [
    node('acme', binding('lead'), [node('acme:shop', binding('shop', 'eve', 'RoleBinding'))]),
  ])
  assert.deepEqual(kubeconfigRequests(tree, 'root'), [
    { name: 'lead', user: 'ada', workspace: 'root:acme' },
    { name: 'shop', user: 'eve', workspace: 'root:acme:shop' },
  ])
})

const mistakes: readonly (readonly [string, string, RegExp])[] = [
  ['the file of the administrator', binding('admin'), /^team\.yaml:6: metadata\.annotations.*"admin" cannot be/],
  ['a file elsewhere', binding('../shop'), /"\.\.\/shop" cannot be/],
  ['a name of the system', binding('shop', 'system:apiserver'), /^team\.yaml:\d: subjects: .*begin with system:/],
  ['no user', binding('shop').replace('kind: User', 'kind: Group'), /for one User/],
  ['two users', binding('shop').replace('kind: Group', 'kind: User'), /for one User/],
  ['what is no binding', binding('shop', 'ada', 'ClusterRole'), /ClusterRole is no binding/],
  ['one file for two', `${binding('shop')}---\n${binding('shop', 'eve')}`, /two bindings ask for shop\.kubeconfig/],
]
for (const [title, text, message] of mistakes) {
  test(`a kubeconfig is refused for ${title}`, () => {
    assert.throws(
      () => kubeconfigRequests(node('', text), 'root'),
      (error) => error instanceof KeelsonError && message.test(error.message) && error.remedy !== '',
    )
  })
}
