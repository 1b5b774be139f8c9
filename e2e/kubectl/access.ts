import type { Step } from './scenario.ts'

/** Lets everybody who is authenticated into the workspace, as kcp demands beside RBAC; in kube-apiserver it gives nothing. */
export const letEverybodyIn: Step = {
  run: 'create -f -',
  input: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: access}
rules: [{nonResourceURLs: [/], verbs: [access]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: access}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: access}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: system:authenticated}]
`,
  output: `
    clusterrole.rbac.authorization.k8s.io/access created
    clusterrolebinding.rbac.authorization.k8s.io/access created`,
}
