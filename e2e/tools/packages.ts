/**
 * Clients that are not executables: packages of npm and of Python, installed once a machine beside the built tools. A client
 * is another program than Keelson, so that none of it is among the project's own dependencies.
 */
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toolsFolder } from './build.ts'
import { run } from './go.ts'
import { withLock } from './lock.ts'

const clientNode = '@kubernetes/client-node@2.0.1'
const jsonPatchSuite = 'json-patch-test-suite@1.1.0'
const pythonPackages = ['kubernetes==37.0.2', 'kopf==1.45.2']

/** A folder in which `node_modules/@kubernetes/client-node` is. @throws Error with what npm says */
export function clientNodeFolder(): Promise<string> {
  return installed(clientNode, (folder) => installPackage(folder, clientNode))
}

/** A folder with the files of json-patch-tests. @throws Error with what npm says */
export async function jsonPatchSuiteFolder(): Promise<string> {
  const folder = await installed(jsonPatchSuite, (scratch) => installPackage(scratch, jsonPatchSuite))
  return join(folder, 'node_modules/json-patch-test-suite')
}

async function installPackage(folder: string, name: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{"private":true}\n')
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', name], folder)
}

/** A Python that has the kubernetes client and kopf. @throws Error with what Python or pip says */
export async function pythonWithKopf(): Promise<string> {
  const folder = await installed(pythonPackages.join('-'), async (scratch, target) => {
    // A virtual environment knows where it is: it is made where it stays, and counts once its mark is there.
    await rm(join(target, 'venv'), { recursive: true, force: true })
    await run('python3', ['-m', 'venv', join(target, 'venv')], scratch)
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pythonPackages]
    await run(join(target, 'venv/bin/python'), pip, scratch)
  })
  return join(folder, '../venv/bin/python')
}

/** Calls `install` with an empty folder that is renamed into place, and with the folder around that place. */
async function installed(name: string, install: (folder: string, around: string) => Promise<void>): Promise<string> {
  const around = join(toolsFolder(), name.replace(/[^\w.-]+/g, '-').replace(/^-/, ''))
  const target = join(around, 'installed')
  if (await exists(target)) return target
  await mkdir(around, { recursive: true })
  return withLock(join(around, 'lock'), async () => {
    if (await exists(target)) return target
    const scratch = await mkdtemp(join(around, 'install-'))
    try {
      await install(scratch, around)
      await rename(scratch, target)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
    return target
  })
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
