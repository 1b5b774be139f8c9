/** The door of the command line. */
export type { Environment, Output, Serve, Served, ServeOptions, StoreCommands } from './environment.ts'
export { runProgram } from './program.ts'
