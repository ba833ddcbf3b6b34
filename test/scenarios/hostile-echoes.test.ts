import { describe, expect, it } from 'vitest'
import { appServerError } from '../../dev/fakes/app-server.ts'
import { createCertificates } from '../../dev/fakes/certificates.ts'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { serve } from '../../dev/fakes/serve.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { expectWarned } from './faults.ts'
import { answers, expectClean, expectGranted } from './support.ts'
import { expectNoStack, LOGS } from './hostile.ts'

const ROLES: [role: string, variant: string][] = [
  ['oidc', 'bearer'],
  ['app-server', 'bearer'],
  ['app-server', 'aws'],
  ['sts', 'aws'],
]

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
