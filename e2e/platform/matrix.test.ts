/** The matrix of docs/reference/platform.md through a server that has the objects, so that its controllers are at them, too. */
import { describeMatrix } from '../../src/cli/platform-cells.ts'
import { startServer } from '../../src/testing/index.ts'

describeMatrix('a server that has the object', (features) => startServer({ features, listen: true }))
