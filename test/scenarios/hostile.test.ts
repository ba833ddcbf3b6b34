import { describe, expect, it } from 'vitest'
import { appServerError } from '../../dev/fakes/app-server.ts'
import { createCertificates } from '../../dev/fakes/certificates.ts'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { serve } from '../../dev/fakes/serve.ts'
import { stsError } from '../../dev/fakes/sts.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system, type AppServerSetup } from '../../dev/systems/app-server.ts'
import { system as octoSts, type OctoStsSetup } from '../../dev/systems/octo-sts.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { expectWarned } from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused } from './support.ts'

const ROLES: [role: string, variant: string][] = [
  ['oidc', 'bearer'],
  ['app-server', 'bearer'],
  ['app-server', 'aws'],
  ['sts', 'aws'],
]
/** With and without `RUNNER_DEBUG=1`. */
const LOGS: [string, boolean][] = [
  ['', false],
  [' (debug)', true],
]

/** Where text of a server could show up. */
function shown(stage: StageResult): string {
  return [stage.log, stage.summary, ...stage.annotations.map(({ message }) => message)].join('\n')
}

/** No stack trace is shown but in debug lines. */
function expectNoStack(stage: StageResult, debug: boolean): void {
  const lines = stage.log.split('\n').filter((line) => !line.startsWith('##[debug]'))
  expect(lines.join('\n')).not.toMatch(/^\s*at .+:\d+/m)
  expect(
    stage.raw
      .split('\n')
      .filter((line) => !line.startsWith('::debug::'))
      .join('\n'),
  ).not.toMatch(/^\s*at .+:\d+/m)
  if (!debug) expect(stage.debugLines.join('\n')).not.toMatch(/^\s*at .+:\d+/m)
}

describe.concurrent('a redirect', () => {
  const targets: [string, (port: number) => string, boolean][] = [
    ['another port', (port) => `http://127.0.0.1:${port}/access_tokens`, false],
    ['another host', (port) => `http://localhost:${port}/access_tokens`, false],
    ['another scheme', (port) => `https://127.0.0.1:${port}/access_tokens`, true],
    ['no host at all', (port) => `//127.0.0.1:${port}/access_tokens`, false],
  ]
  const rows = ROLES.flatMap(([role, variant]) =>
    targets.map((target) => [role, variant, ...target] as const),
  )
  it.each(rows)('by %s (%s) to %s reaches nobody', async (role, variant, _target, location, tls) => {
    const { good } = await certificates
    await using elsewhere = await closing(
      () => ({ status: 200, body: { value: 'x', token: 'y' } }),
      tls ? good : undefined,
    )
    for (const status of [302, 307, 308]) {
      const faults = { [role]: [forEver(fault.redirect(location(elsewhere.port), status))] }
      await using world = await createWorld(system, { variant, faults })
      const main = await world.run({ debug: status === 307 })
      const message = main.annotations.find(({ level }) => level === 'error')?.message
      expect(message).toContain('answered with a redirect')
      expect(message).toContain('\nREDIRECTED: ')
      expectClean(world, main)
      expect(main.exitCode).toBe(1)
      expect(answers(world, role)).toEqual([`redirect ${status}`])
    }
    expect(elsewhere.connections).toBe(0)
  })

  it('by GitHub in post reaches nobody', async () => {
    await using elsewhere = await closing(() => ({ status: 204 }))
    const faults = { github: [forEver(fault.redirect(`${elsewhere.url}/installation/token`, 307))] }
    await using world = await createWorld(system, { faults })
    const main = await world.run()
    await expectGranted(world, main)
    const post = await world.post(main)
    expectClean(world, post)
    expect(expectWarned(post)).toContain('answered with a redirect (307 Temporary Redirect)')
    expect(answers(world, 'github')).toEqual(['redirect 307'])
    expect(elsewhere.connections).toBe(0)
  })
})

