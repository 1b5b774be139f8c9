/** `-f`: the objects in files, directories and the standard input. All are read before anything is done with one. */
import fs from 'node:fs'
import path from 'node:path'
import { KeelsonError } from '../machinery/index.ts'
import type { Environment } from './environment.ts'
import { type Manifest, parseManifestText } from './manifest-text.ts'

const EXTENSIONS = new Set(['.yaml', '.yml', '.json'])

export async function readManifests(
  sources: readonly string[],
  { recursive }: { recursive: boolean },
  { stdin }: Environment,
): Promise<Manifest[]> {
  const manifests: Manifest[] = []
  for (const source of sources) {
    if (source === '-') manifests.push(...parseManifestText(await textOf(stdin), 'STDIN'))
    else for (const file of filesIn(source, recursive)) manifests.push(...parseManifestText(read(file), file))
  }
  if (manifests.length === 0) throw nothingIn(sources)
  return manifests
}

export function nothingIn(sources: readonly string[]): KeelsonError {
  return new KeelsonError(`no objects found in ${sources.join(', ')}`, 'name a file or directory with manifests')
}

async function textOf(stdin: Environment['stdin']): Promise<string> {
  let text = ''
  for await (const piece of stdin) text += piece.toString()
  return text
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function unreadable(file: string, cause: unknown): KeelsonError {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
    return new KeelsonError(`the path "${file}" does not exist`, '', { cause })
  }
  return new KeelsonError(`${file}: ${(cause as Error).message}`, '', { cause })
}

/** In the order of their names. Of a directory, what has a manifest's extension. */
function filesIn(source: string, recursive: boolean): string[] {
  if (!isDirectory(source)) return [source]
  const { files, folders } = listDirectory(source)
  return [...files, ...(recursive ? folders.flatMap((folder) => filesIn(folder, recursive)) : [])]
}

export function isDirectory(source: string): boolean {
  try {
    return fs.statSync(source).isDirectory()
  } catch (cause) {
    throw unreadable(source, cause)
  }
}

export function listDirectory(directory: string): { files: string[]; folders: string[] } {
  const entries = fs
    .readdirSync(directory)
    .sort()
    .map((name) => path.join(directory, name))
  const folders = entries.filter((entry) => fs.statSync(entry).isDirectory())
  return { files: entries.filter((entry) => EXTENSIONS.has(path.extname(entry)) && !folders.includes(entry)), folders }
}
