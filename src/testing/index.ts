/** The door of `keelson/testing`: a Kubernetes API for a test, in its own process. */
export { type Client, createClient, inProcessTransport, type ResourceRef, resourceRef } from '../client/index.ts'
export { type Clock, type Feature, type Log, type VirtualClock, virtualClock } from '../controller/index.ts'
export { isStatus, type KubeObject, StatusError, type UserInfo } from '../machinery/index.ts'
export { applyFiles } from './apply-files.ts'
export { eventually, type WaitOptions } from './eventually.ts'
export type { Faults, RequestMatch } from './faults.ts'
export { defaultFeatures, startServer, type TestServer, type TestServerOptions } from './start-server.ts'