describe.concurrent('a server that repeats the request in its error', () => {
  const rows = ROLES.flatMap(([role, variant]) =>
    LOGS.flatMap(([name, debug]) =>
      [400, 401, 403, 500].map((status) => [role, variant, status, name, debug] as const),
    ),
  )
  it.each(rows)('%s (%s) with %i%s shows no secret', async (role, variant, status, _name, debug) => {
    const faults = { [role]: [forEver(fault.echo(status))] }
    await using world = await createWorld(system, { variant, faults })
    const main = await world.run({ debug, leaps: true })
    expectEchoed(world, main, role)
    expectNoStack(main, debug)
  })

  const cut = (text: string, from: number, to: number): string => text.slice(from, to)
  const partly: [string, (bearer: string) => string][] = [
    ['the beginning', (bearer) => cut(bearer, 0, 200)],
    ['the middle', (bearer) => cut(bearer, 300, 360)],
    ['the end', (bearer) => cut(bearer, -60, bearer.length)],
    ['all of it, after a long text', (bearer) => `${'Not understood. '.repeat(4)}${bearer}`],
    ['all of it, again and again', (bearer) => `${bearer} `.repeat(50)],
    ['all of it, in quotes', (bearer) => `{"authorization":"${bearer}"}`],
  ]
  it.each(partly)('shows no secret where it repeats %s', async (_part, text) => {
    for (const shape of [
      (message: string) => fault.answer({ ...appServerError(401, message, message), headers: {} }),
      (message: string) =>
        fault.answer({
          status: 401,
          headers: { 'x-request-id': message.slice(0, 4_000) },
          body: { status: 401, message: 'No' },
        }),
      (message: string) => fault.answer(appServerError(403, `Issues:\n- octo-org/target:\n  - ${message}\n`)),
      (message: string) =>
        fault.answer({ status: 403, body: { requestId: message, status: 403, message: 'No' } }),
      (message: string) => fault.answer({ status: 403, body: { RequestId: message, Message: message } }),
    ]) {
      const echo = forEver((request) =>
        shape(text((request.headers['authorization'] ?? '').replace(/^Bearer /, ''))),
      )
      await using world = await createWorld(system, { faults: { 'app-server': [echo] } })
      const main = await world.run({ debug: true })
      expectEchoed(world, main, 'app-server')
    }
  })

  it.each(LOGS)('GitHub in post shows no secret%s', async (_name, debug) => {
    const faults = { github: [forEver(fault.echo(422))] }
    await using world = await createWorld(system, { faults })
    const main = await world.run({ debug })
    const post = await world.post(main, { debug })
    expectClean(world, post)
    expect(expectWarned(post)).toContain('***')
    expect(answers(world, 'github')).toEqual(['echo'])
    expectNoStack(post, debug)
  })

  function expectEchoed(world: World, main: StageResult, role: string): void {
    // The fake did hold a secret of this world in its hands.
    const [request] = world.server(role).requests
    const sent = `${JSON.stringify(request?.headers)}${request?.body ?? ''}`
    expect(world.secrets.some(({ value }) => sent.includes(value))).toBe(true)
    expectClean(world, main)
    expect(main).toMatchObject({ exitCode: 1, outputs: {}, state: {} })
    expect(main.annotations.map(({ level }) => level)).toEqual(['error'])
    expect(main.log).toContain('***')
    // Not the mask of the log alone: nothing is printed in the first place.
    const printed = main.raw
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n')
    for (const { value } of world.secrets) expect(printed).not.toContain(value)
  }
})

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

describe.concurrent('an answer of 200', () => {
  const bodies: [string, FakeReply['body'], string][] = [
    ['is nothing', '', 'answered 200 with nothing'],
    ['is a page of HTML', '<!doctype html><title>Sign in</title>', 'answered 200 with a web page (HTML)'],
    ['is text', 'OK', 'answered 200 with something that is not a JSON object'],
    ['is a list', '[]', 'answered 200 with something that is not a JSON object'],
    ['is null', 'null', 'answered 200 with something that is not a JSON object'],
    ['is a string', '"::add-path::/tmp"', 'answered 200 with something that is not a JSON object'],
    ['is JSON cut short', '{"token":"ghs_', 'answered 200 with something that is not a JSON object'],
    [
      'is UTF-16',
      Buffer.from('{"token":"x"}', 'utf16le'),
      'answered 200 with something that is not a JSON object',
    ],
    ['is nested deeply', '['.repeat(100_000), 'answered 200 with something that is not a JSON object'],
    ['is of the prototype', '{"__proto__":{"token":"x","value":"x"}}', 'is missing'],
  ]
  const rows = ['oidc', 'app-server'].flatMap((role) => bodies.map((each) => [role, ...each] as const))
  it.each(rows)('of %s that %s is refused', async (role, _name, body, why) => {
    const faults = { [role]: [fault.answer({ status: 200, body: body ?? '' })] }
    await using world = await createWorld(system, { faults })
    const message = expectRefused(world, await world.run())
    expect(message).toContain(why)
    expect(message).toContain('\nUNUSABLE_ANSWER: ')
    expect(answers(world, role)).toEqual(['status 200'])
  })

  it('with hostile names beside the token hands over none of them', async () => {
    const evil = '\n::add-path::/tmp/evil'
    const faults = {
      'app-server': [
        changed({
          owner: evil,
          repositories: [evil, 'workflows', 7, null, '##[set-env name=A]b', '../..'],
          permissions: {
            [evil]: 'read',
            contents: evil,
            issues: 'read',
            '##[group]': 'write',
            ['__proto__']: 'read',
          },
          expires_at: evil,
          token_hash: evil,
        }),
      ],
    }
    await using world = await createWorld(system, { faults, inputs: { 'job-summary': 'always' } })
    const main = await world.run()
    await expectGranted(world, main)
    expect(main.outputs).toMatchObject({
      owner: 'octo-org',
      repositories: '["workflows"]',
      permissions: '{"issues":"read"}',
    })
    expect(main.outputs['expires-at']).toBeUndefined()
    expect(shown(main)).not.toContain('add-path')
    expect(shown(main)).not.toContain('set-env')
    expect(answers(world, 'app-server')).toEqual(['alter'])
  })
})

