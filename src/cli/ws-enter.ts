import {
  changeKubeconfig,
  clientConfigOf,
  currentWorkspace,
  type Kubeconfig,
  switchWorkspace,
} from '../client/index.ts'
import type { ConnectionOptions } from './connection.ts'
import type { Environment } from './environment.ts'

export interface PlaceOptions extends ConnectionOptions {
  readonly short?: boolean
}

/** Makes a workspace the current one and says so. */
export function enterWorkspace(
  path: string,
  type: string,
  config: Kubeconfig,
  options: PlaceOptions,
  { stdout }: Environment,
): void {
  const { context } = clientConfigOf(config, options.context)
  changeKubeconfig(config, switchWorkspace({ ...config, currentContext: context }, path))
  stdout.write(placeText(path, type, options))
}

function placeText(path: string, type: string, { short }: PlaceOptions): string {
  if (short === true) return `${path}\n`
  return `Current workspace is '${path}'${type === '' ? '' : ` (type ${type})`}.\n`
}

export function currentPlaceText(config: Kubeconfig, options: PlaceOptions): string {
  const path = currentWorkspace(config)
  if (path !== undefined) return placeText(path, '', options)
  const { server } = clientConfigOf(config, options.context)
  return options.short === true ? `${server}\n` : `Current workspace is the URL "${server}".\n`
}
