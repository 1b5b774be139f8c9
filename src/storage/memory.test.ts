import { describeStore } from './conformance.ts'
import { openStore } from './open.ts'

describeStore('memory', () => openStore({ engine: 'memory' }), 200)
