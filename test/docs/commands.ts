import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { expect } from 'vitest'

interface Ended {
  readonly status: number
  readonly output: string
  readonly errors: string
  /** What stand-ins wrote to the file `$NOTES`. */
  readonly notes: string
}

/** Where commands of the pages are run: a folder that is their home. */
export class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'place-'))
  readonly #env: Readonly<Record<string, string>>

  /**
   * @param files by path; those in `bin` are scripts of bash, in place of programs that would reach others
   * @param env further variables
   */
  constructor(files: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string>> = {}) {
    this.#env = env
    for (const [file, text] of Object.entries(files)) this.write(file, text)
  }

  at(...names: readonly string[]): string {
    return join(this.folder, ...names)
  }

  read(file: string): string {
    return readFileSync(this.at(file), 'utf8')
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(this.at(file)), { recursive: true })
    const isProgram = file.startsWith('bin/')
    writeFileSync(this.at(file), isProgram ? `#!/usr/bin/env bash\n${text}` : text, { mode: isProgram ? 0o755 : 0o644 })
  }

  /** Runs commands in one shell, one after the other, until one fails. */
  shell(
    commands: readonly string[],
    { cwd = '.', env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<Ended> {
    this.write('notes', '')
    const all = {
      HOME: this.folder,
      RUNNER_TEMP: this.folder,
      NOTES: this.at('notes'),
      PATH: [this.at('bin'), process.env['PATH']].join(delimiter),
      ...this.#env,
      ...env,
    }
    const args = ['--norc', '-euo', 'pipefail', '-c', commands.join('\n')]
    return new Promise((resolve) => {
      execFile('bash', args, { cwd: this.at(cwd), env: all }, (error, output, errors) => {
        resolve({ status: error === null ? 0 : Number(error.code ?? 1), output, errors, notes: this.read('notes') })
      })
    })
  }

  /** As {@link shell}, for commands none of which may fail. */
  async run(...commands: readonly string[]): Promise<Ended> {
    const ended = await this.shell(commands)
    expect(ended, ended.errors).toMatchObject({ status: 0 })
    return ended
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
