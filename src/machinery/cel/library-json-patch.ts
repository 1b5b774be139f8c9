/** `jsonpatch.escapeKey` (apiserver/pkg/cel/library/jsonpatch.go). */
import { defineFunction, type Library } from './declaration.ts'

export const JSON_PATCH_KEYS: Library = {
  functions: [
    defineFunction('jsonpatch.escapeKey', [
      [
        'string_jsonpatch_escapeKey_string',
        '(string) -> string',
        (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1'),
      ],
    ]),
  ],
}
