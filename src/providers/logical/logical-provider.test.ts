import { startServer } from '../../testing/index.ts'
import { describeClusterProvider, describeInterruptedProvider } from '../conformance.ts'
import { openLogicalWorld } from './world-for-tests.ts'

const open = () => openLogicalWorld(() => startServer({ listen: true }))

describeClusterProvider('logical', open)
describeInterruptedProvider('logical', open)
