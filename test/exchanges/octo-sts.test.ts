import { describe, expect, test } from 'vitest'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { octoStsError } from '../../dev/fakes/octo-sts.ts'
import { IDENTITY, octoStsSystem, type OctoStsSetup } from '../../dev/systems/octo-sts.ts'
import type { World, WorldOptions } from '../../dev/world.ts'
import { octoSts } from '../../src/exchanges/octo-sts/exchange.ts'
import { readInputs } from '../../src/inputs/inputs.ts'
import { expectClaimsHidden, LINK, openingBy, stepsOf, SUBJECT } from './in-process.ts'

const FILE = '.github/chainguard/deploy.sts.yaml'
const WAIT = ' After a change, wait 5 minutes: Octo STS caches the policy for that long.'

const open = openingBy(octoStsSystem)

/** A world with a clock that is set by hand. */
async function openAt(options: WorldOptions = {}): Promise<{
  world: World<OctoStsSetup>
  clock: { now: () => number }
  pass: (minutes: number) => void
}> {
  let now = Date.now()
  const clock = { now: () => now }
  const world = await open({}, { ...options, ...clock })
  return { world, clock, pass: (minutes) => (now += minutes * 60_000) }
}

const { run, refusal } = stepsOf(octoSts, 'octo-sts')

/** Changes the trust policy. */
function policy({ setup }: World<OctoStsSetup>, ...lines: string[]): void {
  setup.policies[setup.scope] = { [IDENTITY]: lines.join('\n') }
}

const reply = (status: number, code: number, message: string): Fault => ({
  kind: 'answer',
  name: 'reply',
  reply: octoStsError(status, code, message),
})

