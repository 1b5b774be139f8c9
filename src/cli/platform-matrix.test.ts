/** The matrix of docs/reference/platform.md without a server, and through one; e2e/platform has it where the objects are there. */
import { startServer } from '../testing/index.ts'
import { describeMatrix } from './platform-cells.ts'

for (const mode of ['--local', 'a server'] as const) {
  describeMatrix(mode, (features) => startServer({ features, listen: true }))
}
