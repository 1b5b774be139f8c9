import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { describeStore } from './conformance.ts'
import { openStore } from './open.ts'

const root = mkdtempSync(join(tmpdir(), 'keelson-store-'))
after(() => rmSync(root, { recursive: true }))

describeStore('embedded', () => openStore({ engine: 'embedded', directory: mkdtempSync(join(root, 'store-')) }))
