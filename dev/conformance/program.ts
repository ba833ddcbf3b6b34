import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../world.ts'

/** Where everything lies that was got; ignored by git. */
const STORE = join(ROOT, '.conformance')

/** A program that is not part of this repository. */
export interface Program {
  /** Absolute; what is there when the program is. */
  readonly path: string
  /** How it gets onto a machine: commands, or a few words. */
  readonly from: string
  /** Runs the commands. Absent where the program is on no registry, so that somebody has to put it there. */
  readonly get?: () => Promise<unknown>
}

/** Where a program runs, and what its environment has beside ours. */
interface Place {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

const exec = promisify(execFile)
/** Builds print much; only the last of it is told when they fail. */
const MAX_BUFFER = 256 * 1024 * 1024

/** The standard output of a program that has to succeed, without blanks at its ends. @throws Error with what it printed */
export async function output(
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = {} }: Place = {},
): Promise<string> {
  const { stdout } = await exec(command, args, { cwd, env: { ...process.env, ...env }, maxBuffer: MAX_BUFFER }).catch(
    (error: unknown) => {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      const told = `${stdout}\n${stderr}`.trim().slice(-2_000)
      throw new Error(`${[command, ...args].join(' ')} failed:\n${told}`, { cause: error })
    },
  )
  return stdout.trim()
}

/** Runs a command line as a person at a shell would. */
export function shell(script: string, place: Place): Promise<string> {
  return output('bash', ['-euo', 'pipefail', '-c', script], place)
}

/** As many compilers at once as there are processors, but one where there are only two: others work here as well. */
const GO = { GOFLAGS: `-p=${availableParallelism() > 2 ? availableParallelism() : 1}`, CGO_ENABLED: '0' }

/** A program of a registry, in a folder of its own. @param commands put it there, run in that folder */
export function fetched(name: string, file: string, ...commands: readonly string[]): Program {
  const cwd = join(STORE, name)
  const from = commands.join('; ')
  const get = async (): Promise<unknown> => {
    await mkdir(cwd, { recursive: true })
    return shell(from, { cwd, env: GO })
  }
  return { path: join(cwd, file), from, get }
}

/**
 * The `main` package of a module of the Go module proxy, `path@version`.
 *
 * @param source a Go source of our own, which is built around the module instead
 * @param tag a build tag of the module
 */
export function goProgram(name: string, module: string, { source = '', tag = '' } = {}): Program {
  return fetched(
    name,
    name,
    'rm -f go.mod',
    'go mod init conformance',
    `go mod edit -go=1.26 -require=${module}`,
    ...(source === '' ? [] : [`cp ${source} main.go`]),
    `go build -mod=mod -tags '${tag}' -o ${name} ${source === '' ? module.split('@')[0]! : '.'}`,
  )
}

/** A program on no registry. @param build what is built, of its own source, and put there */
export function ownBuild(file: string, build: string): Program {
  return { path: join(STORE, file), from: `its own build of ${build}, put into .conformance/${dirname(file)} by hand` }
}
