import { describe, expect, test } from 'vitest'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { octoStsError } from '../../dev/fakes/octo-sts.ts'
import { IDENTITY, system, type OctoStsSetup } from '../../dev/systems/octo-sts.ts'
import type { World, WorldOptions } from '../../dev/world.ts'
import { octoSts } from '../../src/exchanges/octo-sts/exchange.ts'
import { inputsOf, problemsOf } from '../inputs/fixture.ts'
import { expectClaimsHidden, LINK, opening, stepsOf, SUBJECT, withoutPort } from './in-process.ts'

const open = opening(system)

const { run, refusal } = stepsOf(octoSts, 'octo-sts')

const FILE = '.github/chainguard/deploy.sts.yaml'
const POLICY = `the trust policy "${FILE}" in "octo-org/target"`
const WAIT = ' After a change, wait 5 minutes: Octo STS caches the policy for that long.'

/** Changes the trust policy. */
function policy({ setup }: World<OctoStsSetup>, ...lines: string[]): void {
  setup.policies[setup.scope] = { [IDENTITY]: lines.join('\n') }
}

const reply = (status: number, code: number, message: string): Fault =>
  fault.answer(octoStsError(status, code, message))

describe('a token', () => {
  test('is set as output, saved for post, and ends an hour after it was asked for', async () => {
    const now = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({ now: () => now })
    const ran = await run(world, { now: () => now })
    const token = ran.outputs['token']!
    expect(ran.outputs).toEqual({ token, 'expires-at': '2026-11-21T09:00:00.000Z' })
    expect(JSON.parse(ran.state['revocable']!)).toEqual({
      issuer: 'github',
      token,
      apiUrl: `${world.url('github')}/`,
      ends: '2026-11-21T09:00:00.000Z',
    })
    expect(ran.infos).toEqual([
      'Token for "octo-org/target", granted by the trust policy "deploy"; ends 2026-11-21T09:00:00.000Z',
    ])
    // One that is cut off would leave a token behind.
    expect(ran.limits).toEqual([10_000, 30_000])
    const [request] = world.server('octo-sts').requests
    const [idToken] = world.issuer.issued
    expect(request).toMatchObject({
      method: 'POST',
      path: '/sts/exchange?scope=octo-org%2Ftarget&identity=deploy',
      body: '',
      answered: 200,
    })
    expect(request!.headers['authorization']).toBe(`Bearer ${idToken!.token}`)
    expect(idToken!.audience).toBe(new URL(world.url('octo-sts')).host)
  })

  test('ends an hour after the try that brought it was sent', async () => {
    let now = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({ now: () => now })
    world.server('octo-sts').faults.push(
      () => {
        now += 60_000
        return fault.status(503)
      },
      fault.alter((answer) => {
        now += 5_000
        return answer
      }),
    )
    const ran = await run(world, { now: () => now })
    expect(world.server('octo-sts').requests.map(({ answered }) => answered)).toEqual(['status 503', 'alter'])
    expect(ran.outputs['expires-at']).toBe('2026-11-21T09:01:00.000Z')
  })

  test('is for the workflow’s repository by default', async () => {
    const world = await open()
    world.setup.policies['octo-org/workflows'] = world.setup.policies[world.setup.scope]!
    // The runner fills in the default of action.yml where a workflow gives none; an empty input falls back to it too.
    expect((await run(world, { inputs: { scope: '' } })).succeeded).toBe(true)
    expect(world.setup.octoSts.granted).toEqual(['octo-org/workflows'])
  })
})

