import { describe, expect, it } from 'vitest'
import { fault } from '../../dev/fakes/faults.ts'
import { system, type AppServerSetup } from '../../dev/systems/app-server.ts'
import { system as octoSts, type OctoStsSetup } from '../../dev/systems/octo-sts.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { answers, expectClean, expectRefused } from './support.ts'
import { changed, expectNoStack, LOGS } from './hostile.ts'

describe.concurrent('a token', () => {
  const EVIL = 'ghs_evil0123456789abcdefghijklmnop'
  /** What becomes of it: taken back by what it says, or it lives on, or there is none. */
  type Fate = { readonly core: string } | 'lives on' | 'none'
  const unusable: [string, unknown, string, Fate][] = [
    ['with a line break', `${EVIL}\n${EVIL}2`, 'is not one printable line', 'lives on'],
    ['with a line break at its end', `${EVIL}\n`, 'is not one printable line', { core: EVIL }],
    ['with blanks around it', ` \t${EVIL} `, 'is not one printable line', { core: EVIL }],
    ['with a mark at its beginning', `\ufeff${EVIL}`, 'is not one printable line', { core: EVIL }],
    ['with a carriage return', `${EVIL}\r::set-env name=A::b`, 'is not one printable line', 'lives on'],
    [
      'with ::set-env on a line of its own',
      `${EVIL}\n::set-env name=NODE_OPTIONS::--inspect`,
      'is not one printable line',
      'lives on',
    ],
    ['with an ANSI escape', `${EVIL}\u001b[31m`, 'is not one printable line', 'lives on'],
    ['with a null character', `${EVIL}\u0000`, 'is not one printable line', { core: EVIL }],
    ['with a blank', `${EVIL} ::add-path::/tmp`, 'is not one printable line', 'lives on'],
    ['of letters that are not ASCII', `${EVIL}é`, 'is not one printable line', { core: EVIL }],
    ['of blanks', '   ', 'is not one printable line', 'none'],
    ['of words, each on its line', 'e\nt\na\no\ncontents', 'is not one printable line', 'lives on'],
    ['of a word', 'branch', 'is shorter than 8 characters', 'lives on'],
    ['of 7 characters', 'ghs_abc', 'is shorter than 8 characters', 'lives on'],
    ['that is a number', 12_345_678, 'is not text but number', 'lives on'],
    ['that is true', true, 'is not text but boolean', 'lives on'],
    ['that is an object', { token: EVIL }, 'is not text but object', 'lives on'],
    ['that is a list', [EVIL], 'is not text but a list', 'lives on'],
    ['that is empty', '', 'is missing', 'none'],
    ['that is missing', undefined, 'is missing', 'none'],
    ['that is null', null, 'is missing', 'none'],
  ]
  it.each(unusable)('of the app server %s is refused', async (_name, value, why, fate) => {
    await using world = await createWorld(system, { faults: { 'app-server': [changed({ token: value })] } })
    const issued = world.secrets.length
    keepSecret(world, value)
    const main = await world.run()
    const message = expectRefused(world, main)
    expect(message).toContain(`The token in the answer of the app server ${why}.\nNo output was set. `)
    expect(message).toContain('\nUNUSABLE_ANSWER: ')
    expect(message.includes('It cannot be revoked either')).toBe(fate === 'lives on')
    if (fate === 'lives on')
      expect(message).toMatch(/if the token works, it is still alive and ends at \d{4}-.*Z\./)
    expect(answers(world, 'app-server')).toEqual(['alter'])
    expect(main.state).toEqual({})
    expectNoStack(main, false)
    const cores = typeof fate === 'object' ? [fate.core] : []
    const asked = world.server('github').requests.map(({ headers }) => headers['authorization'])
    expect(asked).toEqual(cores.map((core) => `Bearer ${core}`))
    // Nothing else that the server sent is a mask.
    const known = new Set(
      world.secrets
        .slice(0, issued)
        .concat(world.secrets.slice(-1))
        .map((each) => each.value),
    )
    expect(main.masks.filter((mask) => !known.has(mask) && mask !== cores[0])).toEqual(
      world.issuer.issued.map(({ token }) => token),
    )
    for (const mask of main.masks) expect(mask.length).toBeGreaterThanOrEqual(8)
  })

  it.each(unusable)('of the issuer of ID tokens %s is refused', async (_name, value, why) => {
    await using world = await createWorld(system, { faults: { oidc: [changed({ value })] } })
    keepSecret(world, value)
    const main = await world.run()
    const message = expectRefused(world, main)
    expect(message).toContain(
      `The ID token in the answer of the runner's ID-token endpoint ${why}.\nNo output was set. This is a bug in the server`,
    )
    expect(message).toContain('\nUNUSABLE_ANSWER: ')
    expect(answers(world, 'oidc')).toEqual(['alter'])
    expect(main.state).toEqual({})
    expect(new Set(main.masks)).toEqual(new Set([world.issuer.requestToken]))
    expectNoStack(main, false)
  })

  it.each(['app-server', 'oidc'])('of %s of 100 kB is refused', async (role) => {
    const value = EVIL.repeat(3_000)
    const faults = { [role]: [changed({ token: value, value })] }
    await using world = await createWorld(system, { faults })
    keepSecret(world, value)
    const main = await world.run()
    expect(expectRefused(world, main)).toContain(' is longer than 32768 characters.\nNo output was set')
    expect(answers(world, role)).toEqual(['alter'])
    const warnings = main.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)
    expect(warnings).toHaveLength(role === 'oidc' ? 0 : 1)
    if (role === 'oidc') return
    expect(warnings[0]).toMatch(/^The token could not be revoked in this step; it ends at \d{4}-/)
  })

  it.each<[string, (token: string) => string]>([
    ['a line break at its end', (token) => `${token}\r\n`],
    ['blanks around it', (token) => ` ${token}\t`],
    ['a mark of UTF-8 before it', (token) => `\ufeff${token}`],
  ])('that is good but for %s is taken back', async (_name, wrap) => {
    for (const [of, role] of [
      [system, 'app-server'],
      [octoSts, 'octo-sts'],
    ] as const) {
      const wrapped = fault.alter(({ body, ...real }) => {
        const before = (typeof body === 'string' ? JSON.parse(body) : body) as { token: string }
        return { ...real, body: { ...before, token: wrap(before.token) } }
      })
      await using world = await createWorld<AppServerSetup | OctoStsSetup>(of, {
        faults: { [role]: [wrapped] },
      })
      const main = await world.run()
      expect(expectRefused(world, main)).toContain('is not one printable line.')
      expect(main.log).toContain('The token was revoked.\n')
      expect(world.setup.github.issued).toHaveLength(1)
      expect(world.setup.github.revoked).toEqual(world.setup.github.issued)
      expect(main.state).toEqual({})
    }
  })

  it.each(LOGS)('that is a workflow command is a token all the same%s', async (_name, debug) => {
    for (const token of [
      `::set-env::${EVIL}`,
      `##[set-env]${EVIL}`,
      `${EVIL}::set-env::x`,
      `::stop-commands::${EVIL}`,
      `%0A::add-path::${EVIL}`,
      `ghadelimiter_${EVIL}`,
      `${EVIL}"'\\$(id)\`<>&`,
    ]) {
      await using world = await createWorld(system, { faults: { 'app-server': [changed({ token })] } })
      keepSecret(world, token)
      const main = await world.run({ debug })
      expectClean(world, main)
      expect(main).toMatchObject({ outcome: 'success', exitCode: 0, env: {}, path: [], annotations: [] })
      expect(main.outputs['token']).toBe(token)
      expect(main.state['token']).toBe(token)
      expect(main.masks).toContain(token)
      expect(answers(world, 'app-server')).toEqual(['alter'])
    }
  })

  it.each(['AccessKeyId', 'SecretAccessKey', 'SessionToken'])(
    'of STS with a bad %s is refused',
    async (name) => {
      for (const value of [undefined, null, 7, '', {}, `${EVIL}\n::add-path::/tmp`, EVIL.repeat(3_000)]) {
        const bad = fault.alter((real) => {
          const body = JSON.parse(real.body as string) as Assumed
          body.AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult.Credentials[name] = value
          return { ...real, body }
        })
        await using world = await createWorld(system, { variant: 'aws', faults: { sts: [bad] } })
        keepSecret(world, value)
        expect(expectRefused(world, await world.run())).toContain(`The ${name} in the answer of AWS STS is `)
        expect(answers(world, 'sts')).toEqual(['alter'])
        expect(world.server('app-server').requests).toEqual([])
      }
    },
  )
})

interface Assumed {
  AssumeRoleWithWebIdentityResponse: {
    AssumeRoleWithWebIdentityResult: { Credentials: Record<string, unknown> }
  }
}

/** What a fake hands out in place of a token must not show either. */
function keepSecret(world: World, value: unknown): void {
  if (typeof value === 'string') world.secrets.push({ name: 'the changed token', value, inState: true })
}
