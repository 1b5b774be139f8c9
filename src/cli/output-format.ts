/** `-o`: how objects are printed. */

import { stringify } from 'yaml'
import type { DiscoveredResource } from '../client/index.ts'
import { type Json, KeelsonError, type KubeObject } from '../machinery/index.ts'
import { compileJsonPath } from './jsonpath.ts'
import { kindText } from './resource-arguments.ts'

export type OutputFormat =
  /** The server's table. */
  | { readonly type: 'table'; readonly wide: boolean }
  | { readonly type: 'name' }
  /** The objects themselves, as text. */
  | { readonly type: 'object'; readonly print: (object: Json) => string }

export function parseOutputFormat(text: string | undefined): OutputFormat {
  const [name = '', ...rest] = (text ?? '').replace(/^=/, '').split('=')
  const argument = rest.join('=')
  switch (name) {
    case '':
      return { type: 'table', wide: false }
    case 'wide':
      return { type: 'table', wide: true }
    case 'name':
      return { type: 'name' }
    case 'json':
      return { type: 'object', print: (object) => `${JSON.stringify(sorted(object), null, 4)}\n` }
    case 'yaml':
      return { type: 'object', print: (object) => stringify(sorted(object), { lineWidth: 0 }) }
    case 'jsonpath': {
      if (argument === '')
        throw new KeelsonError(
          'template format specified but no template given',
          "for example: -o jsonpath='{.metadata.name}'",
        )
      return { type: 'object', print: compileJsonPath(argument) }
    }
    default:
      throw new KeelsonError(
        `unable to match a printer suitable for the output format "${name}"`,
        'allowed formats are: json, jsonpath, name, wide, yaml',
      )
  }
}

/** Keys in order, as Go prints maps. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] as Json)]),
  )
}

/** `configmap/settings`, `widget.example.com/a`. */
export function nameText(resource: DiscoveredResource, name: string): string {
  return `${kindText(resource)}/${name}`
}

/** Without what only the server needs to know. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata ?? {}
  return { ...object, metadata }
}
