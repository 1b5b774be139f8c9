/** `-o`: how objects are printed. */

import type { DiscoveredResource } from '../client/index.ts'
import { type Json, KeelsonError, printYaml } from '../machinery/index.ts'
import { escapeHtml, withSortedKeys } from './go-json.ts'
import { compileJsonPath } from './jsonpath.ts'
import { kindText } from './resource-arguments.ts'

export type OutputFormat =
  /** The server's table. */
  | { readonly type: 'table'; readonly wide: boolean }
  | { readonly type: 'name' }
  /** The objects themselves, as text. */
  | { readonly type: 'object'; readonly print: (object: Json) => string; readonly withManagedFields: boolean }

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
      return {
        type: 'object',
        withManagedFields: false,
        print: (object) => `${escapeHtml(JSON.stringify(withSortedKeys(object), null, 4))}\n`,
      }
    case 'yaml':
      return { type: 'object', withManagedFields: false, print: (object) => printYaml(object) }
    case 'jsonpath': {
      if (argument === '')
        throw new KeelsonError(
          'template format specified but no template given',
          "for example: -o jsonpath='{.metadata.name}'",
        )
      return { type: 'object', withManagedFields: true, print: sortedFirst(compileJsonPath(argument)) }
    }
    default:
      throw new KeelsonError(
        `unable to match a printer suitable for the output format "${name}"`,
        'allowed formats are: json, jsonpath, name, wide, yaml',
      )
  }
}

function sortedFirst(print: (object: Json) => string): (object: Json) => string {
  return (object) => print(withSortedKeys(object))
}

/** `configmap/settings`, `widget.example.com/a`. */
export function nameText(resource: DiscoveredResource, name: string): string {
  return `${kindText(resource)}/${name}`
}
