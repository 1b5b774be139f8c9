/** The door of the cluster providers: the only file of this room that other rooms import. */
export * from './identity.ts'
export * from './provider.ts'
export * from './provider-error.ts'
export { type Sensitive, sensitive } from './sensitive.ts'
export { openSimulatedProvider, type SimulatedOptions } from './simulated/simulated-provider.ts'
export { openWorld, type World } from './simulated/world.ts'
export * from './spec-fields.ts'
export * from './tags.ts'
