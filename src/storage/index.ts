/** The door of storage. */
export * from './errors.ts'
export { escapeSegment, unescapeSegment } from './keys.ts'
export * from './open.ts'
export * from './store.ts'
