import { describeClusterProvider } from '../conformance.ts'
import { openSimulatedWorld } from './world-for-tests.ts'

describeClusterProvider('simulated', openSimulatedWorld)
