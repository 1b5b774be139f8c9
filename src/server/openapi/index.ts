export { openAPIV2Document } from './v2.ts'
export { type OpenAPIDocument, openAPIV3Document } from './v3.ts'
