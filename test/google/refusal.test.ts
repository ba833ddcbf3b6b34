import { describe, expect, test } from 'vitest'
import { forEver, type Fault } from '../../dev/fakes/faults.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { apiError, stsError } from '../../dev/fakes/google.ts'
import {
  principalSet,
  PROVIDER,
  SERVICE_ACCOUNT,
  type GoogleCloudSqlSetup,
} from '../../dev/systems/database/google-cloud-sql.ts'
import { expectClaimsHidden, LINK, SUBJECT } from '../exchanges/in-process.ts'
import { answers, AUDIENCE, open, refusal, run } from './fixture.ts'

const reply = (answer: FakeReply): Fault => ({ kind: 'answer', name: 'reply', reply: answer })

describe('a refusal by STS', () => {
  test('for the audience names the one that was sent, and the settings that accept the run', async () => {
    const ran = await run(open(), { inputs: { audience: 'https://gcp.example.com' } })
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/g, 'HOST')).toBe(
      [
        'Google STS (HOST) refused (400 Bad Request): invalid_grant: The audience in ID Token [https://gcp.example.com] does not match the expected audience.',
        `Google does not accept the ID token. Its audience was "https://gcp.example.com": the provider must list it among its allowed audiences; a provider without a list accepts "${AUDIENCE}". Its issuer was "${ISSUER}": the provider must have the same issuer.`,
        LINK,
      ].join('\n'),
    )
    expect(ran.group.slice(-11)).toEqual([
      `# ${PROVIDER}`,
      'attributeCondition: >-',
      '  assertion.repository_id == "216219028" &&',
      `  assertion.sub == "${SUBJECT}"`,
      'attributeMapping:',
      '  attribute.repository_id: assertion.repository_id',
      '  google.subject: assertion.sub',
      'oidc:',
      '  allowedAudiences:',
      "    - 'https://gcp.example.com'",
      `  issuerUri: '${ISSUER}'`,
    ])
    expect(ran.slept).toEqual([])
  })

  test('for the issuer names it', async () => {
    const issuer = `${ISSUER}/octo-enterprise`
    expect(await refusal(open({ claims: { iss: issuer } }))).toContain(
      `Its issuer was "${issuer}": the provider must have the same issuer.`,
    )
  })

  test('for the attribute condition names the subject and its form', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/g, 'HOST')).toBe(
      [
        'Google STS (HOST) refused (400 Bad Request): unauthorized_client: The given credential is rejected by the attribute condition.',
        `The attribute condition of the provider does not accept this job. The subject (sub) of the ID token was "${SUBJECT}". It has the immutable form, with the ids of owner and repository; a condition on repo:owner/repository:… does not match it.`,
        LINK,
      ].join('\n'),
    )
    // The default audience needs no list.
    expect(ran.group).not.toContain('  allowedAudiences:')
    expect(answers(world, 'sts')).toEqual([400])
  })

  test('for the attribute condition says nothing about the form where it is not immutable', async () => {
    const world = await open({ identity: { subject: 'mutable' } })
    world.setup.deny()
    const text = await refusal(world)
    expect(text).toContain('was "repo:octo-org/workflows:ref:refs/heads/main".\n')
    expect(text).not.toContain('immutable')
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.setup.deny()
    await expectClaimsHidden(run, world, 'The subject (sub) of the ID token was another one.')
  })

  test.each<[string, (setup: GoogleCloudSqlSetup) => void]>([
    ['missing', ({ providers }) => Reflect.deleteProperty(providers, PROVIDER)],
    ['disabled', ({ providers }) => (providers[PROVIDER] = { disabled: true })],
  ])('for a provider that is %s names it', async (_what, change) => {
    const world = await open()
    change(world.setup)
    expect(await refusal(world)).toContain(
      `\nCheck \`workload-identity-provider\`: this pool or provider does not exist, is disabled or was deleted: "${PROVIDER}". A new one takes up to 5 minutes to work.\n${LINK}`,
    )
  })

  // The words: google-github-actions/auth#378; google-github-actions/auth, "Troubleshooting"; googleapis/google-auth-library.
  test.each([
    [
      'unauthorized_client',
      "The mapped attribute 'google.subject' must be of type STRING.",
      `Correct the attribute mapping of the provider "${PROVIDER}": each attribute must become text of at most 127 bytes, such as google.subject=assertion.sub. A condition does not belong in a mapping.`,
      true,
    ],
    [
      'invalid_request',
      'The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes.',
      `Correct the attribute mapping of the provider "${PROVIDER}": `,
      true,
    ],
    [
      'invalid_grant',
      "Error connecting to the given credential's issuer.",
      `Google could not fetch the keys of GitHub's ID tokens: ${ISSUER} must be reachable from the internet.`,
      false,
    ],
    [
      'invalid_grant',
      'ID Token issued at 1795248000 is stale to sign-in.',
      'Google considered the ID token too old, although it was new: run the job again.',
      false,
    ],
  ])('by %s is explained by its words where the code says several things: %s', async (code, said, hint, pasted) => {
    const world = await open()
    world.server('sts').faults.push(forEver(reply(stsError(code, said))))
    const ran = await run(world)
    expect(ran.errors[0]).toContain(`${said}\n${hint}`)
    expect(ran.errors[0]).not.toMatch(/attribute condition|allowed audiences|same issuer/)
    expect(ran.group.includes('attributeMapping:')).toBe(pasted)
  })

  test.each([
    ['a web page', '<html><title>Access denied</title></html>'],
    ['an error of a gateway', { error: 'Forbidden' }],
  ])('is none where %s comes instead', async (_what, body) => {
    const world = await open()
    world.server('sts').faults.push(reply({ status: 403, body }))
    expect(await refusal(world)).toContain('(403 Forbidden).\nThis answer is not from Google STS: ')
  })

  test('is told by the code, whatever the text is', async () => {
    const world = await open()
    world.server('sts').faults.push(reply(stsError('unauthorized_client', 'In other words.', 403)))
    expect(await refusal(world)).toContain(
      'refused (403 Forbidden): unauthorized_client: In other words.\nThe attribute condition of the provider does not accept',
    )
  })
})

