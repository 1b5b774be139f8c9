#!/usr/bin/env node
// Runs on any Node, to say which one is needed before a newer language feature fails without a word.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `error: Keelson needs Node 24.15 or newer, and this is ${process.version}: install a newer one\n`,
  )
  process.exit(1)
}
const { enableCompileCache } = await import('node:module')
enableCompileCache()
const { main } = await import('../dist/keelson.js')
await main()
