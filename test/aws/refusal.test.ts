import { describe, expect, test } from 'vitest'
import { stsRefusal } from '../../src/aws/refusal.ts'
import type { Claims, Explanation } from '../../src/explanation.ts'
import { answer } from '../http/fixture.ts'
import { ROLE, SOURCE } from './fixture.ts'

const ISSUER = 'https://token.actions.githubusercontent.com'
const DENIED = 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity'

describe('what to change', () => {
  const subject = 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main'
  const claims: Claims = { iss: ISSUER, sub: subject, aud: 'sts.amazonaws.com' }

  function explained(reason: string, more: { claims?: Claims | undefined; source?: typeof SOURCE } = {}): Explanation {
    const [Code, Message] = reason.split(': ')
    const { explain } = stsRefusal(answer(400, { Error: { Code, Message } }), more.source ?? SOURCE)
    return explain!('claims' in more ? more.claims : claims)
  }

  test('where the trust policy does not accept the job: its conditions, and a policy that does', () => {
    const { hint, advice, paste } = explained(DENIED)
    expect(hint).toBe(
      `Either the role "${ROLE}" does not exist, or its trust policy does not accept this job; AWS does not say which. The subject (sub) of the ID token was "${subject}", its audience (aud) was "sts.amazonaws.com": change the conditions on token.actions.githubusercontent.com:sub and token.actions.githubusercontent.com:aud so that they match. The subject has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.`,
    )
    expect(advice).toBe(`With this trust policy, the role "${ROLE}" accepts this run:`)
    expect(JSON.parse(paste![0]!.content)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': subject,
            },
          },
        },
      ],
    })
  })

  test('for a subject that does not name the repository, bound to the repository as well', () => {
    const customized = { ...claims, sub: 'environment:production', repository_id: '216219028' }
    const { paste } = explained(DENIED, { claims: customized })
    expect(paste?.[0]?.content).toContain(
      '"StringEquals": {\n          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",\n          "token.actions.githubusercontent.com:sub": "environment:production",\n          "token.actions.githubusercontent.com:repository_id": "216219028"\n        }',
    )
    expect(explained(DENIED).paste?.[0]?.content).not.toContain('repository_id')
    for (const less of [
      { ...customized, repository_id: undefined },
      { ...customized, iss: 'https://github.example.com/_services/token' },
    ]) {
      const { hint, ...more } = explained(DENIED, { claims: less })
      expect(hint).toContain('was "environment:production", its')
      expect(more).toEqual({})
    }
  })

  test('for a subject in which IAM would put values of its own, without a policy', () => {
    const sub = 'repo:octo-org/workflows:environment:${aws:userid}'
    const { hint, ...more } = explained(DENIED, { claims: { ...claims, sub } })
    expect(hint).toContain(`was "${sub}", its`)
    expect(more).toEqual({})
  })

  test('without claims that must not be shown', () => {
    const { hint, paste } = explained(DENIED, { claims: undefined })
    expect(hint).toContain('The subject (sub) of the ID token was another one, ')
    expect(paste).toBeUndefined()
  })

  test('for another partition and another issuer', () => {
    const source = { ...SOURCE, roleArn: 'arn:aws-cn:iam::210987654321:role/x', audience: 'sts.amazonaws.com.cn' }
    const iss = 'https://github.example.com/_services/token'
    const { paste, hint } = explained(DENIED, { source, claims: { ...claims, iss } })
    expect(paste?.[0]?.content).toContain(
      '"arn:aws-cn:iam::210987654321:oidc-provider/github.example.com/_services/token"',
    )
    expect(paste?.[0]?.content).toContain('"github.example.com/_services/token:aud": "sts.amazonaws.com.cn"')
    expect(hint).toContain('github.example.com/_services/token:sub')
    expect(hint).toContain('its audience (aud) was "sts.amazonaws.com.cn":')
  })

  // The endings are those of the IAM User Guide, "Troubleshoot access denied error messages".
  test.each<[string, string]>([
    [
      'with an explicit deny in a resource control policy',
      'Change the resource control policy of the AWS organization, which its administrators manage: a statement in it denies this.',
    ],
    [
      'because no service control policy allows the sts:AssumeRoleWithWebIdentity action',
      'Change the service control policy of the AWS organization, which its administrators manage: no statement in it allows this.',
    ],
    [
      'with an explicit deny in a VPC endpoint policy',
      'Change the VPC endpoint policy of the VPC endpoint that the request went through: a statement in it denies this.',
    ],
    [
      'with an explicit deny in the role trust policy',
      `Change the role trust policy of the role "${ROLE}": a statement in it denies this.`,
    ],
  ])('where another policy refuses: that one, and no trust policy (%s)', (end, hint) => {
    expect(explained(`${DENIED} ${end}`)).toEqual({ hint })
  })

  test('where AWS names the trust policy as what lacks: a trust policy', () => {
    const end = 'because no role trust policy allows the sts:AssumeRoleWithWebIdentity action'
    expect(explained(`${DENIED} ${end}`).paste).toHaveLength(1)
  })

  test('nothing where the denial is of another action, as a bucket in front says it', () => {
    expect(explained('AccessDenied: Access Denied')).toEqual({})
  })

  const provider = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com'
  test.each<[string, string]>([
    [
      'InvalidIdentityToken: Incorrect token audience',
      `The audience of the ID token was "sts.amazonaws.com": add it to the audiences (client ids) of the IAM identity provider "${provider}".`,
    ],
    [
      `InvalidIdentityToken: No OpenIDConnect provider found in your account for ${ISSUER}`,
      `Check that there is an IAM identity provider "${provider}": with the URL ${ISSUER} and the audience "sts.amazonaws.com".`,
    ],
    [
      "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider",
      `AWS could not fetch the keys of GitHub's ID tokens: ${ISSUER} must be reachable from the internet.`,
    ],
    [
      'IDPCommunicationError',
      `AWS could not fetch the keys of GitHub's ID tokens: ${ISSUER} must be reachable from the internet.`,
    ],
    [
      'RegionDisabledException: STS is not activated in this region',
      'Enable STS for that region in the account, or set another region.',
    ],
  ])('%s', (reason, hint) => {
    expect(explained(reason)).toEqual({ hint })
  })

  test('nothing where the code is not known', () => {
    expect(explained('ValidationError: x')).toEqual({})
    expect(explained('')).toEqual({})
  })
})