describe('a token', () => {
  test('is masked, saved for post, set as output, alive, and ends an hour after it was asked for', async () => {
    const now = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({}, { now: () => now })
    const ran = await run(world, { now: () => now })
    const token = ran.outputs['token']!
    expect(ran.succeeded).toBe(true)
    expect(await world.setup.accepts(token)).toBe(true)
    expect(ran.masks).toContain(token)
    expect(ran.outputs).toEqual({ token, 'expires-at': '2026-11-21T09:00:00.000Z' })
    expect(ran.state).toEqual({
      token,
      'api-url': `${world.url('github')}/`,
      'expires-at': '2026-11-21T09:00:00.000Z',
      version: '1',
      kind: 'github',
    })
    expect(ran.infos).toEqual([
      'Token for "octo-org/target", granted by the trust policy "deploy"; ends 2026-11-21T09:00:00.000Z',
    ])
    expect(world.setup.octoSts.granted).toEqual([
      { scope: 'octo-org/target', identity: 'deploy', permissions: { contents: 'read' } },
    ])
  })

  test('is asked for by scope and identity, with the ID token for the domain as bearer', async () => {
    const world = await open()
    await run(world)
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

  test('ends an hour after the try that brought it, not after one that failed', async () => {
    let now = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({}, { now: () => now })
    world.server('octo-sts').faults.push(() => {
      now += 60_000
      return fault.status(503)
    })
    const ran = await run(world, { now: () => now })
    expect(ran.slept).toHaveLength(1)
    expect(ran.outputs['expires-at']).toBe('2026-11-21T09:01:00.000Z')
  })

  test('ends an hour after it was asked for, not after it came', async () => {
    let now = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({}, { now: () => now })
    world.server('octo-sts').faults.push(
      fault.alter((reply) => {
        now += 5_000
        return reply
      }),
    )
    const ran = await run(world, { now: () => now })
    expect(world.server('octo-sts').requests.map(({ answered }) => answered)).toEqual(['alter'])
    expect(ran.outputs['expires-at']).toBe('2026-11-21T09:00:00.000Z')
  })

  test('is waited for longer than most answers take: one cut off would leave a token behind', async () => {
    expect((await run(await open())).limits).toEqual([10_000, 30_000])
  })

  test('is for the workflow’s repository by default', async () => {
    const world = await open()
    world.setup.policies['octo-org/workflows'] = world.setup.policies[world.setup.scope]!
    // The runner fills in the default of action.yml where a workflow gives none; an empty input falls back to it too.
    expect((await run(world, { inputs: { scope: '' } })).succeeded).toBe(true)
    expect(world.setup.octoSts.granted.map(({ scope }) => scope)).toEqual(['octo-org/workflows'])
  })

  test('for an owner comes by the policy of its repository .github', async () => {
    const world = await open()
    world.setup.policies[world.setup.scope] = {}
    expect((await run(world, { inputs: { scope: 'octo-org' } })).succeeded).toBe(true)
    expect(world.setup.octoSts.granted.map(({ scope }) => scope)).toEqual(['octo-org'])
  })

  test('is for the audience given', async () => {
    const world = await open()
    policy(world, `issuer: ${ISSUER}`, `subject: ${SUBJECT}`, 'audience: my-sts')
    expect((await run(world, { inputs: { audience: 'my-sts' } })).succeeded).toBe(true)
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['my-sts'])
  })

  test('is not saved for post where it shall not be revoked', async () => {
    const ran = await run(open(), { inputs: { 'skip-token-revoke': 'true' } })
    expect(ran.succeeded).toBe(true)
    expect(ran.state).toEqual({})
  })
})

describe('settings', () => {
  test.each([
    ['domain', 'https://octo-sts.dev', 'must be a host name, without https:// or a path'],
    ['domain', 'octo-sts.dev/sts', 'must be a host name, without https:// or a path'],
    ['domain', 'user@octo-sts.dev', 'must be a host name, without https:// or a path'],
    ['domain', 'octo-sts.dev?x=y', 'must be a host name, without https:// or a path'],
    ['domain', 'octo-sts.dev:99999', 'must be a URL'],
    ['domain', `${'a.'.repeat(126)}dev`, 'must be a host name, without https:// or a path'],
    ['domain', '-octo.dev', 'must be a host name, without https:// or a path'],
    ['scope', 'octo-org/target/more', 'must be owner/name, or only the owner'],
    ['scope', 'octo org', 'must be owner/name, or only the owner'],
    ['identity', '', 'is required'],
    ['scope', `octo-org/${'a'.repeat(247)}`, 'must be owner/name, or only the owner'],
    [
      'identity',
      '../secret',
      'must be the name of a trust policy, without its folder and .sts.yaml, of at most 255 characters',
    ],
    [
      'identity',
      'a b',
      'must be the name of a trust policy, without its folder and .sts.yaml, of at most 255 characters',
    ],
    [
      'identity',
      `it's`,
      'must be the name of a trust policy, without its folder and .sts.yaml, of at most 255 characters',
    ],
    [
      'identity',
      'a(b)',
      'must be the name of a trust policy, without its folder and .sts.yaml, of at most 255 characters',
    ],
    [
      'identity',
      'a'.repeat(256),
      'must be the name of a trust policy, without its folder and .sts.yaml, of at most 255 characters',
    ],
    ['audience', 'my sts', 'must have at most 255 characters, without spaces, quotes, brackets or @'],
    [
      'audience',
      'sts@example.com',
      'must have at most 255 characters, without spaces, quotes, brackets or @',
    ],
    ['github-api-url', 'http://api.github.com', 'must begin with https://'],
    ['skip-token-revoke', 'perhaps', 'must be true or false'],
  ])('%s: "%s" is refused before anything is sent', async (name, value, rule) => {
    const world = await open()
    expect(await refusal(world, { inputs: { [name]: value } })).toContain(
      `Nothing was sent.\n- ${name} ${rule}`,
    )
    expect(world.server('octo-sts').requests).toEqual([])
    expect(world.server('oidc').requests).toEqual([])
  })

  test.each([
    ['deploy.sts.yaml', 'deploy'],
    ['team/deploy.sts.yml', 'team/deploy'],
    ['.github/chainguard/deploy.sts.yaml', 'deploy'],
    ['.sts.yaml', 'deploy'],
  ])('identity: %s is refused with the name that works: %s', async (identity, name) => {
    const world = await open()
    expect(await refusal(world, { inputs: { identity } })).toMatch(
      new RegExp(`^- identity must be .* and \\.sts\\.yaml.*\\b${name}\\b[^/]*$`, 'm'),
    )
    expect(world.server('oidc').requests).toEqual([])
  })

  test.each([
    ['octo-sts.dev', 'https://octo-sts.dev'],
    ['sts.example.com:8443', 'https://sts.example.com:8443'],
    ['127.0.0.1.example.com', 'https://127.0.0.1.example.com'],
    ['localhost.example.com', 'https://localhost.example.com'],
    ['10.0.0.1', 'https://10.0.0.1'],
    ['localhost:8080', 'http://localhost:8080'],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('%s is asked at %s', async (domain, origin) => {
    const given: Record<string, string> = {
      identity: 'deploy',
      domain,
      'github-api-url': 'https://api.github.com',
    }
    const inputs = readInputs((name) => given[name] ?? '')
    const { url, audience } = await octoSts.settings(inputs, { GITHUB_REPOSITORY: 'octo-org/workflows' })
    inputs.check()
    expect(url.origin).toBe(origin)
    expect(audience).toBe(domain)
  })
})

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
      `looks for the trust policy "${FILE}" in "octo-org/.github",`,
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
      `issuer not permitted by organization policy.\nThe issuer (iss) of the ID token was "${ISSUER}": "octo-org" must list it in ".github/chainguard/trusted-token-issuers.yaml" of its repository "octo-org/.github", in a form that Octo STS can read.${WAIT}\n`,
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

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.setup.deny()
    await expectClaimsHidden(
      run,
      world,
      'The subject (sub) of the ID token was different (it is not shown here): set that',
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

  test('a rate limit and a lookup that is not available are tried again', async () => {
    const world = await open()
    world
      .server('octo-sts')
      .faults.push(
        reply(429, 8, 'GitHub API rate limit exceeded'),
        reply(503, 14, 'lookup unavailable'),
        reply(500, 13, 'failed to get token'),
      )
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.slept).toHaveLength(3)
  })
})

describe('the fake', () => {
  const ask = async (world: World, query: string, init: RequestInit): Promise<Response> => {
    const token = await world.issuer.mint(new URL(world.url('octo-sts')).host)
    return fetch(`${world.url('octo-sts')}/sts/exchange${query}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
    })
  }

  test.each([
    ['GET with a query', '?scope=octo-org/target&identity=deploy', { method: 'GET' }],
    [
      'scope and scopes alike',
      '?scope=octo-org/target&scopes=octo-org/target&identity=deploy',
      { method: 'GET' },
    ],
    [
      'a form',
      '',
      { method: 'POST', body: new URLSearchParams({ scope: 'octo-org/target', identity: 'deploy' }) },
    ],
  ])('takes %s', async (_what, query, init) => {
    expect(await (await ask(await open(), query, init)).json()).toMatchObject({
      refreshToken: '',
      expiry: null,
    })
  })

  test.each<[string, string, RequestInit, number, string]>([
    [
      'a JSON body',
      '',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"scope":"octo-org/target"}',
      },
      400,
      'scope must be provided',
    ],
    ['no identity', '?scope=octo-org/target', { method: 'POST' }, 400, 'identity must be provided'],
    [
      'two scopes',
      '?scopes=a/b&scopes=c/d&identity=x',
      { method: 'POST' },
      400,
      'multiple scopes not supported',
    ],
    ['no JWT', '', { method: 'POST', headers: { authorization: 'Bearer x' } }, 400, 'invalid bearer token'],
    [
      'two credentials',
      '',
      { method: 'POST', headers: { authorization: 'Bearer x, y' } },
      401,
      'exactly one',
    ],
  ])('refuses %s', async (_what, query, init, status, text) => {
    const answer = await ask(await open(), query, init)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({
      message: expect.stringContaining(text) as string,
      details: [],
    })
  })
})
