import { describeClusterProvider } from '../conformance.ts'
import { openKindWorld } from './world-for-tests.ts'

describeClusterProvider('kind', openKindWorld)
