import { describe, expect, test } from 'vitest'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { apiError, stsError } from '../../dev/fakes/google.ts'
import { principalSet, PROVIDER, SERVICE_ACCOUNT } from '../../dev/systems/database/google-cloud-sql.ts'
import { googleRefusal, iamRefusal, stsRefusal } from '../../src/google/refusal.ts'
import type { Federation } from '../../src/google/settings.ts'
import type { Answer } from '../../src/http/answer.ts'
import { answer } from '../http/fixture.ts'
import { FORK, LINK, refusalOf, SUBJECT } from '../exchanges/in-process.ts'
import { answers } from '../scenarios/support.ts'
import { AUDIENCE, open, refusal, run } from './fixture.ts'

const FEDERATION: Federation = {
  provider: PROVIDER,
  audience: AUDIENCE,
  sts: new URL('https://sts.googleapis.com/v1/token'),
  iamCredentials: 'https://iamcredentials.googleapis.com/v1',
}
const KEYS_TROUBLE = "Error connecting to the given credential's issuer."
const ENABLE = 'Enable that API in the Google Cloud project (gcloud services enable), and wait a few minutes.'
const PERIMETER =
  'A perimeter of VPC Service Controls blocks this request, whatever roles are granted: its administrators must add an ingress rule that allows it. The unique identifier in the message leads them to the request.'

const answerOf = ({ status, body }: FakeReply): Answer => answer(status, body)

describe('a refusal by STS', () => {
  test('for the audience names the one that was sent, and the settings that accept the run', async () => {
    const ran = await run(open(), { inputs: { audience: 'https://gcp.example.com' } })
    expect(refusalOf(ran)).toBe(
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

  test('for the attribute condition names the subject and its form', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    expect(refusalOf(ran)).toBe(
      [
        'Google STS (HOST) refused (400 Bad Request): unauthorized_client: The given credential is rejected by the attribute condition.',
        `The attribute condition of the provider does not accept this job. The subject (sub) of the ID token was "${SUBJECT}". It has the immutable form, with the ids of owner and repository; a condition on repo:owner/repository:… does not match it.`,
        LINK,
      ].join('\n'),
    )
    // The default audience needs no list.
    expect(ran.group).not.toContain('  allowedAudiences:')
    expect(answers(world, 'sts')).toEqual([400])
    expect(await refusal(world, FORK)).toContain('The subject (sub) of the ID token was another one.')
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
      'invalid_grant',
      'Could not obtain a value for google.subject from the given credential.',
      `Correct the attribute mapping of the provider "${PROVIDER}": `,
      true,
    ],
    [
      'invalid_grant',
      KEYS_TROUBLE,
      `Google could not fetch the keys of GitHub's ID tokens: ${ISSUER} must be reachable from the internet.`,
      false,
    ],
    [
      'invalid_grant',
      'ID Token issued at 1795248000 is stale to sign-in.',
      'Google considered the ID token too old, although it was new: run the job again.',
      false,
    ],
    ['unauthorized_client', 'In other words.', 'The attribute condition of the provider does not accept', true],
    [
      'invalid_target',
      'The target service indicated by the "audience" parameters is invalid.',
      `Check \`workload-identity-provider\`: this pool or provider does not exist, is disabled or was deleted: "${PROVIDER}". A new one takes up to 5 minutes to work.`,
      false,
    ],
  ])('by %s is explained by its words where the code says several things: %s', (code, said, hint, pastes) => {
    const { reason, explain, retry } = stsRefusal(answerOf(stsError(code, said)), FEDERATION)
    expect(reason).toBe(`${code}: ${said}`)
    const explained = explain!({ iss: ISSUER, sub: SUBJECT, repository_id: '216219028' })
    expect(explained).toEqual({
      hint: expect.stringContaining(hint) as string,
      ...(pastes && { advice: 'These settings of the provider accept this run:', paste: [expect.anything()] }),
    })
    expect(retry).toEqual(said === KEYS_TROUBLE ? { times: 2 } : undefined)
  })

  test('in the form of Google’s other APIs is read too', () => {
    const disabled = apiError('PERMISSION_DENIED', 'It is disabled.', 'SERVICE_DISABLED')
    const { reason, explain } = stsRefusal(answerOf(disabled), FEDERATION)
    expect([reason, explain!(undefined).hint]).toEqual(['PERMISSION_DENIED: It is disabled.', ENABLE])
  })

  test.each(['<html><title>Access denied</title></html>', { error: 'Forbidden' }, { error: { message: 'Forbidden' } }])(
    'is none where %j comes instead',
    (body) => {
      expect(stsRefusal(answer(403, body), FEDERATION)).toEqual({})
    },
  )
})

describe('a refusal by IAM', () => {
  const hint = `Grant roles/iam.workloadIdentityUser on the service account "${SERVICE_ACCOUNT}" to "${principalSet('216219028')}", and check that the account exists. The provider must map \`attribute.repository_id=assertion.repository_id\`. A new grant takes up to 5 minutes to work.`

  test('says what to grant to whom', async () => {
    const world = await open()
    world.setup.serviceAccounts[SERVICE_ACCOUNT] = []
    expect(await refusal(world)).toBe(
      [
        "Google IAM credentials (HOST) refused (403 Forbidden): PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
        hint,
        LINK,
      ].join('\n'),
    )
    expect(answers(world, 'iamcredentials')).toEqual([403])
  })

  test('of a service account that Google says is not there asks to check it', () => {
    const gone = answerOf(apiError('NOT_FOUND', 'Not found; Gaia id not found'))
    const environment = { GITHUB_REPOSITORY_ID: '216219028' }
    expect(iamRefusal(gone, FEDERATION, SERVICE_ACCOUNT, environment).explain!(undefined)).toEqual({ hint })
  })
})

// google.api.ErrorReason; the text about a policy: Google, "Troubleshoot VPC Service Controls".
test.each([
  ['PERMISSION_DENIED', 'No.', 'IAM_PERMISSION_DENIED', 'Grant it.'],
  ['PERMISSION_DENIED', 'No.', undefined, 'Grant it.'],
  ['PERMISSION_DENIED', 'It has not been used.', 'SERVICE_DISABLED', ENABLE],
  ['PERMISSION_DENIED', 'No.', 'SECURITY_POLICY_VIOLATED', PERIMETER],
  ['PERMISSION_DENIED', "Request is prohibited by organization's policy. Identifier: A.", undefined, PERIMETER],
  ['PERMISSION_DENIED', 'This API method requires billing to be enabled.', 'BILLING_DISABLED', undefined],
  ['INVALID_ARGUMENT', 'Invalid resource field value in the request.', undefined, undefined],
] as const)('%s (%s, %s) by an API of Google has its own hint', (status, message, why, hint) => {
  const { reason, explain } = googleRefusal(answerOf(apiError(status, message, why)), {
    PERMISSION_DENIED: 'Grant it.',
  })
  expect(reason).toBe(`${status}: ${message}`)
  expect(explain?.(undefined)).toEqual(hint === undefined ? undefined : { hint })
})
