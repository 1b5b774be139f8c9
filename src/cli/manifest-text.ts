/** The objects of a YAML or JSON file, each mistake with its line and field. */
import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml'
import { KeelsonError, type KubeObject, type ManifestObject, parseManifest } from '../machinery/index.ts'

export interface Manifest {
  readonly object: KubeObject
  readonly file: string
  /** Where a field stands, given as in `spec.versions[0].name`, or the nearest field around it that is there. */
  readonly lineOf: (field: string) => number
}

/** Throws a KeelsonError for the first mistake: a file is taken whole or not at all. */
export function parseManifestText(text: string, file: string): Manifest[] {
  const parsed = parseManifest(text, file)
  if (!parsed.ok) throw malformed(parsed.error)
  return parsed.value.flatMap((each) => {
    const { object, line } = each
    const { items } = object as { items?: KubeObject[] }
    if (object.kind === 'List' && Array.isArray(items)) {
      return items.map((item) => ({ object: item, file, lineOf: () => line }))
    }
    const lineOf = (field: string) => locate(text, each, field)
    const { name, generateName } = object.metadata as { name?: unknown; generateName?: unknown }
    const problem = name === undefined ? 'is missing' : 'must be a string'
    if (typeof name !== 'string' && generateName === undefined) {
      throw malformed(`${file}:${lineOf('metadata.name')}: metadata.name ${problem}`)
    }
    return [{ object, file, lineOf }]
  })
}

function malformed(message: string): KeelsonError {
  return new KeelsonError(message, 'correct the file; nothing was changed')
}

/** Reads the text once more, because only failures want to know. */
function locate(text: string, { line }: ManifestObject, field: string): number {
  const lines = new LineCounter()
  const lineAt = (offset: number | undefined) => (offset === undefined ? line : lines.linePos(offset).line)
  const documents = parseAllDocuments(text, { lineCounter: lines, version: '1.1' })
  if (!Array.isArray(documents)) return line
  const document = (documents as Document[]).find(({ contents }) => lineAt(contents?.range?.[0]) === line)
  const steps = field.match(/[^.[\]]+/g) ?? []
  for (let length = steps.length; length > 0; length--) {
    const node = document?.getIn(steps.slice(0, length), true)
    if (isNode(node)) return lineAt(node.range?.[0])
  }
  return line
}
