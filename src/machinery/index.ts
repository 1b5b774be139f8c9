/** The door of the object model: the only file of this room that other rooms import. */
export * from './errors.ts'
export * from './http.ts'
export * from './object.ts'