// More do not fit into the 1 MiB of an answer that is read.
describe.concurrent('a grant of 40,000', () => {
  const names = Array.from({ length: 40_000 }, (_, index) => `repository-${index}`)
  const scopes = (index: number): string =>
    Array.from(String(index), (digit) => String.fromCharCode(97 + Number(digit))).join('')
  const many = Object.fromEntries(names.map((_, index) => [`scope-${scopes(index)}`, 'write']))
  it.each<[string, Record<string, unknown>, RegExp, RegExp]>([
    [
      'repositories',
      { repositories: ['workflows', ...names] },
      /^Token for "octo-org\/workflows", "octo-org\/repository-0", .* and 39991 more: contents: read; ends /,
      /^The app server granted more than requested: repository "repository-0", .* and 39990 more\.$/,
    ],
    [
      'permissions',
      { permissions: many },
      /^Token for "octo-org\/workflows": scope-a: write, .* and 39990 more; ends /,
      /^The app server granted more than requested: scope-a: write, .* and 39990 more\.$/,
    ],
  ])('%s is shown by its beginning; the outputs are whole', async (name, members, line, warning) => {
    await using world = await createWorld(system, {
      faults: { 'app-server': [changed(members)] },
      inputs: { 'job-summary': 'always' },
    })
    const main = await world.run()
    await expectGranted(world, main)
    expect(main.log.split('\n').find((each) => each.startsWith('Token for'))).toMatch(line)
    expect(main.annotations.at(-1)?.message).toMatch(warning)
    expect(main.log.length).toBeLessThan(4_000)
    expect(main.summary.length).toBeLessThan(4_000)
    expect(main.summary).toMatch(/&#8230; and \d{6} more characters<\/code>/)
    expect(JSON.parse(main.outputs[name] ?? '')).toEqual(Object.values(members)[0])
  })

  const more = Array.from({ length: 70_000 }, (_, index) => `repository-${index}`)
  it.each<[string, Record<string, unknown>]>([
    ['repositories', { repositories: more }],
    ['permissions', { permissions: Object.fromEntries(more.map((name) => [name, 'write'])) }],
  ])(
    '%s and 30,000 more are not read: the error names the limit, and the token that lives on',
    async (_, members) => {
      await using world = await createWorld(system, { faults: { 'app-server': [changed(members)] } })
      const main = await world.run()
      expect(expectRefused(world, main)).toMatch(
        /^The app server \(127\.0\.0\.1:\d+\): the answer is larger than 1 MiB\.\nIf it issued a token, nobody has it: it cannot be revoked here, and ends within the hour\.\nUNUSABLE_ANSWER: /,
      )
      expect(answers(world, 'app-server')).toEqual(['alter'])
      expect(world.setup.github.issued).toHaveLength(1)
    },
  )
})

it.each([
  ['somebody', ['The app server granted a token for "somebody", not for "octo-org".']],
  ['OCTO-Org', []],
])('a grant of the owner %s is told from what was asked', async (owner, warnings) => {
  await using world = await createWorld(system, { faults: { 'app-server': [changed({ owner })] } })
  const main = await world.run()
  await expectGranted(world, main)
  expect(main.annotations.map(({ message }) => message)).toEqual(warnings)
  expect(main.outputs['owner']).toBe(owner)
})

describe.concurrent('the end of a token by its server', () => {
  it.each([
    [
      'is past',
      '2020-01-01T00:00:00.000Z',
      "is in the past by this runner's clock: one of the two clocks is wrong.",
    ],
    ['is absurd', '+275760-09-13T00:00:00.000Z', 'is more than a year away: do not rely on that.'],
  ])('%s: the token is used, with a warning, and revoked', async (_name, ends, words) => {
    await using world = await createWorld(system, {
      faults: { 'app-server': [changed({ expires_at: ends })] },
    })
    const main = await world.run()
    const token = await expectGranted(world, main)
    expect(main.outputs['expires-at']).toBe(ends)
    expect(main.annotations).toEqual([
      { level: 'warning', message: `The server says that the credential ends at ${ends}, which ${words}` },
    ])
    const post = await world.post(main)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'The token was revoked.\n' })
    expect(await world.setup.accepts(token)).toBe(false)
  })
})

