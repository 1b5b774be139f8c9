import { letEverybodyIn } from './access.ts'
import { scenario } from './scenario.ts'

scenario('kubectl auth can-i answers for oneself and for others', [
  { run: 'auth can-i create configmaps', output: 'yes' },
  { run: "auth can-i '*' '*' -A", output: 'yes' },
  letEverybodyIn,
  { run: 'auth can-i get configmaps --as=alice', output: 'no', code: 1 },
  {
    run: 'create role reader --verb=get,list --resource=configmaps',
    output: 'role.rbac.authorization.k8s.io/reader created',
  },
  {
    run: 'create rolebinding reader --role=reader --user=alice --group=readers',
    output: 'rolebinding.rbac.authorization.k8s.io/reader created',
  },
  { run: 'auth can-i get configmaps --as=alice', output: 'yes' },
  { run: 'auth can-i get configmaps --as=bob', output: 'no', code: 1 },
  { run: 'auth can-i get configmaps --as=bob --as-group=readers', output: 'yes' },
  { run: 'auth can-i delete configmaps --as=alice', output: 'no', code: 1 },
  { run: 'auth can-i get configmaps -n kube-system --as=alice', output: 'no', code: 1 },
  {
    run: 'auth can-i --list --as=alice',
    lines: [
      'Resources  Non-Resource URLs  Resource Names  Verbs',
      'configmaps  []  []  [get list]',
      'selfsubjectaccessreviews.authorization.k8s.io  []  []  [create]',
      'selfsubjectrulesreviews.authorization.k8s.io  []  []  [create]',
      '[/api]  []  [get]',
      '[/apis/*]  []  [get]',
    ],
  },
  { run: 'auth can-i --list', lines: ['*.*  []  []  [*]', '[*]  []  [*]'] },
  { run: 'get configmaps --as=alice -o name -l none=such' },
  {
    run: 'create configmap mine --as=alice',
    error:
      'error: failed to create configmap: configmaps is forbidden: User "alice" cannot create resource "configmaps" in API group "" in the namespace "default"',
  },
  {
    run: 'get namespaces --as=alice',
    error:
      'Error from server (Forbidden): namespaces is forbidden: User "alice" cannot list resource "namespaces" in API group "" at the cluster scope',
  },
  {
    run: "auth whoami --as=alice --as-group=readers -o jsonpath='{.status.userInfo.username} {.status.userInfo.groups}'",
    output: 'alice ["readers","system:authenticated"]',
  },
])
