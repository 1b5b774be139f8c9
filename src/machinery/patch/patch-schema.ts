/** What a strategic merge patch must know of a type: the `patchStrategy` and `patchMergeKey` tags of its Go struct. */

export interface PatchSchema {
  /** For error texts: the Go struct's name, or the kind of Go type that it is instead. */
  readonly name: string
  readonly isStruct: boolean
  readonly field: (jsonName: string) => PatchField | undefined
}

export interface PatchField {
  /** `merge`: a list's elements are merged instead of the list replaced. `replace`: an object is replaced, not merged. */
  readonly strategy: 'merge' | 'replace' | undefined
  /** The key that tells the elements of a merged list of objects apart. */
  readonly mergeKey: string | undefined
  /** The field is a list, perhaps of objects that `schema` describes. */
  readonly list: boolean
  /** Of the object, or of the list's elements. */
  readonly schema: PatchSchema
}
