/** The documents of a YAML or JSON file as objects, each mistake with its line and field. */
import { type Document, isMap, isNode, LineCounter, parseAllDocuments } from 'yaml'
import { KeelsonError, type KubeObject } from '../machinery/index.ts'

export interface ManifestText {
  readonly object: KubeObject
  /** Of the object's first line. */
  readonly line: number
}

export function parseManifestText(text: string, file: string): ManifestText[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines })
  if (!Array.isArray(documents)) return []
  return (documents as Document[]).flatMap((document) => {
    const [problem] = document.errors
    if (problem !== undefined) {
      const line = problem.linePos?.[0].line ?? 1
      throw malformed(file, line, (problem.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''))
    }
    if (document.contents === null) return []
    const { range } = document.contents as { range?: [number, number, number] }
    const line = lines.linePos(range?.[0] ?? 0).line
    const value = document.toJS() as unknown
    if (value === null) return []
    return checked(value, document, lines, file, line)
  })
}

function malformed(file: string, line: number, problem: string): KeelsonError {
  return new KeelsonError(`${file}:${line}: ${problem}`, 'nothing was applied')
}

function checked(value: unknown, document: Document, lines: LineCounter, file: string, line: number): ManifestText[] {
  if (!isMap(document.contents)) throw malformed(file, line, 'a manifest must be an object')
  const object = value as KubeObject & { items?: KubeObject[] }
  const lineOf = (path: readonly string[]): number => {
    const node = document.getIn(path, true)
    const at = isNode(node) ? node.range?.[0] : undefined
    return at === undefined ? line : lines.linePos(at).line
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    const given: unknown = object[field]
    if (given === undefined || given === '') throw malformed(file, line, `${field}: Required value`)
    if (typeof given !== 'string') throw malformed(file, lineOf([field]), `${field}: must be a string`)
  }
  if (object.kind === 'List' && Array.isArray(object.items)) return object.items.map((item) => ({ object: item, line }))
  const metadata: unknown = object.metadata
  if (typeof metadata !== 'object' || metadata === null) throw malformed(file, line, 'metadata: Required value')
  const { name, generateName } = metadata as { name?: unknown; generateName?: unknown }
  if (typeof name !== 'string' && generateName === undefined) {
    const problem = name === undefined ? 'metadata.name: Required value' : 'metadata.name: must be a string'
    throw malformed(file, lineOf(['metadata', ...(name === undefined ? [] : ['name'])]), problem)
  }
  return [{ object, line }]
}
