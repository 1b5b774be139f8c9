export { CUSTOM_RESOURCE_CLEANUP } from './crd-strategy.ts'
export { definitionsFromCRD } from './definitions-from-crd.ts'
