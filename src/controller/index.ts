/** The door of the controller SDK. */
export {
  type Client,
  createClient,
  httpsTransport,
  loadKubeconfig,
  type ResourceRef,
  resourceRef,
} from '../client/index.ts'
export { isStatus, type KubeObject, StatusError } from '../machinery/index.ts'
export { type AnsweredCreate, type AnswerRequest, featureAnswers } from './answers.ts'
export { type Applied, apply } from './apply.ts'
export { type Clock, formatTime, sleep, systemClock } from './clock.ts'
export { type ConditionLike, findCondition, isTrue, setCondition } from './condition.ts'
export {
  type Controller,
  type ControllerOptions,
  type ReconcileContext,
  type Reconciler,
  startController,
} from './controller.ts'
export { CANDIDATE, startElected } from './elected.ts'
export {
  type Actor,
  type AnswerContext,
  type AnswerDefinition,
  actorsOf,
  type ControllerDefinition,
  type ControllerEnvironment,
  controllerUser,
  type Feature,
  type PolicyRule,
} from './feature.ts'
export { type FeaturesOptions, startFeatures } from './features.ts'
export { addFinalizer, hasFinalizer, removeFinalizer } from './finalizer.ts'
export { find, orGone } from './find.ts'
export { type Informer, type InformerEvent, type InformerOptions, startInformer } from './informer.ts'
export { LEASES, type LeaderElectionOptions, type Lease, runLeaderElection } from './lease.ts'
export { errorLog, type Log, type LogFields, messageOf } from './log.ts'
export { ownerReference } from './owner-reference.ts'
export { controllerPolicy } from './policy.ts'
export type { Backoff } from './queue.ts'
export { EVENTS, type EventRecorder, type EventRecorderOptions, eventRecorder } from './recorder.ts'
export type { Selection } from './reflector.ts'
export { clusterOf, type Request, type Result, requestFor } from './request.ts'
export { informed, type RequestMap, type Source, type SourceContext, type WatchingOptions, watching } from './source.ts'
export { patchStatus } from './status.ts'
export { type VirtualClock, virtualClock } from './virtual-clock.ts'
export { workqueueMetrics } from './workqueue-metrics.ts'
