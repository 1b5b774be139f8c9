/** The door of storage. */
export type { Faults } from './embedded/wire.ts'
export type { Encryption } from './encryption/configuration.ts'
export { readEncryption } from './encryption/key-file.ts'
export * from './errors.ts'
export { escapeSegment, unescapeSegment } from './keys.ts'
export * from './open.ts'
export * from './store.ts'
