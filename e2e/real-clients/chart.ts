/** A chart of a definition, an object of its kind, and objects of Kubernetes' own kinds. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { widgetsCrd } from '../fixtures/widgets.ts'

const templates = {
  'all.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-settings, labels: {app: {{ .Chart.Name }}}}
data: {color: {{ .Values.color }}, revision: "{{ .Release.Revision }}"}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: {{ .Release.Name }}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: {{ .Release.Name }}}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
{{- if .Values.extra }}
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-extra}
stringData: {key: value}
---
{{- end }}
apiVersion: e2e.keelson.dev/v1
kind: Widget
metadata: {name: {{ .Release.Name }}}
spec: {size: {{ .Values.size }}, color: {{ .Values.color }}}
`,
  'hook.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-hook
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: before-hook-creation}
data: {ran: "{{ .Release.Revision }}"}
`,
}

/** Writes it into the folder and answers with its path. */
export async function writeChart(folder: string): Promise<string> {
  const chart = join(folder, 'widgets')
  await mkdir(join(chart, 'templates'), { recursive: true })
  await mkdir(join(chart, 'crds'))
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: widgets\nversion: 0.1.0\n')
  await writeFile(join(chart, 'values.yaml'), 'color: red\nsize: 1\nextra: false\n')
  await copyFile(widgetsCrd, join(chart, 'crds/widgets.yaml'))
  for (const [name, text] of Object.entries(templates)) await writeFile(join(chart, 'templates', name), text)
  return chart
}
