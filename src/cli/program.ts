import { Command, CommanderError } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import { addAdopt } from './adopt.ts'
import { addApiResources } from './api-resources.ts'
import { addApply } from './apply.ts'
import { addBackup } from './backup.ts'
import { addCompletion } from './completion.ts'
import { addConnectionOptions } from './connection.ts'
import { addDelete } from './delete.ts'
import { addDescribe } from './describe.ts'
import { addDestroy } from './destroy.ts'
import { addDoctor } from './doctor.ts'
import type { Environment } from './environment.ts'
import { failureText } from './failure.ts'
import { addGet } from './get.ts'
import { normalizeArguments } from './go-flags.ts'
import { addKubeconfig } from './kubeconfig.ts'
import { addPivot } from './pivot.ts'
import { addDrift, addPlan } from './plan.ts'
import { addRestore } from './restore.ts'
import { addServe } from './serve.ts'
import { addState } from './state.ts'
import { addStore } from './store.ts'
import { addTour } from './tour.ts'
import { addObjectTree } from './tree.ts'
import { addUnlock } from './unlock.ts'
import { addUp } from './up.ts'
import { ofCommander } from './usage-error.ts'
import { addValidate } from './validate.ts'
import { addVersion } from './version.ts'
import { addWait } from './wait.ts'
import { addWs } from './ws.ts'

/**
 * Runs one command line, without the names of program and script, and resolves with its exit code. Never throws.
 *
 * @example process.exitCode = await runProgram(process.argv.slice(2), environment)
 */
export async function runProgram(args: readonly string[], environment: Environment): Promise<number> {
  let exitCode = 0
  const program = createProgram(environment, endingWithReader(environment), (code) => {
    exitCode = code
  })
  try {
    // As kubectl, a bare command is a question for help.
    const asked = args.length === 0 ? ['--help'] : args
    await program.parseAsync(normalizeArguments(program, asked), { from: 'user' })
    return exitCode
  } catch (error) {
    // Help and version are asked for, not failures.
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    // Ctrl-C ended what was waited for.
    if (environment.signal.aborted && (error as Error)?.name === 'AbortError') return 130
    environment.stderr.write(failureText(error))
    return error instanceof KeelsonError ? error.exitCode : 1
  }
}

/** What only prints ends when nobody reads it any more (`keelson get -w | head`); a server goes on. */
function endingWithReader(environment: Environment): Environment {
  const unread = new AbortController()
  environment.stdout.on?.('error', (error) => {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
    unread.abort()
  })
  return { ...environment, signal: AbortSignal.any([environment.signal, unread.signal]) }
}

function createProgram(serving: Environment, environment: Environment, exit: (code: number) => void): Command {
  const program = new Command('keelson')
    .description('A Kubernetes Developer Platform in one process.')
    .usage('COMMAND [options]')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      // What commander has to say comes as an error, in kubectl's words.
      writeErr: () => {},
      outputError: () => {},
    })
  addConnectionOptions(program)
  addUp(program, serving, exit)
  addServe(program, serving)
  addGet(program, environment, exit)
  addDescribe(program, environment, exit)
  addApiResources(program, environment)
  addObjectTree(program, environment)
  addApply(program, environment, exit)
  addDelete(program, environment, exit)
  addValidate(program, environment, exit)
  addPlan(program, environment, exit)
  addDrift(program, environment, exit)
  addWait(program, environment, exit)
  addDestroy(program, environment, exit)
  addAdopt(program, environment, exit)
  addPivot(program, environment, exit)
  addUnlock(program, environment)
  addState(program, environment, exit)
  addKubeconfig(program, environment)
  addWs(program, environment)
  addDoctor(program, environment)
  addTour(program, environment)
  addBackup(program, environment)
  addRestore(program, environment)
  addStore(program, environment, exit)
  addVersion(program, environment, exit)
  addCompletion(program, environment)
  throwErrors(program)
  return program
}

function throwErrors(command: Command): void {
  command.exitOverride((error) => {
    if (error.exitCode === 0) throw error
    // As kubectl, a group of commands is a question for help, too.
    if (error.code === 'commander.help' && command.parent !== null) command.help()
    throw ofCommander(command, error)
  })
  for (const each of command.commands) throwErrors(each)
}
