import { describe, expect, test } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import { vaultError } from '../../dev/fakes/vault.ts'
import { at, LOGIN, open, READ, requests, run, withoutTime } from './fixture.ts'

describe('revoking the token', () => {
  test.each<[string, Record<string, string>]>([
    ['succeeded', {}],
    ['failed', { key: 'PASSWORD' }],
  ])('is a warning where it fails, also of a step that %s', async (outcome, inputs) => {
    const world = await open()
    world.server('vault').faults.push(forEver(at(/revoke-self$/, vaultError(400, 'no'))))
    const ran = await run(world, { inputs })
    expect(ran.succeeded).toBe(outcome === 'succeeded')
    expect(ran.warnings.map(withoutTime)).toEqual([
      'The Vault token could not be revoked in this step; it ends at TIME. Vault (HOST) refused (400 Bad Request): no.',
    ])
  })

  test('says that a token without end has none', async () => {
    const world = await open({ role: { ttl: 0 } })
    const trouble = forEver(at(/data|revoke-self$/, vaultError(400, 'no')))
    world.server('vault').faults.push(trouble)
    const ran = await run(world)
    expect(ran.succeeded).toBe(false)
    expect(ran.warnings[0]).toContain('it ends only when somebody revokes it.')
  })

  test('is done where the token is gone after its last use', async () => {
    const world = await open({ role: { numUses: 1, noDefaultPolicy: true } })
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.infos.at(-1)).toBe('The Vault token had ended already.')
    expect(ran.warnings).toEqual([])
    expect(requests(world).at(-1)).toBe('POST /v1/auth/token/revoke-self 403')
  })

  test('is done where somebody else has revoked the token', async () => {
    const world = await open()
    const { tokens } = world.setup.vault
    world.server('vault').faults.push(fault.none(), fault.none(), () => {
      tokens[0]!.revoked = true
      return undefined
    })
    const ran = await run(world)
    expect(ran.infos.at(-1)).toBe('The Vault token had ended already.')
    expect(ran.warnings).toEqual([])
  })

  test('is done where an older Vault says no more than that it is denied', async () => {
    const world = await open()
    world.server('vault').faults.push(forEver(at(/revoke-self$/, vaultError(403, 'permission denied'))))
    const ran = await run(world)
    expect(ran.infos.at(-1)).toBe('The Vault token had ended already.')
    expect(ran.warnings).toEqual([])
  })

  test('is a warning where a gateway before Vault refuses it', async () => {
    const world = await open()
    world.server('vault').faults.push(fault.none(), fault.none(), fault.html(403))
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.warnings.map(withoutTime)).toEqual([
      expect.stringMatching(
        /^The Vault token could not be revoked in this step; it ends at TIME\. Vault \(HOST\) refused \(403 Forbidden\)\. This answer is not from Vault: it is a web page\. /,
      ),
    ])
    expect(world.setup.vault.alive(world.setup.vault.tokens[0]!.token)).toBe(true)
  })

  test('is a warning where the token may not revoke itself', async () => {
    const world = await open({ role: { noDefaultPolicy: true } })
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.warnings.map(withoutTime)).toEqual([
      'The Vault token could not be revoked in this step; it ends at TIME. Vault (HOST) refused (403 Forbidden): permission denied. A policy of the role must contain: path "auth/token/revoke-self" { capabilities = ["update"] }.',
    ])
    expect(world.setup.vault.alive(world.setup.vault.tokens[0]!.token)).toBe(true)
  })

  test('is not tried with a batch token, which cannot be revoked', async () => {
    const world = await open({ role: { tokenType: 'batch' } })
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.warnings).toEqual([])
    expect(requests(world)).toEqual([LOGIN, READ])
  })
})
