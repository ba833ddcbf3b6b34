import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../dev/world.ts'

function run(command: string, argument: string): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'dev', command), argument], (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), output, errors })
    })
  })
}

test.each(['bench.ts', 'build.ts', 'conformance.ts', 'demo.ts'])(
  'dev/%s prints its usage when it is asked, and where it does not know a flag',
  async (command) => {
    const [help, unknown] = await Promise.all([run(command, '--help'), run(command, '--nonsense')])
    expect(help).toEqual({ code: 0, output: expect.stringMatching(/^Usage: npm run \S/) as string, errors: '' })
    expect(unknown).toMatchObject({ code: 2, output: '' })
    expect(unknown.errors).toContain("Unknown option '--nonsense'")
    expect(unknown.errors).toContain(`\n\n${help.output}`)
  },
)
