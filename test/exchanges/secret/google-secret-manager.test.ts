import { describe, expect, test } from 'vitest'
import { fault } from '../../../dev/fakes/faults.ts'
import { apiError } from '../../../dev/fakes/google.ts'
import { principalSet, PROVIDER } from '../../../dev/systems/database/google-cloud-sql.ts'
import {
  SECRET,
  SERVICE_ACCOUNT,
  SERVICE_ACCOUNT_ID,
  system,
} from '../../../dev/systems/secret/google-secret-manager.ts'
import type { World } from '../../../dev/world.ts'
import { googleSecretManager } from '../../../src/exchanges/secret/google-secret-manager.ts'
import { inputsOf } from '../../inputs/fixture.ts'
import { LINK, opening, stepsOf } from '../in-process.ts'

const NAME = 'projects/my-project/secrets/database-password'

const open = opening(system)

const { run, refusal } = stepsOf(googleSecretManager, 'secret/google-secret-manager')

const paths = (world: World, role: string): string[] => world.server(role).requests.map(({ path }) => path)

describe('a secret', () => {
  test('is read by the job itself', async () => {
    const world = await open()
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.masks).toContain(world.setup.secret)
    expect(ran.infos).toEqual([`Secret "${NAME}/versions/latest" read.`])
    expect(paths(world, 'secretmanager')).toEqual([`/v1/${NAME}/versions/latest:access`])
    const [request] = world.server('secretmanager').requests
    const federated = world.secrets.find(({ name }) => name.startsWith('federated token'))!.value
    expect(request!.headers['authorization']).toBe(`Bearer ${federated}`)
    expect(ran.masks).toContain(federated)
  })

  test('opens no connection that it does not need', async () => {
    const world = await open({ variant: 'impersonation' })
    world.setup.secrets[SECRET] = {
      ...world.setup.secrets[SECRET]!,
      accessors: [principalSet(world.identity.repositoryId)],
    }
    const ran = await run(world, { inputs: { 'service-account': '' } })
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(world.server('iamcredentials').connections).toBe(0)
  })

  test('is read as a service account where one is given', async () => {
    const world = await open({ variant: 'impersonation' })
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(paths(world, 'iamcredentials')).toEqual([
      `/v1/projects/-/serviceAccounts/${SERVICE_ACCOUNT}:generateAccessToken`,
    ])
    expect(JSON.parse(world.server('iamcredentials').requests[0]!.body)).toEqual({
      scope: ['https://www.googleapis.com/auth/cloud-platform'],
    })
  })

  test('is read as a service account given by its unique id', async () => {
    const world = await open({ variant: 'impersonation' })
    const inputs = { 'service-account': SERVICE_ACCOUNT_ID }
    expect((await run(world, { inputs })).outputs).toEqual({ secret: world.setup.secret })
    expect(paths(world, 'iamcredentials')).toEqual([
      `/v1/projects/-/serviceAccounts/${SERVICE_ACCOUNT_ID}:generateAccessToken`,
    ])
    world.setup.deny()
    expect(await refusal(world, { inputs })).toContain(
      `Grant roles/secretmanager.secretAccessor on "${NAME}" to that service account, and check`,
    )
  })

  test.each<[string, (old: string, now: string) => string]>([
    [`${NAME}/versions/1`, (old) => old],
    [`${NAME}/versions/2`, (_old, now) => now],
    [`${NAME}/versions/latest`, (_old, now) => now],
    [`${NAME}/versions/stable`, (old) => old],
    [SECRET, (_old, now) => now],
  ])('%s is the version that it names', async (secret, expected) => {
    const world = await open()
    const { secrets, secret: value } = world.setup
    secrets[SECRET] = { ...secrets[SECRET]!, aliases: { stable: 1 } }
    const ran = await run(world, { inputs: { secret } })
    expect(ran.outputs).toEqual({ secret: expected(`${value}-old`, value) })
  })

  test('of a region is read there', async () => {
    const world = await open()
    const name = 'projects/123456789012/locations/europe-west3/secrets/database-password'
    world.setup.secrets[name] = world.setup.secrets[SECRET]!
    const ran = await run(world, { inputs: { secret: name } })
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(paths(world, 'secretmanager')).toEqual([`/v1/${name}/versions/latest:access`])
  })

  test('has a host of its own in its region, and one for all others', async () => {
    const url = async (secret: string): Promise<string> => {
      const given: Record<string, string> = { secret, 'workload-identity-provider': PROVIDER }
      const inputs = inputsOf(given)
      const settings = await googleSecretManager.settings(inputs, {})
      inputs.check()
      return settings.wanted.references[0]!.source.url.href
    }
    expect(await url(NAME)).toBe(
      'https://secretmanager.googleapis.com/v1/projects/my-project/secrets/database-password/versions/latest:access',
    )
    expect(await url('projects/example.com:p/locations/europe-west3/secrets/s/versions/7')).toBe(
      'https://secretmanager.europe-west3.rep.googleapis.com/v1/projects/example.com:p/locations/europe-west3/secrets/s/versions/7:access',
    )
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
    const world = await open()
    const shown = secret.length > 60 ? `${secret.slice(0, 60)}…` : secret
    expect(await refusal(world, { inputs: { secret } })).toContain(
      `\n- ${rule}, not "${shown}"; for example: ${NAME}\nINVALID_INPUT`,
    )
    expect(world.issuer.issued).toEqual([])
  })
})

