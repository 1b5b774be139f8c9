/** The door of storage. */
export * from './store.ts'
