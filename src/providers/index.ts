/** The door of the cluster providers: the only file of this room that other rooms import. */
export * from './identity.ts'
export * from './provider.ts'
export * from './provider-error.ts'
export { type Sensitive, sensitive } from './sensitive.ts'
export * from './spec-fields.ts'
export * from './tags.ts'
