/**
 * Runs a command beside a Docker of its own that has the node image, and takes both away after it:
 *
 *     node e2e/kind/with-docker.ts bash
 *     kind create cluster --image "$KIND_NODE_IMAGE"
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { kindEnvironment, startKindDocker } from './kind-docker.ts'

const [program, ...programArguments] = process.argv.slice(2)
if (program === undefined) throw new Error('name the command: node e2e/kind/with-docker.ts bash')
await using docker = await startKindDocker()
const environment = { ...process.env, ...(await kindEnvironment(docker)) }
// Ctrl-C is for the command.
process.on('SIGINT', () => {})
const child = spawn(program, programArguments, { env: environment, stdio: 'inherit' })
const [code] = await once(child, 'close')
process.exitCode = code ?? 1
