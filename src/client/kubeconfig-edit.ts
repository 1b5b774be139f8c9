/** Changing kubeconfig files in place: comments and fields that are not ours stay as they are. */
import fs from 'node:fs'
import path from 'node:path'
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { makeDirectories } from '../machinery/index.ts'
import type { Kubeconfig, KubeconfigCluster, KubeconfigContext } from './kubeconfig.ts'

export interface KubeconfigChange {
  readonly currentContext?: string
  readonly clusters?: Readonly<Record<string, KubeconfigCluster>>
  readonly contexts?: Readonly<Record<string, KubeconfigContext>>
}

/** Writes each entry to the file it stands in, new ones and the current context to the first; returns the files written. */
export function changeKubeconfig(config: Kubeconfig, change: KubeconfigChange): string[] {
  const documents = new Map<string, Document>()
  const first = config.files.find((file) => fs.existsSync(file)) ?? config.files[0] ?? ''
  const documentOf = (file: string): Document => {
    const known = documents.get(file)
    if (known !== undefined) return known
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
    const document = text.trim() === '' ? parseDocument('apiVersion: v1\nkind: Config\n') : parseDocument(text)
    documents.set(file, document)
    return document
  }
  for (const [name, cluster] of Object.entries(change.clusters ?? {})) {
    setEntry(documentOf(config.clusters.get(name)?.file ?? first), 'clusters', 'cluster', name, cluster)
  }
  for (const [name, context] of Object.entries(change.contexts ?? {})) {
    setEntry(documentOf(config.contexts.get(name)?.file ?? first), 'contexts', 'context', name, context)
  }
  if (change.currentContext !== undefined) documentOf(first).set('current-context', change.currentContext)
  for (const [file, document] of documents) writeWhole(file, document.toString({ lineWidth: 0 }))
  return [...documents.keys()]
}

function setEntry(document: Document, plural: string, field: string, name: string, value: object): void {
  const existing = document.get(plural)
  const list = isSeq(existing) ? (existing as YAMLSeq) : (document.createNode([]) as YAMLSeq)
  if (list !== existing) document.set(plural, list)
  const entry = list.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name)
  if (entry === undefined) list.add(document.createNode({ [field]: value, name }))
  else entry.set(field, document.createNode(value))
}

/** Nobody else may read it, and no reader sees half of it. A symbolic link stays one. */
function writeWhole(file: string, text: string): void {
  const target = fs.existsSync(file) ? fs.realpathSync(file) : file
  makeDirectories(path.dirname(target))
  const draft = `${target}.${process.pid}.tmp`
  fs.writeFileSync(draft, text, { mode: 0o600 })
  fs.renameSync(draft, target)
}
