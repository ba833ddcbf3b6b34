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

const systems = await allSystems()

describe('npm run demo', () => {
  test.each(Object.entries(systems))('-- %s shows the action at work', async (name, system) => {
    const { code, output, errors } = await demo(name)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const path = system.action === '.' ? '' : `/${system.action}`
    expect(output).toContain(`Run OWNER/access-token${path}@v1`)
    expect(output).toContain('No secret appears in the log.')
    // Claims stand there in place of ID tokens, asterisks in place of what was issued.
    expect(output).toContain('an ID token that says iss=https://token.actions.githubusercontent.com')
    expect(output).not.toMatch(/eyJ[\w-]+\.[\w-]+|\bghs_|\bya29\.|\bhvs\.|Signature=[^*]/)
  })

  test('says what becomes of the credential', async () => {
    const [revoked, ends, stored] = await Promise.all([demo(), demo('bytebase'), demo('secret/vault')])
    expect(revoked.output).toContain('The token was revoked.')
    expect(revoked.output).toContain('The token is no longer valid.')
    expect(ends.output).toMatch(/The token is valid\. It cannot be revoked, and ends at 20\S+Z\.\n/)
    expect(stored.output).toContain('What was read is what is stored there.')
  })

  test.each(Object.keys(systems))(
    '-- --refused %s shows a refusal, and what makes it green',
    async (name) => {
      const { code, output, errors } = await demo('--refused', name)
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      const [refusal = '', green = ''] = output.split('The log of the step, as GitHub shows it')
      expect(refusal).toContain('##[error]')
      expect(refusal).toContain('##[group]Why it was refused')
      expect(refusal).toContain('failure (error)')
      expect(refusal).toContain('### Refused')
      const suggests = refusal.includes('```')
      expect(refusal).toContain(
        suggests
          ? 'An administrator pastes what it suggests\n  │ '
          : 'An administrator does what the annotation says',
      )
      expect(suggests).toBe(!['secret/http', 'secret/google-secret-manager'].includes(name))
      expect(green).toContain('  success')
      expect(output).not.toMatch(/eyJ[\w-]+\.[\w-]+|\bghs_|\bya29\.|\bhvs\.|Signature=[^*]/)
    },
  )

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
    const { code, output } = await demo('--aws')
    expect(code).toBe(0)
    expect(output).toContain('Action=AssumeRoleWithWebIdentity')
    expect(await demo('bytebase', '--aws')).toMatchObject({ code: 2, output: '' })
  })

  test('of something unknown names what there is', async () => {
    const { code, output, errors } = await demo('nonsense')
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toContain('There is no demo nonsense.\n')
    expect(errors).toContain(
      Object.keys(systems)
        .map((name) => `  ${name}\n`)
        .join(''),
    )
  })
})
