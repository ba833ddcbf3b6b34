import { describe, expect, test } from 'vitest'
import { principalSet, PROVIDER } from '../../../dev/systems/database/google-cloud-sql.ts'
import {
  SECRET,
  SERVICE_ACCOUNT,
  SERVICE_ACCOUNT_ID,
  system,
} from '../../../dev/systems/secret/google-secret-manager.ts'
import { googleSecretManager } from '../../../src/exchanges/secret/google-secret-manager.ts'
import { inputsOf } from '../../inputs/fixture.ts'
import { LINK, opening, stepsOf } from '../in-process.ts'

const NAME = 'projects/my-project/secrets/database-password'

const open = opening(system)

const { run, refusal, problem } = stepsOf(googleSecretManager, 'secret/google-secret-manager')

describe('a secret', () => {
  test('is read by the job itself', async () => {
    const world = await open()
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.infos).toEqual([`Secret "${NAME}/versions/latest" read.`])
    const federated = world.secrets.find(({ name }) => name.startsWith('federated token'))!.value
    expect(world.server('secretmanager').requests).toMatchObject([
      { path: `/v1/${NAME}/versions/latest:access`, headers: { authorization: `Bearer ${federated}` } },
    ])
  })

  test.each([SERVICE_ACCOUNT, SERVICE_ACCOUNT_ID])('is read as the service account %s', async (account) => {
    const world = await open({ variant: 'impersonation' })
    expect((await run(world, { inputs: { 'service-account': account } })).outputs).toEqual({
      secret: world.setup.secret,
    })
    expect(world.server('iamcredentials').requests).toMatchObject([
      {
        path: `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
        body: '{"scope":["https://www.googleapis.com/auth/cloud-platform"]}',
      },
    ])
  })

  test.each([
    [NAME, `https://secretmanager.googleapis.com/v1/${NAME}/versions/latest:access`],
    [`${NAME}/versions/stable`, `https://secretmanager.googleapis.com/v1/${NAME}/versions/stable:access`],
    [
      'projects/example.com:p/locations/europe-west3/secrets/s/versions/7',
      'https://secretmanager.europe-west3.rep.googleapis.com/v1/projects/example.com:p/locations/europe-west3/secrets/s/versions/7:access',
    ],
  ])('%s is at its own host and version', async (secret, href) => {
    const inputs = inputsOf({ secret, 'workload-identity-provider': PROVIDER })
    const { wanted } = await googleSecretManager.settings(inputs, {})
    inputs.check()
    expect(wanted.references[0]!.source.url.href).toBe(href)
  })
})

describe('settings', () => {
  const rule = 'secret must be the full name of a secret, with or without a version'
  test.each([
    'database-password',
    'projects/my-project/secrets/',
    'projects/my-project/secrets/a/b',
    'projects/my-project/secrets/a/versions/',
    'projects/my-project/secrets/a/versions/1:access',
    'projects/../secrets/a/versions/1',
    'projects/My Project/secrets/a',
    'https://secretmanager.googleapis.com/v1/projects/p/secrets/s',
    'projects/p/locations/eu.evil.example/secrets/s',
  ])('%s is no secret', async (secret) => {
    const shown = secret.length > 60 ? `${secret.slice(0, 60)}…` : secret
    expect(await problem(open(), { secret })).toBe(`${rule}, not "${shown}"; for example: ${NAME}`)
  })
})

describe('a refusal', () => {
  const denied = `Google Secret Manager (HOST) refused (403 Forbidden): PERMISSION_DENIED: Permission 'secretmanager.versions.access' denied for resource '${SECRET}/versions/latest' (or it may not exist).`

  test.each([
    ['', `"${principalSet('216219028')}"`, ' The provider must map `attribute.repository_id=assertion.repository_id`.'],
    [SERVICE_ACCOUNT, `"serviceAccount:${SERVICE_ACCOUNT}"`, ''],
    [SERVICE_ACCOUNT_ID, 'that service account', ''],
  ])('for want of a role says what to grant to whom: service-account "%s"', async (account, grantee, mapping) => {
    const world = await open({ variant: account === '' ? 'direct' : 'impersonation' })
    world.setup.deny()
    expect(await refusal(world, { inputs: { 'service-account': account } })).toBe(
      [
        denied,
        `Grant roles/secretmanager.secretAccessor on "${NAME}" to ${grantee}, and check that the secret exists.${mapping} A new grant takes a few minutes to work.`,
        LINK,
      ].join('\n'),
    )
  })

  test('of a version that is not there', async () => {
    expect(await refusal(open(), { inputs: { secret: `${NAME}/versions/9` } })).toBe(
      [
        `Google Secret Manager (HOST) refused (404 Not Found): NOT_FOUND: Secret Version [${SECRET}/versions/9] not found.`,
        'There is no such version: check `secret`, and that the secret has a version. A regional secret has its location in its name: projects/PROJECT/locations/LOCATION/secrets/NAME.',
        LINK,
      ].join('\n'),
    )
  })

  test('of a version that is disabled', async () => {
    const world = await open()
    const { secrets } = world.setup
    secrets[SECRET] = { ...secrets[SECRET]!, versions: [{ data: Buffer.from('x'), state: 'DISABLED' }] }
    expect(await refusal(world)).toBe(
      [
        `Google Secret Manager (HOST) refused (400 Bad Request): FAILED_PRECONDITION: Secret Version [${SECRET}/versions/1] is in DISABLED state.`,
        `That version cannot be read: it may be disabled or destroyed. Enable it, or use another one: "${NAME}/versions/NUMBER".`,
        LINK,
      ].join('\n'),
    )
  })
})
