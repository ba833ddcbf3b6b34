import { expect, test } from 'vitest'
import { fault, forEver, type FaultEntry } from '../../dev/fakes/faults.ts'
import { vaultError, type VaultRole } from '../../dev/fakes/vault.ts'
import { withoutPort } from '../exchanges/in-process.ts'
import { at, LOGIN, open, READ, requests, run } from './fixture.ts'

const failing = (status: number, reason: string): FaultEntry => forEver(at(/revoke-self$/, vaultError(status, reason)))

const COULD_NOT = 'The Vault token could not be revoked in this step; it ends'

test.each<[string, role: Partial<VaultRole>, faults: FaultEntry[], warning: RegExp]>([
  ['it fails', {}, [failing(400, 'no')], /at TIME\. Vault \(HOST\) refused \(400 Bad Request\): no\.$/],
  ['it fails for one that has no end', { ttl: 0 }, [failing(400, 'no')], /^only when somebody revokes it\. /],
  [
    'a gateway before Vault refuses it',
    {},
    [fault.none(), fault.none(), fault.html(403)],
    /at TIME\. Vault \(HOST\) refused \(403 Forbidden\)\. This answer is not from Vault: it is a web page\. /,
  ],
  [
    'it may not revoke itself',
    { noDefaultPolicy: true },
    [],
    /at TIME\. Vault \(HOST\) refused \(403 Forbidden\): permission denied\. A policy of the role must contain: path "auth\/token\/revoke-self" { capabilities = \["update"\] }\.$/,
  ],
])('a token that is left alive is a warning: %s', async (_what, role, faults, warning) => {
  const world = await open({ role })
  world.server('vault').faults.push(...faults)
  const ran = await run(world)
  const [text = '', ...more] = ran.warnings.map((each) => withoutPort(each).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME'))
  expect(text.startsWith(`${COULD_NOT} `)).toBe(true)
  expect(text.slice(COULD_NOT.length + 1)).toMatch(warning)
  expect(more).toEqual([])
  expect(world.setup.vault.tokens).toMatchObject([{ revoked: false }])
})

test.each<[string, role: Partial<VaultRole>, faults: FaultEntry[]]>([
  ['after its last use', { numUses: 1, noDefaultPolicy: true }, []],
  ['for an older Vault, which says no more than that it is denied', {}, [failing(403, 'permission denied')]],
])('a token that is gone is no warning: %s', async (_what, role, faults) => {
  const world = await open({ role })
  world.server('vault').faults.push(...faults)
  const ran = await run(world)
  expect(ran.outputs).toEqual({ secret: world.setup.secret })
  expect(ran.infos.at(-1)).toBe('The Vault token had ended already.')
  expect(ran.warnings).toEqual([])
})

test('a batch token is not revoked', async () => {
  const world = await open({ role: { tokenType: 'batch' } })
  const ran = await run(world)
  expect(ran.outputs).toEqual({ secret: world.setup.secret })
  expect(ran.warnings).toEqual([])
  expect(requests(world)).toEqual([LOGIN, READ])
})
