/**
 * Builds the Go programs that the end-to-end tests and the benchmarks run, from their modules, once a machine.
 *
 *     node e2e/tools/build.ts kubectl etcd kube-apiserver go-clients
 *
 * prints the path of each. They land outside the checkout, in `${KEELSON_TOOLS:-${XDG_CACHE_HOME:-~/.cache}/keelson}`,
 * under a name that contains their version, so a second run finds them and any number of checkouts share them.
 */
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { requireGo, run } from './go.ts'
import { withLock } from './lock.ts'
import { isToolName, type ToolName, toolNames, tools } from './recipes.ts'

/** The folder that holds every built tool: `<cache>/tools`. */
export function toolsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment.KEELSON_TOOLS ?? join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'keelson')
  return join(cache, 'tools')
}

/**
 * The path of a tool's executable; builds it when it is absent (kube-apiserver: up to ten minutes on two cores).
 *
 *     const kubectl = await toolPath('kubectl')
 */
export async function toolPath(name: ToolName): Promise<string> {
  const recipe = tools[name]
  const folder = join(toolsFolder(), `${name}-${await recipe.version()}`)
  const target = join(folder, name)
  if (await exists(target)) return target
  await requireGo()
  await mkdir(folder, { recursive: true })
  return withLock(join(folder, 'lock'), async () => {
    if (await exists(target)) return target
    const scratch = await mkdtemp(join(folder, 'build-'))
    try {
      const output = join(scratch, name)
      const { directory, arguments: buildArguments } = await recipe.prepare(scratch)
      await run('go', ['build', '-trimpath', '-buildvcs=false', '-o', output, ...buildArguments], directory)
      // Renamed into place, so that nobody ever finds half an executable.
      await rename(output, target)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
    return target
  })
}

/** Whether all of them are there already, in the version that is wanted. */
export async function isBuilt(...names: ToolName[]): Promise<boolean> {
  const found = names.map(async (name) => {
    return exists(join(toolsFolder(), `${name}-${await tools[name].version()}`, name))
  })
  return (await Promise.all(found)).every(Boolean)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function main(names: string[]): Promise<number> {
  const unknown = names.filter((name) => !isToolName(name))
  if (names.length === 0 || unknown.length > 0) {
    const problem = names.length === 0 ? 'no tool named' : `unknown tool "${unknown.join('", "')}"`
    console.error(`error: ${problem}; name some of: ${toolNames.join(' ')}`)
    return 1
  }
  for (const name of names.filter(isToolName)) {
    try {
      console.log(await toolPath(name))
    } catch (error) {
      console.error(`error: cannot build ${name}: ${error instanceof Error ? error.message : String(error)}`)
      return 1
    }
  }
  return 0
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
