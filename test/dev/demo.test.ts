import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allSystems } from '../../dev/systems/system.ts'
import { ROOT } from '../../dev/world.ts'

/** Runs `npm run demo -- …`. */
function demo(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'dev/demo.ts'), ...args], (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), output, errors })
    })
  })
}

const systems = Object.entries(await allSystems())

describe('npm run demo', () => {
  test.each(systems)('-- --refused %s shows a refusal, and the action at work', async (name, { action }) => {
    const { code, output, errors } = await demo('--refused', name)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const [refusal = '', green = ''] = output.split('The log of the step, as GitHub shows it')
    expect(refusal).toMatch(/##\[error\][^]*##\[group\]Why it was refused[^]*failure \(error\)[^]*### Refused/)
    expect(refusal.includes('An administrator pastes what it suggests')).toBe(refusal.includes('```'))
    expect(green).toContain(`Run OWNER/access-token${action === '.' ? '' : `/${action}`}@v1`)
    expect(green).toContain('  success')
    expect(green).toMatch(
      /The token is no longer valid\.|The token is valid\. It cannot be revoked, and ends at 20|What was read is what is stored/,
    )
    expect(green).toContain('No secret appears in the log.')
    // It shows claims in place of ID tokens, and asterisks in place of what was issued.
    expect(green).toContain('an ID token that says iss=https://token.actions.githubusercontent.com')
    expect(output).not.toMatch(/eyJ[\w-]+\.[\w-]+|\bghs_|\bya29\.|\bhvs\.|Signature=[^*]/)
  })

  test('is what the README shows of it', async () => {
    const { output } = await demo()
    const plain = (text: string): string =>
      text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)').replace(/hash \S{44}$/gm, '(hash)')
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
    const [, shown = ''] = /\nnpm ci && npm run demo\n```\n\n```console\n([\s\S]*?)```\n/.exec(readme) ?? []
    const parts = plain(shown).split('…\n')
    expect(parts.length).toBeGreaterThan(1)
    let rest = plain(output)
    for (const part of parts) {
      expect(rest).toContain(part)
      rest = rest.slice(rest.indexOf(part) + part.length)
    }
    expect(rest).toBe('')
  })

  test('-- --aws goes the way through AWS, where there is one', async () => {
    expect(await demo('--aws')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Action=AssumeRoleWithWebIdentity') as string,
    })
    expect(await demo('bytebase', '--aws')).toMatchObject({ code: 2, output: '' })
  })
})
