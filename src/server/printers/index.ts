export { partialObjectMetadata, partialObjectMetadataList } from './partial-object-metadata.ts'
export { type Table, type TableOptions, tableOf } from './table.ts'
