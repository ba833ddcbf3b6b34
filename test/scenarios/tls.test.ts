import { describe, expect, it } from 'vitest'
import { fault } from '../../dev/fakes/faults.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld, type CertificateKind, type World } from '../../dev/world.ts'
import { expectWarned, PROMPTLY_MS, waits } from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused } from './support.ts'

const ROLES: [role: string, variant: string, who: string][] = [
  ['app-server', 'bearer', 'The app server'],
  ['app-server', 'aws', 'The app server'],
  ['oidc', 'bearer', "The runner's ID-token endpoint"],
  ['sts', 'aws', 'AWS STS'],
]

const UNKNOWN = 'its certificate is from a certificate authority that this runner does not know'

const EXTRA =
  'Set NODE_EXTRA_CA_CERTS to the PEM file of that authority, in the environment of the runner or as `env:` of the step.'

describe.concurrent('a certificate', () => {
  const wrong: [string, CertificateKind, boolean, string, string][] = [
    ['of an authority that is not trusted', 'good', false, UNKNOWN, EXTRA],
    ['of another authority than the one that is trusted', 'otherAuthority', true, UNKNOWN, EXTRA],
    [
      'that has expired',
      'expired',
      true,
      'its certificate has expired',
      'Renew the certificate of the server.',
    ],
    [
      'that begins tomorrow',
      'early',
      true,
      'its certificate is not valid yet',
      'Check the clock of this runner.',
    ],
    [
      'for clients only',
      'ofClient',
      true,
      'its certificate is not accepted (INVALID_PURPOSE)',
      'The server needs another one.',
    ],
    [
      'for another host name',
      'wrongHost',
      true,
      'its certificate is for another host name',
      'Use the host name that the certificate is for.',
    ],
  ]
  const rows = ROLES.flatMap(([role, variant, who]) =>
    wrong.map((each) => [role, variant, ...each, who] as const),
  )
  it.each(rows)(
    '%s (%s): %s is refused at once',
    async (role, variant, _name, kind, trusted, what, hint, who) => {
      await using world = await createWorld(system, { variant, tls: { [role]: kind }, trusted })
      const main = await world.run({ debug: true })
      expectTlsFailed(world, main, role, `${who} (${new URL(world.url(role)).host}): ${what}.`, hint)
    },
  )

  it.each(wrong)(
    '%s is not trusted by NODE_TLS_REJECT_UNAUTHORIZED=0',
    async (_name, kind, trusted, what, hint) => {
      await using world = await createWorld(system, { tls: { 'app-server': kind }, trusted })
      const main = await world.run({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } })
      expectTlsFailed(world, main, 'app-server', what, hint)
    },
  )

  it.each(wrong)('%s is a warning in post', async (_name, kind, trusted, what, hint) => {
    await using world = await createWorld(system, { tls: { github: kind }, trusted })
    const main = await world.run()
    await expectGranted(world, main)
    const post = await world.post(main)
    expectClean(world, post)
    const warning = expectWarned(post)
    expect(warning).toContain(what)
    expect(warning).toContain(hint)
    expect(world.server('github').requests).toEqual([])
  })

  it.each(['bearer', 'aws'])(
    'of an own authority is trusted by NODE_EXTRA_CA_CERTS (%s)',
    async (variant) => {
      await using world = await createWorld(system, { variant, tls: 'good' })
      const main = await world.run()
      await expectGranted(world, main)
      const post = await world.post(main)
      expectClean(world, post)
      expect(post.log).toBe('The token was revoked.\n')
      expect(world.url('app-server')).toMatch(/^https:/)
    },
  )

  it('that is not trusted is said so behind a proxy, too', async () => {
    await using world = await createWorld(system, { proxy: {}, trusted: false })
    const main = await world.run()
    const message = expectRefused(world, main)
    expect(message).toContain(`The runner's ID-token endpoint (oidc.example): ${UNKNOWN}.`)
    expect(message).toContain(EXTRA)
    expect(message).toContain('\nTLS_FAILED: ')
    expect(world.proxy?.targets).toEqual([{ target: 'oidc.example:443', answered: 200 }])
  })

  it('is not asked for where the port speaks no TLS', async () => {
    await using world = await createWorld(system)
    const url = world.url('app-server').replace('http:', 'https:')
    const message = expectRefused(world, await world.run({ inputs: { 'app-server': url } }))
    expect(message).toMatch(/The app server \(127\.0\.0\.1:\d+\): the TLS handshake failed \(E\w+\)\./)
    expect(message).toContain('Check that the port speaks HTTPS.')
    expect(message).toContain('\nTLS_FAILED: ')
  })

  it('makes no difference to faults: they are tried again over TLS, too', async () => {
    for (const each of [
      fault.reset(),
      fault.resetInBody(),
      fault.shortBody(),
      fault.status(503),
      fault.raw(''),
    ]) {
      await using world = await createWorld(system, {
        tls: 'good',
        faults: { oidc: [each, each], 'app-server': [each, each] },
      })
      await expectGranted(world, await world.run())
      expect(answers(world, 'oidc')).toHaveLength(3)
      expect(answers(world, 'app-server')).toHaveLength(3)
    }
  })

  function expectTlsFailed(world: World, main: StageResult, role: string, what: string, hint: string): void {
    const message = expectRefused(world, main)
    expect(message).toContain(what)
    expect(message).toContain(hint)
    expect(message).toContain('\nTLS_FAILED: ')
    // The server was there, and got no request; nothing was tried again.
    expect(world.server(role).connections).toBeGreaterThan(0)
    expect(world.server(role).connections).toBeLessThanOrEqual(2)
    expect(world.server(role).requests).toEqual([])
    expect(waits(main)).toEqual([])
    expect(main.durationMs).toBeLessThan(PROMPTLY_MS)
  }
})