describe.concurrent('the message of a server', () => {
  const texts: [string, string][] = [
    ['with ::add-path:: on a line of its own', 'No.\n::add-path::/tmp/evil'],
    ['with ::add-path:: after CR', 'No.\r::add-path::/tmp/evil'],
    [
      'with ::add-path:: after other line breaks',
      'No.\u2028::add-path::/tmp\u2029::add-path::/tmp\u0085::add-path::/tmp\v::add-path::/tmp',
    ],
    ['that begins with ::set-env', '::set-env name=NODE_OPTIONS::--inspect'],
    ['with too many colons', ':::::add-path:::::/tmp/evil'],
    ['with colons that invisible characters keep apart', ':\u200b:add-path:\u00ad:/tmp/evil'],
    ['with ##[set-env]', '##[set-env name=A]b ###[set-env name=A]b'],
    ['with ##[ that invisible characters keep apart', '#\u200b#[set-env name=A]b ##\u2060[set-env name=A]b'],
    ['with ::stop-commands::', 'No.\n::stop-commands::abcdef'],
    ['with escapes of workflow commands', 'No.%0A::add-path::/tmp%0D%0A::set-output name=token::evil%3A%3A'],
    [
      'with ANSI escapes',
      '\u001b[31mNo\u001b[0m\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007\u009b31m\u001b[2K\u001b[1A',
    ],
    ['with characters that turn the writing around', 'No \u202edetnarg\u202c \u2066x\u2069'],
    [
      'with Markdown and HTML',
      '</code><img src=x onerror=y> | a | b |\n\n# Granted\n```\n[x](https://evil.example) @octocat #1',
    ],
    // Four times as long it still fits into an answer that is read.
    ['of 200 kB', `::add-path::/tmp ${'x'.repeat(100_000)}\n::add-path::/tmp\n${'y'.repeat(99_000)}`],
    ['of 100 kB of line breaks', `No${'\n'.repeat(100_000)}::add-path::/tmp`],
    ['of halves of characters', '\ud83d::add-path::/tmp\udd25'],
  ]
  /** Every field of every answer that may be shown. */
  const places: [string, string, (text: string) => Fault][] = [
    ['app-server', 'bearer', (text) => fault.answer(hostileError(401, text, text))],
    ['app-server', 'bearer', (text) => fault.answer(hostileError(403, issues(text), text))],
    [
      'app-server',
      'aws',
      (text) => fault.answer({ status: 403, body: { Message: text, message: text, __type: text } }),
    ],
    ['sts', 'aws', (text) => fault.answer(stsError(403, text, text, { requestId: 'x' }))],
    ['sts', 'aws', (text) => fault.answer(xmlError(text))],
    ['oidc', 'bearer', (text) => fault.answer({ status: 400, body: { message: text } })],
    ['oidc', 'bearer', (text) => fault.answer({ status: 400, body: { error: { message: text } } })],
  ]
  const rows = texts.flatMap(([name, text]) =>
    places.map(([role, variant, place], index) => [name, role, index, variant, place, text] as const),
  )
  it.each(rows)('%s, by %s (%i), commands nobody', async (_name, role, index, variant, place, text) => {
    const answer = place(text)
    await using world = await createWorld(system, { variant, faults: { [role]: [answer] } })
    const debug = index % 2 === 0
    const main = await world.run({ debug, inputs: { 'job-summary': 'always' } })
    expectHarmless(world, main)
    expect(main).toMatchObject({ outcome: 'failure', exitCode: 1, outputs: {}, env: {}, path: [], state: {} })
    expect(main.annotations.map(({ level }) => level)).toEqual(['error'])
    expect(main.annotations[0]?.message).toMatch(/ refused \(40[013] /)
    expect(main.log.length).toBeLessThan(16_384)
    expect(main.summary.length).toBeLessThan(32_768)
    expect(answers(world, role)).toHaveLength(1)
    expectNoStack(main, debug)
  })

  it.each(texts)('%s, by GitHub in post, commands nobody', async (_name, text) => {
    const answer = fault.answer({
      status: 422,
      headers: { 'x-github-request-id': 'A:B' },
      body: { message: text },
    })
    await using world = await createWorld(system, { faults: { github: [answer] } })
    const main = await world.run()
    const post = await world.post(main)
    expectHarmless(world, post)
    expect(expectWarned(post).length).toBeLessThan(1_500)
    expect(answers(world, 'github')).toEqual(['status 422'])
  })

  it('in a header is harmless too', async () => {
    const headers = {
      'x-request-id': '::add-path::/tmp ##[set-env name=A]b',
      'retry-after': '::add-path::/tmp',
      date: '::add-path::/tmp',
      location: '::add-path::/tmp',
      'content-type': '::add-path::/tmp',
    }
    for (const status of [302, 403]) {
      const faults = { 'app-server': [fault.answer({ status, headers, body: { status, message: 'No' } })] }
      await using world = await createWorld(system, { faults })
      const main = await world.run({ debug: true })
      expectHarmless(world, main)
      expect(main.exitCode).toBe(1)
      expect(answers(world, 'app-server')).toEqual([`status ${status}`])
    }
  })

  function expectHarmless(world: World, stage: StageResult): void {
    expectClean(world, stage)
    const text = shown(stage)
    // Control characters but the line feed, and those that are not seen.
    expect(text.replaceAll('\n', ' ')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(stage.log).not.toMatch(/^\s*::/m)
    // `::` counts at the beginning of a line alone, `##[` anywhere (actions/runner, ActionCommand.cs).
    expect(stage.annotations.map(({ message }) => message).join('\n')).not.toMatch(/^\s*::|##\[/m)
    expect(stage.summary).not.toMatch(/<img|^# Granted|\[x\]|@octocat/m)
  }

  /** With as much of the text in the header as a header can carry. */
  function hostileError(status: number, message: string, requestId: string): FakeReply {
    const header = requestId.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 4_000)
    return { ...appServerError(status, message, requestId), headers: { 'x-request-id': header } }
  }

  function issues(text: string): string {
    return `Issues:\n- octo-org/target:\n  - ${text}\n  - contents: write - ${text}\n  - contents: read - Not authorized\n- ${text}:\n  - Access policy not found\n\nEffective OIDC token subjects:\n- ${text}`
  }

  function xmlError(text: string): FakeReply {
    const { headers } = stsError(403, 'x', 'x', { json: false })
    return {
      status: 403,
      ...(headers && { headers }),
      body: `<ErrorResponse><Error><Code>${text}</Code><Message>${text.slice(0, 400)}</Message></Error></ErrorResponse>`,
    }
  }
})

const certificates = createCertificates()

/** A server that closes itself, to count who comes. */
async function closing(
  handler: () => FakeReply,
  tls?: { cert: string; key: string },
): Promise<Awaited<ReturnType<typeof serve>> & AsyncDisposable> {
  const server = await serve(handler, tls === undefined ? {} : { tls })
  return Object.defineProperties(
    { [Symbol.asyncDispose]: () => server.close() } as never,
    Object.getOwnPropertyDescriptors(server),
  )
}

/** The real answer with other members; `undefined` takes one away. */
function changed(members: Readonly<Record<string, unknown>>): Fault {
  return fault.alter(({ body, ...real }) => {
    const before: unknown = typeof body === 'string' ? JSON.parse(body) : body
    return { ...real, body: { ...(before as object), ...members } }
  })
}

/** What a fake hands out in place of a token must not show either. */
function keepSecret(world: World, value: unknown): void {
  if (typeof value === 'string') world.secrets.push({ name: 'the changed token', value, inState: true })
}