describe('a refusal', () => {
  const denied = `Google Secret Manager (HOST) refused (403 Forbidden): PERMISSION_DENIED: Permission 'secretmanager.versions.access' denied for resource '${SECRET}/versions/latest' (or it may not exist).`

  test.each([
    ['direct', principalSet('216219028'), ' The provider must map `attribute.repository_id=assertion.repository_id`.'],
    ['impersonation', `serviceAccount:${SERVICE_ACCOUNT}`, ''],
  ])('for want of a role says what to grant to whom (%s)', async (variant, member, mapping) => {
    const world = await open({ variant })
    world.setup.deny()
    expect(await refusal(world)).toBe(
      [
        denied,
        `Grant roles/secretmanager.secretAccessor on "${NAME}" to "${member}", and check that the secret exists.${mapping} A new grant takes a few minutes to work.`,
        LINK,
      ].join('\n'),
    )
    world.setup.secrets[SECRET] = { ...world.setup.secrets[SECRET]!, accessors: [member] }
    expect((await run(world)).succeeded).toBe(true)
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

  test.each(['DISABLED', 'DESTROYED'] as const)('of a version that is %s', async (state) => {
    const world = await open()
    const { secrets } = world.setup
    secrets[SECRET] = { ...secrets[SECRET]!, versions: [{ data: Buffer.from('x'), state }] }
    expect(await refusal(world)).toBe(
      [
        `Google Secret Manager (HOST) refused (400 Bad Request): FAILED_PRECONDITION: Secret Version [${SECRET}/versions/1] is in ${state} state.`,
        `That version cannot be read: it may be disabled or destroyed. Enable it, or use another one: "${NAME}/versions/NUMBER".`,
        LINK,
      ].join('\n'),
    )
  })

  test('of an API that is off says so', async () => {
    const world = await open()
    const off = apiError('PERMISSION_DENIED', 'Secret Manager API has not been used.', 'SERVICE_DISABLED')
    world.server('secretmanager').faults.push(fault.answer(off))
    const text = await refusal(world)
    expect(text).toContain('PERMISSION_DENIED: Secret Manager API has not been used.\nEnable that API')
    expect(text).not.toContain('Grant roles')
  })

  // google.api.ErrorReason; the text of the first: Google, "Troubleshoot VPC Service Controls".
  test.each([
    [
      'of a perimeter asks for an ingress rule',
      'SECURITY_POLICY_VIOLATED',
      "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: AbC-123.",
      'A perimeter of VPC Service Controls blocks this request, whatever roles are granted: its administrators must add an ingress rule that allows it. The unique identifier in the message leads them to the request.\n',
    ],
    [
      'of a project without billing has no hint',
      'BILLING_DISABLED',
      'This API method requires billing to be enabled.',
      '',
    ],
  ])('%s, and for no role', async (_what, reason, message, hint) => {
    const world = await open()
    world.server('secretmanager').faults.push(fault.answer(apiError('PERMISSION_DENIED', message, reason)))
    expect(await refusal(world)).toBe(
      `Google Secret Manager (HOST) refused (403 Forbidden): PERMISSION_DENIED: ${message}\n${hint}${LINK}`,
    )
  })

  test('of the request itself has no hint about the version', async () => {
    const world = await open()
    const invalid = apiError('INVALID_ARGUMENT', 'Invalid resource field value in the request.')
    world.server('secretmanager').faults.push(fault.answer(invalid))
    expect(await refusal(world)).toContain(`INVALID_ARGUMENT: Invalid resource field value in the request.\n${LINK}`)
  })

  test.each([
    ['a web page', '<html><title>Error 403 (Forbidden)!!1</title></html>'],
    ['JSON of something else', { error: { message: 'Forbidden' } }],
  ])('that is %s is not Google’s, and tells nothing of roles', async (_what, body) => {
    const world = await open()
    world.server('secretmanager').faults.push(fault.answer({ status: 403, body }))
    expect(await refusal(world)).toContain('(403 Forbidden).\nThis answer is not from Google Secret Manager: ')
  })

  test('by STS is explained as for Cloud SQL', async () => {
    const world = await open()
    world.setup.providers[PROVIDER] = { condition: () => false }
    expect(await refusal(world)).toContain(
      'The attribute condition of the provider does not accept this job. The subject (sub) of the ID token was "repo:octo-org@6811672/',
    )
    expect(paths(world, 'secretmanager')).toEqual([])
  })

  test('of the service account says what to grant', async () => {
    const world = await open({ variant: 'impersonation' })
    world.setup.serviceAccounts[SERVICE_ACCOUNT] = []
    expect(await refusal(world)).toContain(
      `Grant roles/iam.workloadIdentityUser on the service account "${SERVICE_ACCOUNT}" to "${principalSet('216219028')}"`,
    )
  })
})

test('the fake refuses a token without the scope for everything', async () => {
  const world = await open()
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: `//iam.googleapis.com/${PROVIDER}`,
    scope: 'https://www.googleapis.com/auth/sqlservice.login',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: await world.issuer.mint(`https://iam.googleapis.com/${PROVIDER}`),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  })
  const sts = await fetch(`${world.url('sts')}/v1/token`, { method: 'POST', body: form })
  const { access_token: token } = (await sts.json()) as { access_token: string }
  const answer = await fetch(`${world.url('secretmanager')}/v1/${NAME}/versions/latest:access`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('ACCESS_TOKEN_SCOPE_INSUFFICIENT')
})
