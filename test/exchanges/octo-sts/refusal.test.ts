import { describe, expect, test } from 'vitest'
import { forEver } from '../../../dev/fakes/faults.ts'
import { ISSUER } from '../../../dev/fakes/issuer.ts'
import type { OctoStsSetup } from '../../../dev/systems/octo-sts.ts'
import type { World, WorldOptions } from '../../../dev/world.ts'
import { expectClaimsHidden, LINK, SUBJECT } from '../in-process.ts'
import { open, policy, refusal, reply, run } from './fixture.ts'

const FILE = '.github/chainguard/deploy.sts.yaml'

const WAIT = ' After a change, wait 5 minutes: Octo STS caches the policy for that long.'

/** A world with a clock that is set by hand. */
async function openAt(
  options: WorldOptions = {},
): Promise<{ world: World<OctoStsSetup>; clock: { now: () => number }; pass: (minutes: number) => void }> {
  let now = Date.now()
  const clock = { now: () => now }
  const world = await open({}, { ...options, ...clock })
  return { world, clock, pass: (minutes) => (now += minutes * 60_000) }
}

describe('a refusal', () => {
  test('for a policy that is not there names the file and shows one', async () => {
    const world = await open()
    world.setup.policies[world.setup.scope] = {}
    const ran = await run(world)
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/, 'HOST')).toBe(
      [
        'Octo STS (HOST) refused (404 Not Found): unable to find trust policy for "deploy".',
        `Octo STS looks for the trust policy "${FILE}" in "octo-org/target", on the default branch, and says the same if it cannot read the file.${WAIT}`,
        LINK,
      ].join('\n'),
    )
    expect(ran.group.slice(-6)).toEqual([
      '',
      `# ${FILE} in octo-org/target, on its default branch`,
      `issuer: '${ISSUER}'`,
      `subject: '${SUBJECT}'`,
      'permissions:',
      '  contents: read # what the token may do',
    ])
    expect(world.server('octo-sts').requests).toHaveLength(1)
  })

  test('for a policy of an owner names its repository .github', async () => {
    const world = await open()
    world.setup.policies['octo-org/.github'] = {}
    expect(await refusal(world, { inputs: { scope: 'octo-org' } })).toContain(
      // octo-sts/app#1283
      `looks for the trust policy "${FILE}" in "octo-org/.github" (unless the server sets ORG_POLICY_REPO), on`,
    )
  })

  test('is remembered for 5 minutes, as the annotation says', async () => {
    const { world, clock, pass } = await openAt()
    const text = world.setup.policies[world.setup.scope]!
    world.setup.policies[world.setup.scope] = {}
    await refusal(world, clock)
    world.setup.policies[world.setup.scope] = text
    await refusal(world, clock)
    pass(5)
    expect((await run(world, clock)).succeeded).toBe(true)
  })

  test.each([
    ['parse', 'subject: ['],
    ['parse', `issuer: ${ISSUER}\nsubject: x\nsubjects: y`],
    // Only a policy of the owner names repositories, and permissions are named as GitHub's API does.
    ['parse', `issuer: ${ISSUER}\nsubject: x\nrepositories: [target]`],
    ['parse', `issuer: ${ISSUER}\nsubject: x\npermissions: { pull-requests: write }`],
    ['compile', `subject: ${SUBJECT}`],
    ['compile', `issuer: ${ISSUER}\nsubject_pattern: '['`],
  ])('for a policy that it cannot %s shows one that it can', async (what, text) => {
    const { world, clock, pass } = await openAt()
    policy(world, text)
    const ran = await run(world, clock)
    expect(ran.errors[0]).toContain(`unable to ${what} trust policy found for "deploy".\nOcto STS looks for`)
    policy(world, ...ran.group.slice(-5))
    pass(5)
    expect((await run(world, clock)).succeeded).toBe(true)
  })

  test('for the subject shows a policy that works when it is pasted', async () => {
    const { world, clock, pass } = await openAt()
    world.setup.deny()
    const ran = await run(world, clock)
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/, 'HOST')).toBe(
      [
        `Octo STS (HOST) refused (403 Forbidden): trust policy: subject did not match "repo:octo-org/another:ref:refs/heads/main".`,
        `The subject (sub) of the ID token was "${SUBJECT}": set that as \`subject\` in the trust policy "${FILE}" in "octo-org/target". It has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.${WAIT}`,
        LINK,
      ].join('\n'),
    )
    const pasted = ran.group.slice(ran.group.findIndex((line) => line.startsWith('# ')))
    expect(pasted.join('\n')).not.toMatch(/pattern|\*/)
    policy(world, ...pasted)
    // It remembers the policy that it found, too.
    await refusal(world, clock)
    pass(5)
    expect((await run(world, clock)).succeeded).toBe(true)
  })

  test('for the subject says nothing about the immutable form where it is not', async () => {
    const world = await open({}, { identity: { subject: 'mutable' } })
    world.setup.deny()
    expect(await refusal(world)).not.toContain('immutable')
  })

  test('for a pattern of the subject is explained too', async () => {
    const world = await open()
    policy(world, `issuer: ${ISSUER}`, 'subject_pattern: repo:octo-org/.*')
    expect(await refusal(world)).toContain(`The subject (sub) of the ID token was "${SUBJECT}": set that`)
  })

  test('for the issuer names it', async () => {
    const world = await open()
    policy(world, 'issuer: https://gitlab.com', `subject: ${SUBJECT}`)
    expect(await refusal(world)).toContain(
      `The issuer (iss) of the ID token was "${ISSUER}": set that as \`issuer\` in the trust policy "${FILE}" in "octo-org/target".${WAIT}`,
    )
  })

  test('for the audience of the policy says that it has another one', async () => {
    const world = await open()
    policy(world, `issuer: ${ISSUER}`, `subject: ${SUBJECT}`, 'audience: my-sts')
    expect(await refusal(world)).toContain(
      `trust policy: audience "my-sts" did not match.\nThe audience of the ID token was "HOST": remove \`audience\` from the trust policy "${FILE}" in "octo-org/target", which has another one, or set \`audience\` here to that one.${WAIT}`,
    )
  })

  test('for an audience that the policy does not name shows how to name it', async () => {
    const { world, clock, pass } = await openAt()
    const options = { inputs: { audience: 'my-sts' }, ...clock }
    const ran = await run(world, options)
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/g, 'HOST')).toContain(
      `The audience of the ID token was "my-sts": set it as \`audience\` in the trust policy "${FILE}" in "octo-org/target"; without one, the policy accepts only "HOST".${WAIT}`,
    )
    policy(world, ...ran.group.slice(ran.group.findIndex((line) => line.startsWith('# '))))
    pass(5)
    expect((await run(world, options)).succeeded).toBe(true)
  })

  test('for another claim says where to compare', async () => {
    const world = await open()
    policy(world, `issuer: ${ISSUER}`, `subject: ${SUBJECT}`, 'claim_pattern:', '  event_name: release')
    expect(await refusal(world)).toContain(
      `trust policy: claim "event_name" did not match "^release$".\nCompare claim_pattern in the trust policy "${FILE}" in "octo-org/target" with the claims of the ID token below.${WAIT}`,
    )
  })

  test('for an owner without the app says so', async () => {
    expect(await refusal(open(), { inputs: { scope: 'other-org/target' } })).toContain(
      'no installation found for "other-org".\nThe GitHub App of HOST must be installed for "other-org": check `scope`, and the app\'s installations.',
    )
  })

  test('for permissions that the app has not says so', async () => {
    const world = await open()
    policy(world, `issuer: ${ISSUER}`, `subject: ${SUBJECT}`, 'permissions:', '  administration: write')
    expect(await refusal(world)).toContain(
      `token exchange failure (StatusUnprocessableEntity).\nGitHub refused the permissions or repositories of the trust policy "${FILE}" in "octo-org/target": the GitHub App of HOST must have them all, on "octo-org/target".${WAIT}`,
    )
  })

  test('for an issuer that the organization does not trust says so', async () => {
    expect(await refusal(open({ trustedIssuers: { 'octo-org': ['https://gitlab.com'] } }))).toContain(
      `issuer not permitted by organization policy.\nThe issuer (iss) of the ID token was "${ISSUER}": "octo-org" must list it in ".github/chainguard/trusted-token-issuers.yaml" of its repository "octo-org/.github" (unless the server sets ORG_POLICY_REPO), in a form that Octo STS can read.${WAIT}\n`,
    )
  })

  test('for a subject that leaves the repository out binds the policy to it by its id', async () => {
    const { world, clock, pass } = await openAt({ claims: { sub: 'environment:production' } })
    world.setup.deny()
    const ran = await run(world, clock)
    expect(ran.succeeded).toBe(false)
    const pasted = ran.group.slice(ran.group.findIndex((line) => line.startsWith('# ')))
    expect(pasted.slice(-2)).toEqual(['claim_pattern:', "  repository_id: '216219028'"])
    policy(world, ...pasted)
    pass(5)
    expect((await run(world, clock)).succeeded).toBe(true)
  })

  test('for a subject with signs that it does not take says so', async () => {
    expect(await refusal(open({}, { identity: { ref: "refs/heads/what's-new" } }))).toContain(
      '(400 Bad Request): invalid subject in token.\nOcto STS accepts no subject with quotes, brackets',
    )
  })

  test.each([
    ['a web page', '<html><title>404 Not Found</title></html>'],
    ['JSON of a gateway', { message: 'unable to find trust policy' }],
  ])('that is %s is none of Octo STS', async (_what, body) => {
    const world = await open()
    world.server('octo-sts').faults.push({ kind: 'answer', name: 'reply', reply: { status: 404, body } })
    expect(await refusal(world)).toContain('\nThis answer is not from Octo STS: ')
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.setup.deny()
    await expectClaimsHidden(
      run,
      world,
      '`subject` in the trust policy ".github/chainguard/deploy.sts.yaml" in "octo-org/target" must be the subject (sub) of the ID token.',
    )
  })
})

describe('trouble that passes', () => {
  const keys = reply(401, 16, 'unable to verify bearer token')
  const provider = reply(400, 3, 'unable to fetch or create the provider')

  test.each([
    ['unable to verify bearer token', keys, 1],
    ['unable to fetch or create the provider', provider, 2],
  ])('%s is tried again, a limited number of times', async (message, trouble, times) => {
    const world = await open()
    world.server('octo-sts').faults.push(...Array.from({ length: times }, () => trouble))
    expect((await run(world)).succeeded).toBe(true)
    expect(world.server('octo-sts').requests).toHaveLength(times + 1)

    world.server('octo-sts').faults.push(forEver(trouble))
    expect(await refusal(world)).toContain(`${message}.\nOcto STS could not check the ID token.`)
    expect(world.server('octo-sts').requests).toHaveLength((times + 1) * 2)
  })
})