describe('settings', () => {
  const settingsOf = async (given: Record<string, string>): Promise<{ origin: string; problems: string[] }> => {
    const inputs = inputsOf({ identity: 'deploy', 'github-api-url': 'https://api.github.com', ...given })
    const { url } = await octoSts.settings(inputs, { GITHUB_REPOSITORY: 'octo-org/workflows' })
    return { origin: url.origin, problems: problemsOf(inputs) }
  }
  const HOST_NAME = 'must be a host name, without https:// or a path'
  const AUDIENCE = 'must have at most 255 characters, without spaces, quotes, brackets or @'
  const NAME = 'must be the name of a trust policy, without its folder and .sts.yaml, of at most 255 characters'

  test.each([
    ['domain', 'https://octo-sts.dev', HOST_NAME, 'octo-sts.dev'],
    ['domain', `${'a.'.repeat(126)}dev`, HOST_NAME, 'octo-sts.dev'],
    ['domain', 'octo-sts.dev?x=y', HOST_NAME, 'octo-sts.dev'],
    ['domain', 'octo-sts.dev:99999', 'must be a URL', 'octo-sts.dev'],
    ['scope', 'octo-org/target/more', 'must be owner/name, or only the owner', 'octo-org/target'],
    ['scope', `octo-org/${'a'.repeat(247)}`, 'must be owner/name, or only the owner', 'octo-org/target'],
    ['identity', '../secret', NAME, 'deploy'],
    ['identity', `it's`, NAME, 'deploy'],
    ['identity', 'a'.repeat(256), NAME, 'deploy'],
    ['identity', 'team/deploy.sts.yml', NAME, 'team/deploy'],
    ['identity', '.github/chainguard/deploy.sts.yaml', NAME, 'deploy'],
    ['identity', '.sts.yaml', NAME, 'deploy'],
    ['audience', 'sts@example.com', AUDIENCE, 'octo-sts.dev'],
    ['audience', 'x'.repeat(256), AUDIENCE, 'octo-sts.dev'],
    ['github-api-url', 'http://api.github.com', 'must begin with https://', 'https://api.github.com'],
    ['skip-token-revoke', 'perhaps', 'must be true or false', 'true'],
  ])('%s: %j is refused', async (name, value, rule, example) => {
    const [problem, ...more] = (await settingsOf({ [name]: value })).problems
    expect(problem?.startsWith(`${name} ${rule}`)).toBe(true)
    expect(problem?.endsWith(`; for example: ${example}`)).toBe(true)
    expect(more).toEqual([])
  })

  test.each([
    ['localhost.example.com', 'https://localhost.example.com'],
    ['sts.example.com:8443', 'https://sts.example.com:8443'],
    ['localhost:8080', 'http://localhost:8080'],
  ])('%s is asked at %s', async (domain, origin) => {
    expect(await settingsOf({ domain })).toEqual({ origin, problems: [] })
  })
})

/** A world with a clock that is set by hand. */
async function openAt(
  options: WorldOptions = {},
): Promise<{ world: World<OctoStsSetup>; clock: { now: () => number }; pass: (minutes: number) => void }> {
  let now = Date.now()
  const clock = { now: () => now }
  const world = await open({ ...options, ...clock })
  return { world, clock, pass: (minutes) => (now += minutes * 60_000) }
}

