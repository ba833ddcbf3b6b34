import { describe, expect, test } from 'vitest'
import { fault } from '../../dev/fakes/faults.ts'
import type { VaultRole } from '../../dev/fakes/vault.ts'
import { vaultTokenSystem } from '../../dev/systems/vault.ts'
import { vault } from '../../src/exchanges/vault.ts'
import { openingBy, stepsOf, type Ran } from './in-process.ts'

const open = openingBy(vaultTokenSystem)

const { run } = stepsOf(vault, 'vault')

describe('a token', () => {
  test('is given with its end and its policies, and saved for the post step', async () => {
    const world = await open()
    const ran = await run(world, { now: () => 0 })
    const { token } = world.setup.vault.tokens[0]!
    expect(ran.outputs).toEqual({ token, policies: '["default","deploy"]', 'expires-at': '1970-01-01T00:15:00.000Z' })
    expect(ran.infos).toEqual(['Vault token granted with the policies "default", "deploy".'])
    expect(JSON.parse(ran.state['revocable']!)).toEqual({
      issuer: 'vault',
      token,
      apiUrl: `${world.url('vault')}/v1`,
      ends: '1970-01-01T00:15:00.000Z',
      extra: { namespace: '', mayRevokeItself: 'true' },
    })
  })

  test('of the batch kind is not saved, and the log says why', async () => {
    const ran = await run(await open({ tokenType: 'batch' }))
    expect(ran.state).toEqual({})
    expect(ran.infos[0]).toMatch(
      /The Vault token is a batch token, which cannot be revoked; it ends at \d{4}-\d\d-\d\dT\S+Z\./,
    )
  })

  test('that arrives with a line break is revoked', async () => {
    const world = await open()
    world
      .server('vault')
      .faults.push(
        fault.alter((reply) => ({
          ...reply,
          body: JSON.stringify(reply.body).replace(/("client_token":"[^"]+)"/, '$1\\n"'),
        })),
      )
    const ran = await run(world)
    expect(ran.succeeded).toBe(false)
    expect(ran.errors[0]).toContain('The client token in the answer of Vault is not one printable line.')
    expect(world.setup.vault.tokens.map(({ revoked }) => revoked)).toEqual([true])
  })
})

describe('the role that a refusal suggests', () => {
  const suggested = ({ group }: Ran): Record<string, unknown> => {
    const start = group.indexOf('{')
    return JSON.parse(group.slice(start, group.indexOf('}', start) + 1).join('\n')) as Record<string, unknown>
  }

  test.each<[string, Partial<VaultRole>, Record<string, string>]>([
    ['refused the audience', { boundAudiences: ['vault'] }, {}],
    ['has no audiences', { boundAudiences: [] }, {}],
    ['refused the subject', { boundSubject: 'another' }, {}],
    ['refused a claim', { boundClaims: { ref: 'refs/heads/other' } }, {}],
    ['is for people', { type: 'oidc' }, {}],
    ['was not there', {}, { role: 'new' }],
  ])('lets the run in, as it is written: %s', async (_what, role, inputs) => {
    const world = await open(role)
    const refused = await run(world, { inputs })
    expect(refused.succeeded).toBe(false)
    world.setup.write(suggested(refused), inputs['role'])
    expect((await run(world, { inputs })).errors).toEqual([])
  })
})