test('an error of STS in the form of Google’s other APIs is read too', async () => {
  const world = await open()
  const message = 'Security Token Service API has not been used in project 1 before or it is disabled.'
  world.server('sts').faults.push(reply(apiError('PERMISSION_DENIED', message, 'SERVICE_DISABLED')))
  expect(await refusal(world)).toContain(
    `Google STS (HOST) refused (403 Forbidden): PERMISSION_DENIED: ${message}\nEnable that API`,
  )
})

describe('trouble with the keys of the issuer', () => {
  const trouble = reply(stsError('invalid_grant', "Error connecting to the given credential's issuer."))

  test('is tried again', async () => {
    const world = await open()
    world.server('sts').faults.push(trouble, trouble)
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(answers(world, 'sts')).toEqual(['reply', 'reply', 200])
  })

  test('is tried again twice and no more', async () => {
    const world = await open()
    world.server('sts').faults.push(forEver(trouble))
    expect(await refusal(world)).toContain("invalid_grant: Error connecting to the given credential's issuer.")
    expect(answers(world, 'sts')).toHaveLength(3)
  })
})

describe('a refusal by IAM', () => {
  const denied =
    "Google IAM credentials (HOST) refused (403 Forbidden): PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."

  test.each<[string, (setup: GoogleCloudSqlSetup) => void]>([
    ['that the job may not be the service account', ({ serviceAccounts }) => (serviceAccounts[SERVICE_ACCOUNT] = [])],
    [
      'of a service account that is not there',
      ({ serviceAccounts }) => Reflect.deleteProperty(serviceAccounts, SERVICE_ACCOUNT),
    ],
  ])('%s says what to grant to whom', async (_what, change) => {
    const world = await open()
    change(world.setup)
    expect(await refusal(world)).toBe(
      [
        denied,
        `Grant roles/iam.workloadIdentityUser on the service account "${SERVICE_ACCOUNT}" to "${principalSet('216219028')}", and check that the account exists. The provider must map \`attribute.repository_id=assertion.repository_id\`. A new grant takes up to 5 minutes to work.`,
        LINK,
      ].join('\n'),
    )
    expect(answers(world, 'iamcredentials')).toEqual([403])
  })

  test('of a service account that Google says is not there asks to check it', async () => {
    const world = await open()
    world.server('iamcredentials').faults.push(reply(apiError('NOT_FOUND', 'Not found; Gaia id not found')))
    expect(await refusal(world)).toMatch(/NOT_FOUND: .*\n.*and check that the account exists\./)
  })

  test('names what works: with that grant the step succeeds', async () => {
    const world = await open()
    world.setup.serviceAccounts[SERVICE_ACCOUNT] = []
    const member = /to "(principalSet:\S+)", and/.exec(await refusal(world))![1]!
    world.setup.serviceAccounts[SERVICE_ACCOUNT] = [member]
    expect((await run(world)).succeeded).toBe(true)
  })

  test('of an API that is off says so', async () => {
    const world = await open()
    const message = 'IAM Service Account Credentials API has not been used in project 1 before or it is disabled.'
    world.server('iamcredentials').faults.push(reply(apiError('PERMISSION_DENIED', message, 'SERVICE_DISABLED')))
    expect(await refusal(world)).toContain(
      `PERMISSION_DENIED: ${message}\nEnable that API in the Google Cloud project (gcloud services enable), and wait a few minutes.\n${LINK}`,
    )
  })
})