describe('a refusal', () => {
  test('for a policy that is not there names the file and shows one', async () => {
    const world = await open()
    world.setup.policies[world.setup.scope] = {}
    const ran = await run(world)
    expect(withoutPort(ran.errors[0]!)).toBe(
      [
        'Octo STS (HOST) refused (404 Not Found): unable to find trust policy for "deploy".',
        `Octo STS looks for ${POLICY}, on the default branch, and says the same if it cannot read the file.${WAIT}`,
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

  // Only a policy of the owner names repositories, and permissions are named as GitHub's API does.
  test.each([
    ['parse', `issuer: ${ISSUER}\nsubject: x\nrepositories: [target]`],
    ['parse', `issuer: ${ISSUER}\nsubject: x\npermissions: { pull-requests: write }`],
    ['compile', `issuer: ${ISSUER}\nsubject: x\nclaim_pattern: { ref: '[' }`],
  ])('for a policy that it cannot %s is explained alike: %j', async (what, text) => {
    const world = await open()
    policy(world, text)
    expect(await refusal(world)).toContain(`unable to ${what} trust policy found for "deploy".\nOcto STS looks for`)
  })

  test.each<[string, WorldOptions, Record<string, string>, string]>([
    [
      'the subject',
      {},
      {},
      `(403 Forbidden): trust policy: subject did not match "repo:octo-org/another:ref:refs/heads/main".\nThe subject (sub) of the ID token was "${SUBJECT}": set that as \`subject\` in ${POLICY}. It has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.${WAIT}`,
    ],
    [
      'an audience that the policy does not name',
      {},
      { audience: 'my-sts' },
      `The audience of the ID token was "my-sts": set it as \`audience\` in ${POLICY}; without one, the policy accepts only "HOST".${WAIT}`,
    ],
    [
      'a subject that leaves the repository out',
      { claims: { sub: 'environment:production' } },
      {},
      `The subject (sub) of the ID token was "environment:production": set that as \`subject\` in ${POLICY}.${WAIT}`,
    ],
  ])('for %s shows what works when it is pasted, after 5 minutes', async (_what, options, inputs, text) => {
    const { world, clock, pass } = await openAt(options)
    if (!('audience' in inputs)) world.setup.deny()
    const ran = await run(world, { inputs, ...clock })
    expect(withoutPort(ran.errors[0]!)).toContain(text)
    const pasted = ran.group.slice(ran.group.findIndex((line) => line.startsWith('# ')))
    expect(pasted.join('\n')).not.toMatch(/subject_pattern|\*/)
    if ('claims' in options) expect(pasted.slice(-2)).toEqual(['claim_pattern:', "  repository_id: '216219028'"])
    policy(world, ...pasted)
    // It remembers the policy that it found.
    await refusal(world, { inputs, ...clock })
    pass(5)
    expect((await run(world, { inputs, ...clock })).succeeded).toBe(true)
  })

  const having = async (...lines: string[]): Promise<World> => {
    const world = await open()
    policy(world, ...lines)
    return world
  }
  const READS = [`issuer: ${ISSUER}`, `subject: ${SUBJECT}`]
  test.each<[string, () => Promise<World>, said: string, scope?: string]>([
    [
      'the issuer',
      () => having('issuer: https://gitlab.com', `subject: ${SUBJECT}`),
      `\nThe issuer (iss) of the ID token was "${ISSUER}": set that as \`issuer\` in ${POLICY}.${WAIT}`,
    ],
    [
      'the audience of the policy',
      () => having(...READS, 'audience: my-sts'),
      `trust policy: audience "my-sts" did not match.\nThe audience of the ID token was "HOST": remove \`audience\` from ${POLICY}, which has another one, or set \`audience\` here to that one.${WAIT}`,
    ],
    [
      'another claim',
      () => having(...READS, 'claim_pattern:', '  event_name: release'),
      `trust policy: claim "event_name" did not match "^release$".\nCompare claim_pattern in ${POLICY} with the claims of the ID token below.${WAIT}`,
    ],
    [
      'permissions that the app has not',
      () => having(...READS, 'permissions:', '  administration: write'),
      `token exchange failure (StatusUnprocessableEntity).\nGitHub refused the permissions or repositories of ${POLICY}: the GitHub App of HOST must have them all, on "octo-org/target".${WAIT}`,
    ],
    [
      'an owner without the app',
      open,
      'no installation found for "other-org".\nThe GitHub App of HOST must be installed for "other-org": check `scope`, and the app\'s installations.',
      'other-org/target',
    ],
    [
      // octo-sts/app#1283
      'an owner, whose policy is in its repository .github',
      async () => {
        const world = await open()
        world.setup.policies['octo-org/.github'] = {}
        return world
      },
      `looks for the trust policy "${FILE}" in "octo-org/.github" (unless the server sets ORG_POLICY_REPO), on`,
      'octo-org',
    ],
    [
      'an issuer that the organization does not trust',
      async () => {
        const world = await open()
        world.server('octo-sts').faults.push(reply(403, 7, 'issuer not permitted by organization policy'))
        return world
      },
      `issuer not permitted by organization policy.\nThe issuer (iss) of the ID token was "${ISSUER}": "octo-org" must list it in ".github/chainguard/trusted-token-issuers.yaml" of its repository "octo-org/.github" (unless the server sets ORG_POLICY_REPO), in a form that Octo STS can read.${WAIT}`,
    ],
    [
      'a subject with signs that it does not take',
      () => open({ identity: { ref: "refs/heads/what's-new" } }),
      '(400 Bad Request): invalid subject in token.\nOcto STS accepts no subject with quotes, brackets or any of',
    ],
  ])('for %s says what to change', async (_what, opening, said, scope) => {
    expect(await refusal(opening(), { inputs: scope === undefined ? {} : { scope } })).toContain(said)
  })

  test('that has no code is none of Octo STS', async () => {
    const world = await open()
    const body = { message: 'unable to find trust policy' }
    world.server('octo-sts').faults.push(fault.answer({ status: 404, body }))
    expect(await refusal(world)).toContain('\nThis answer is not from Octo STS: ')
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.setup.deny()
    await expectClaimsHidden(run, world, `\`subject\` in ${POLICY} must be the subject (sub) of the ID token.`)
  })
})

describe('trouble that passes', () => {
  test.each([
    [401, 16, 'unable to verify bearer token', 1],
    [400, 3, 'unable to fetch or create the provider', 2],
  ])('%i with code %i, %s, is retried, a limited number of times', async (status, code, message, times) => {
    const trouble = reply(status, code, message)
    const world = await open()
    world.server('octo-sts').faults.push(...Array.from({ length: times }, () => trouble))
    expect((await run(world)).succeeded).toBe(true)
    expect(world.server('octo-sts').requests).toHaveLength(times + 1)

    world.server('octo-sts').faults.push(forEver(trouble))
    expect(await refusal(world)).toContain(`${message}.\nOcto STS could not check the ID token.`)
    expect(world.server('octo-sts').requests).toHaveLength((times + 1) * 2)
  })
})
