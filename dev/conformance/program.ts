import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../world.ts'

/** Where everything lies that was got; ignored by git. */
export const STORE = join(ROOT, '.conformance')

/** A program that is not part of this repository. */
export interface Program {
  /** Absolute; what is there when the program is. */
  readonly path: string
  /** How it gets onto a machine, in a few words. */
  readonly from: string
  /** Gets it from a registry. Absent where it is on none, so that somebody has to put it there. */
  readonly get?: () => Promise<void>
}

export function isHere(program: Program): boolean {
  return existsSync(program.path)
}

const exec = promisify(execFile)
/** Builds print much; only the last of it is told when they fail. */
const MAX_BUFFER = 256 * 1024 * 1024

/** The standard output of a program that has to succeed, without blanks at its ends. @throws Error with what it printed */
export async function output(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { cwd = ROOT, env = {} } = options
  const { stdout } = await exec(command, args, { cwd, env: { ...process.env, ...env }, maxBuffer: MAX_BUFFER }).catch(
    (error: unknown) => {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      const told = `${stdout}\n${stderr}`.trim().slice(-2_000)
      throw new Error(`${[command, ...args].join(' ')} failed:\n${told}`, { cause: error })
    },
  )
  return stdout.trim()
}

/** As many compilers at once as there are processors, but one where there are only two: others work here as well. */
const GO = { GOFLAGS: `-p=${availableParallelism() > 2 ? availableParallelism() : 1}`, CGO_ENABLED: '0' }

/**
 * The `main` package of a module of the Go module proxy, `path@version`.
 *
 * @param source a Go source of our own, which is built around the module instead
 * @param tag a build tag of the module
 */
export function goProgram(name: string, module: string, { source = '', tag = '' } = {}): Program {
  const folder = join(STORE, name)
  const [path = '', version = ''] = module.split('@')
  return {
    path: join(folder, name),
    from: `go build${tag && ` -tags ${tag}`} of ${module}`,
    get: async () => {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'go.mod'), `module conformance\n\ngo 1.26\n\nrequire ${path} ${version}\n`)
      if (source !== '') await copyFile(source, join(folder, 'main.go'))
      const built = source === '' ? path : '.'
      await output('go', ['build', '-mod=mod', '-tags', tag, '-o', name, built], { cwd: folder, env: GO })
    },
  }
}

/** A program on no registry. @param build what is built, of its own source, and put there */
export function ownBuild(file: string, build: string): Program {
  return { path: join(STORE, file), from: `its own build of ${build}, put into .conformance/${dirname(file)} by hand` }
}

/** A program without libraries, taken out of a container image. */
export function imageProgram(name: string, image: string, file: string): Program {
  const path = join(STORE, name, basename(file))
  return {
    path,
    from: `docker cp of ${file} in the image ${image}`,
    get: async () => {
      await mkdir(join(STORE, name), { recursive: true })
      const container = await output('docker', ['create', image])
      try {
        await output('docker', ['cp', `${container}:${file}`, path])
      } finally {
        await output('docker', ['rm', container])
      }
    },
  }
}

/** Packages of PyPI in a virtual environment of their own. The path of the program is its `python`. */
export function pythonProgram(name: string, packages: readonly string[]): Program {
  const folder = join(STORE, name)
  return {
    path: join(folder, 'bin/python'),
    from: `pip install ${packages.join(' ')}`,
    get: async () => {
      await output('python3', ['-m', 'venv', folder])
      await output(join(folder, 'bin/pip'), ['install', '--quiet', ...packages])
    },
  }
}

/** A zip of Maven Central, `group:name:version`, with everything in one folder. `file` is the program in that folder. */
export function mavenProgram(name: string, artifact: string, file: string): Program {
  const folder = join(STORE, name)
  const [, id = '', version = ''] = artifact.split(':')
  return {
    path: join(folder, file),
    from: `mvn dependency:copy of ${artifact}; and Java`,
    get: async () => {
      const downloads = await mkdtemp(join(tmpdir(), 'maven-'))
      const copy = [`-Dartifact=${artifact}:zip`, `-DoutputDirectory=${downloads}`]
      await output('mvn', ['--batch-mode', '--quiet', 'dependency:copy', ...copy])
      await output('unzip', ['-q', join(downloads, `${id}-${version}.zip`), '-d', downloads])
      await rm(join(downloads, `${id}-${version}.zip`))
      const [inside = ''] = await readdir(downloads)
      await cp(join(downloads, inside), folder, { recursive: true })
      await rm(downloads, { recursive: true })
    },
  }
}
