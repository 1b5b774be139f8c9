import { startServer } from '../../testing/index.ts'
import { describeClusterProvider } from '../conformance.ts'
import { openLogicalWorld } from './world-for-tests.ts'

describeClusterProvider('logical', () => openLogicalWorld(() => startServer({ listen: true })))
