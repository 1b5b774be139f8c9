/** The door of the command line. */
export type { Environment, Output, Serve, Served, ServeOptions } from './environment.ts'
export { runProgram } from './program.ts'
