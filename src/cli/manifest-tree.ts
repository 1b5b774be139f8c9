/** `--tree`: a directory that is laid out like the workspaces its objects belong to. */
import path from 'node:path'
import type { Environment } from './environment.ts'
import { listDirectory, readManifests } from './manifest-files.ts'
import type { Manifest } from './manifest-text.ts'

export interface ManifestTree {
  /** Relative to the workspace that the topmost directory stands for; empty for itself. */
  readonly path: string
  readonly directory: string
  readonly manifests: readonly Manifest[]
  /** One a folder; the folder's name is the workspace's. */
  readonly children: readonly ManifestTree[]
}

export async function readManifestTree(directory: string, environment: Environment, place = ''): Promise<ManifestTree> {
  const { files, folders } = listDirectory(directory)
  const children: ManifestTree[] = []
  for (const folder of folders) {
    const name = path.basename(folder)
    children.push(await readManifestTree(folder, environment, place === '' ? name : `${place}:${name}`))
  }
  const manifests = files.length === 0 ? [] : await readManifests(files, { recursive: false }, environment)
  return { path: place, directory, manifests, children }
}

/** Whether it holds of one of the directories. */
export function someDirectory(tree: ManifestTree, holds: (tree: ManifestTree) => boolean): boolean {
  return holds(tree) || tree.children.some((child) => someDirectory(child, holds))
}
