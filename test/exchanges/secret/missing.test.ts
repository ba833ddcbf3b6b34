import { describe, expect, test } from 'vitest'
import { fault, forEver } from '../../../dev/fakes/faults.ts'
import { SECRET_ARN, system as aws } from '../../../dev/systems/secret/aws-secrets-manager.ts'
import { system as azure } from '../../../dev/systems/secret/azure-key-vault.ts'
import { system as google } from '../../../dev/systems/secret/google-secret-manager.ts'
import { system as http } from '../../../dev/systems/secret/http.ts'
import { system as vault } from '../../../dev/systems/secret/vault.ts'
import type { Setup, System } from '../../../dev/systems/system.ts'
import { createWorld, type World } from '../../../dev/world.ts'
import { exchangeOf, keep, refusalOf, runStep, withoutPort, type Ran } from '../in-process.ts'

/** A world whose secret `stored` may be read, and how a step refers to it. */
async function open<S extends Setup>(
  system: System<S>,
  variant = 'several',
): Promise<{ world: World<S>; stored: string }> {
  const world = await keep(createWorld(system, { variant }))
  return { world, stored: world.setup.store!('stored', { user: 'app_user' }) }
}

async function run(world: World, system: System, inputs: Record<string, string>): Promise<Ran> {
  const exchange = await exchangeOf(system.action)
  return runStep(exchange, world, system.action, { inputs: { 'allow-missing': 'true', ...inputs } })
}

describe('what does not exist', () => {
  test('gives an empty output and a notice, and is not in the output of JSON', async () => {
    const { world, stored } = await open(http)
    const secrets = `gone: ${world.url('secret-endpoint')}/nothing\nuser: ${stored}#user\nno-key: ${stored}#password`
    const ran = await run(world, http, { secrets })
    expect(ran.outputs).toEqual({ gone: '', user: 'app_user', 'no-key': '', secrets: '{"user":"app_user"}' })
    expect(ran.stage.annotations.map(({ level, message }) => [level, withoutPort(message)])).toEqual([
      ['notice', 'The output gone is empty: "HOST/nothing" does not exist.'],
      ['notice', 'The output no-key is empty: "password" of "HOST/stored" does not exist.'],
    ])
    expect(ran.infos).toEqual(['1 value read from 1 secret.'])
    expect(ran.masks).not.toContain('')
  })

  test.each([
    ['secrets', { secrets: 'gone: URL' }, { gone: '', secrets: '{}' }],
    ['the single form', { secrets: '', url: 'URL' }, { secret: '' }],
  ])('may be all that a step asks for (%s)', async (_form, inputs, outputs) => {
    const { world } = await open(http)
    const url = `${world.url('secret-endpoint')}/nothing`
    const texts = Object.entries(inputs).map(([name, text]) => [name, text.replace('URL', url)])
    const ran = await run(world, http, Object.fromEntries(texts) as Record<string, string>)
    expect(ran.outputs).toEqual(outputs)
    expect(ran.infos).toEqual(['0 values read from 0 secrets.'])
    // Its mask would black out every log.
    expect(ran.masks).not.toContain('{}')
  })

  test('is not named if another value is refused', async () => {
    const { world, stored } = await open(vault)
    const ran = await run(world, vault, {
      secrets: `gone: ${stored}#nothing\nuser: ${stored}#user\nother: team/forbidden`,
    })
    expect(refusalOf(ran)).toMatch(/^1 of 3 values cannot be read\. No output was set\.\n- other: /)
  })

  test('is refused unless it is allowed', async () => {
    const { world, stored } = await open(vault)
    const ran = await run(world, vault, { secrets: `gone: ${stored}#nothing`, 'allow-missing': 'false' })
    expect(refusalOf(ran)).toContain('has no key "nothing"')
  })

  test.each([
    ['vault never had', { path: 'team/nothing' }, '"secret/team/nothing"', undefined],
    ['vault has deleted', {}, '"secret/team/database"', [{ data: {}, state: 'deleted' as const }]],
  ])('is what %s', async (_what, inputs, name, versions) => {
    const { world } = await open(vault, 'default')
    const { setup } = world
    setup.policies['deploy'] = ['*']
    if (versions) setup.engines['secret'] = { 'team/database': versions }
    const ran = await run(world, vault, inputs)
    expect(ran.outputs).toEqual({ secret: '' })
    expect(ran.stage.annotations).toMatchObject([
      { level: 'notice', message: `The output secret is empty: ${name} does not exist.` },
    ])
    expect(setup.alive()).toEqual([])
  })

  test('is what AWS calls ResourceNotFoundException', async () => {
    const { world } = await open(aws, 'text')
    expect((await run(world, aws, { secret: 'app/nothing' })).outputs).toEqual({ secret: '' })
    world.setup.secrets[SECRET_ARN] = { ...world.setup.secrets[SECRET_ARN]!, deleted: true }
    expect(refusalOf(await run(world, aws, {}))).toContain('it was marked for deletion')
  })

  test('is what Google calls NOT_FOUND', async () => {
    const { world, stored } = await open(google, 'direct')
    const ran = await run(world, google, { secret: `${stored}/versions/9` })
    expect(ran.outputs).toEqual({ secret: '' })
    // Google tells nobody without the right whether there is such a secret.
    expect(refusalOf(await run(world, google, { secret: `${stored}-not` }))).toContain('PERMISSION_DENIED')
  })

  test('is what Azure calls SecretNotFound', async () => {
    const { world, stored } = await open(azure, 'default')
    expect((await run(world, azure, { secret: 'nothing' })).outputs).toEqual({ secret: '' })
    world.setup.deny()
    expect(refusalOf(await run(world, azure, { secret: stored }))).toContain('ForbiddenByRbac')
  })
})

describe.each<System>([vault, aws, google, azure, http])('of $action', (system) => {
  test.each([
    ['a refusal', () => fault.status(403, { body: { message: 'no', errors: ['permission denied'] } })],
    ['a web page', () => fault.html(404)],
    ['an empty answer', () => fault.status(404, { body: '' })],
    ['JSON without words', () => fault.status(404, { body: {} })],
  ])('%s is nothing that does not exist', async (_what, answer) => {
    const { world } = await open(system, system.variants[0])
    const reads = ({ method, headers }: { method: string; headers: object }): boolean =>
      method === 'GET' || 'x-amz-target' in headers
    world.server(world.setup.exchangeRole).faults.push(forEver((request) => (reads(request) ? answer() : undefined)))
    expect(refusalOf(await run(world, system, {}))).toMatch(/ \(40[34] /)
  })
})
