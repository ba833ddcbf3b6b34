import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../src/identity/claims.ts'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import type { FakeRequest } from '../../dev/fakes/handler.ts'
import { ROLE_ARN } from '../../dev/fakes/aws-account.ts'
import { appServerSystem, system } from '../../dev/systems/app-server.ts'
import { system as awsRds } from '../../dev/systems/database/aws-rds.ts'
import { system as cloudSql } from '../../dev/systems/database/google-cloud-sql.ts'
import { system as httpSecret } from '../../dev/systems/secret/http.ts'
import { system as secretsManager } from '../../dev/systems/secret/aws-secrets-manager.ts'
import { system as vault } from '../../dev/systems/secret/vault.ts'
import { system as vaultToken } from '../../dev/systems/vault.ts'
import type { System } from '../../dev/systems/system.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { preload } from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused } from './support.ts'

/** Has the process say on its output that it wrote to a file of the runner, when it does. */
const TELLS_OF_WRITING = preload(`
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const append = fs.appendFileSync
  fs.appendFileSync = (path, ...more) => {
    const name = ['GITHUB_STATE', 'GITHUB_OUTPUT'].find((each) => process.env[each] === path)
    process.stdout.write('wrote ' + name + '\\n')
    return append(path, ...more)
  }
  syncBuiltinESMExports()`)

/** What the app server was asked for, by the last request. */
function asked(world: World): unknown {
  return JSON.parse(world.server('app-server').requests.at(-1)?.body ?? 'null')
}

function requestsOf(world: World): number {
  return Object.keys(world.handlers).reduce((sum, role) => sum + world.server(role).requests.length, 0)
}

describe('the exchange', () => {
  it('gets a token for the ID token, hands it over and says what was granted', async () => {
    await using world = await createWorld(system)
    const main = await world.run()
    const token = await expectGranted(world, main)
    const [request] = world.server('app-server').requests
    expect(request).toMatchObject({ method: 'POST', path: '/access_tokens' })
    expect(request?.headers['content-type']).toBe('application/json')
    expect(claimsOf(request?.headers['authorization'] ?? '')).toMatchObject({ aud: '127.0.0.1' })
    expect(asked(world)).toEqual({ permissions: { contents: 'read' } })
    const hash = createHash('sha256').update(token).digest('base64')
    expect(main.outputs).toMatchObject({
      'token-hash': hash,
      owner: 'octo-org',
      repositories: '["workflows"]',
      permissions: '{"contents":"read"}',
    })
    expect(Object.keys(main.outputs).sort()).toEqual([
      'expires-at',
      'owner',
      'permissions',
      'repositories',
      'token',
      'token-hash',
    ])
    const expires = main.outputs['expires-at'] ?? ''
    expect(new Date(expires).toISOString()).toBe(expires)
    expect(main.log).toBe(`Token for "octo-org/workflows": contents: read; ends ${expires}; hash ${hash}\n`)
    expect(main.summary).toBe('')
    expect(requestsOf(world)).toBe(2)
  })

  it.each<[string, System, string]>([
    ['a token', system, 'token'],
    ['a secret of one line', httpSecret, 'secret'],
    ['a signature', awsRds, 'token'],
  ])(
    'masks %s before it writes anything, and saves it for post before it sets outputs',
    async (_name, of, output) => {
      await using world = await createWorld(of)
      const main = await world.run({ preloads: [TELLS_OF_WRITING] })
      const credential = await expectGranted(world, main)
      expect(main.outputs[output]).toBe(credential)
      const lines = main.raw.split('\n')
      const written = lines.filter((line) => line.startsWith('wrote GITHUB_'))
      const states = of === system ? 5 : 0
      expect(written.slice(0, states)).toEqual(Array<string>(states).fill('wrote GITHUB_STATE'))
      expect(new Set(written.slice(states))).toEqual(new Set(['wrote GITHUB_OUTPUT']))
      const masked = lines.indexOf(`::add-mask::${credential.replaceAll('%', '%25')}`)
      expect(masked).toBeGreaterThanOrEqual(0)
      expect(masked).toBeLessThan(lines.findIndex((line) => line.startsWith('wrote ')))
    },
  )

  it('uses the audience that is given', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs: { audience: 'https://elsewhere.example' } })
    expect(expectRefused(world, main)).toContain(
      'The audience of the ID token was "https://elsewhere.example".',
    )
    expect(claimsOf(world.server('app-server').requests[0]?.headers['authorization'] ?? '')).toMatchObject({
      aud: 'https://elsewhere.example',
    })
  })

  it('sends an audience whole, whatever stands in it', async () => {
    await using world = await createWorld(system)
    const audience = 'https://a.example/?b=1&audience=evil#c+d%41 ü'
    expectRefused(world, await world.run({ inputs: { audience } }))
    expect(world.issuer.issued.map((each) => each.audience)).toEqual([audience])
    expect(claimsOf(world.server('app-server').requests[0]?.headers['authorization'] ?? '')).toMatchObject({
      aud: audience,
    })
  })

  it('keeps a path in the URL of the app server', async () => {
    await using world = await createWorld(appServerSystem({ prefix: '/stage' }))
    await expectGranted(world, await world.run())
    expect(world.server('app-server').requests[0]?.path).toBe('/stage/access_tokens')
  })
})

describe('repositories', () => {
  const forms: [string, Record<string, string>, object][] = [
    ['repository: name', { repository: 'target' }, { repositories: ['target'] }],
    [
      'repository: owner/name',
      { repository: 'octo-org/target' },
      { owner: 'octo-org', repositories: ['target'] },
    ],
    ['a comma list', { repositories: 'target, workflows' }, { repositories: ['target', 'workflows'] }],
    ['lines', { repositories: 'target\nworkflows\n' }, { repositories: ['target', 'workflows'] }],
    ['a YAML list', { repositories: '- target\n- "workflows"' }, { repositories: ['target', 'workflows'] }],
    ['a JSON list', { repositories: '["target","workflows"]' }, { repositories: ['target', 'workflows'] }],
    [
      'both inputs',
      { repository: 'target', repositories: 'workflows' },
      { repositories: ['target', 'workflows'] },
    ],
    ['own owner', { owner: 'octo-org' }, { owner: 'octo-org', repositories: ['workflows'] }],
  ]
  it.each(forms)('takes %s', async (_form, inputs, sent) => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs })
    await expectGranted(world, main)
    expect(asked(world)).toEqual({ ...sent, permissions: { contents: 'read' } })
    expect(main.annotations).toEqual([])
  })

  it.each(['ALL', 'all'])('takes %s', async (all) => {
    await using world = await createWorld(
      appServerSystem({
        repositories: {
          'octo-org/.github-access-token': {
            'access-token.yaml':
              "origin: octo-org/.github-access-token\nallowed-subjects: ['repo:octo-org@*/*:**']\nstatements:\n  - subjects: ['repo:octo-org@*/*:**']\n    permissions: {contents: read}\n",
          },
        },
      }),
    )
    const main = await world.run({ inputs: { repositories: all } })
    await expectGranted(world, main)
    expect(asked(world)).toEqual({ repositories: 'ALL', permissions: { contents: 'read' } })
    expect(main.outputs['repositories']).toBe('ALL')
    expect(main.log).toContain('Token for all repositories of "octo-org"')
  })

  it('refuses another owner without repositories, and repositories of two owners', async () => {
    await using world = await createWorld(system)
    const other = await world.run({ inputs: { owner: 'somebody' } })
    expect(expectRefused(world, other)).toContain(`the owner "somebody" is not the workflow's`)
    const two = await world.run({ inputs: { repositories: 'one/a, two/b' } })
    expect(expectRefused(world, two)).toContain('must belong to one owner, not to "one" and "two"')
    expect(requestsOf(world)).toBe(0)
  })
})

describe('permissions', () => {
  const sent = { contents: 'read', 'pull-requests': 'write' }
  it.each([
    ['a YAML mapping', 'contents: read\npull-requests: write\n'],
    ['a quoted YAML mapping', '{"contents": "read", "pull-requests": "write"}'],
    ['a comma list', 'contents: read, pull-requests: write'],
    ['a comma list without blanks', 'contents:read,pull-requests:write'],
    ['snake_case', 'contents: read\npull_requests: write'],
    ['blanks', 'contents: read\npull requests: write'],
  ])('takes %s', async (_form, permissions) => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs: { permissions } })
    await expectGranted(world, main)
    expect(asked(world)).toEqual({ permissions: sent })
    expect(main.annotations).toEqual([])
  })

  it('warns of an unknown scope and sends it', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs: { permissions: 'content: read' } })
    expect(expectRefused(world, main)).toContain('permissions: Invalid input')
    expect(main.annotations[0]).toEqual({
      level: 'warning',
      message:
        'permissions has the scope "content", which this version does not know. It is sent as it is. Did you mean "contents"?',
    })
    expect(asked(world)).toEqual({ permissions: { content: 'read' } })
  })
})

describe('the signed path', () => {
  it.each(['lambda', 'execute-api', 'vpc-lattice-svcs'] as const)('signs for %s', async (service) => {
    await using world = await createWorld(appServerSystem({ service }), { variant: 'aws' })
    await expectGranted(world, await world.run())
    expect(requestsOf(world)).toBe(4)
    const [request] = world.server('app-server').requests
    expect(request?.headers['authorization']).toContain(`/eu-central-1/${service}/aws4_request`)
    expect(request?.headers['authorization']).toMatch(/SignedHeaders=[^,]*x-authorization/)
    expect(claimsOf(request?.headers['x-authorization'] ?? '')).toMatchObject({ aud: '127.0.0.1' })
    const form = new URLSearchParams(world.server('sts').requests[0]?.body)
    expect(Object.fromEntries(form)).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: ROLE_ARN,
      DurationSeconds: '900',
      RoleSessionName: expect.stringMatching(/^\d+@octo-org\.workflows$/) as string,
    })
    expect(claimsOf(form.get('WebIdentityToken') ?? '')).toMatchObject({ aud: 'sts.amazonaws.com' })
  })

  it('signs with the credentials of the environment where no role is given', async () => {
    await using world = await createWorld(system, { variant: 'aws' })
    const first = await world.run()
    await expectGranted(world, first)
    const secret = (name: string): string => world.secrets.find((each) => each.name === name)?.value ?? ''
    const names = world.secrets.map(({ name }) => name)
    const key = /Credential=(\w+)\//.exec(
      world.server('app-server').requests[0]?.headers['authorization'] ?? '',
    )?.[1]
    const main = await world.run({
      inputs: {
        'app-server': `{"url": "${world.url('app-server')}", "auth": {"type": "aws", "region": "eu-central-1", "service": "lambda"}}`,
      },
      env: {
        AWS_ACCESS_KEY_ID: key,
        AWS_SECRET_ACCESS_KEY: secret(names.find((name) => /secret/i.test(name)) ?? ''),
        AWS_SESSION_TOKEN: secret(names.find((name) => /session/i.test(name)) ?? ''),
      },
    })
    await expectGranted(world, main)
    expect(world.server('sts').requests).toHaveLength(1)
    expect(world.server('oidc').requests).toHaveLength(3)
  })

  it('says where to get credentials when there are none', async () => {
    await using world = await createWorld(system, { variant: 'aws' })
    const main = await world.run({
      inputs: {
        'app-server': `url: ${world.url('app-server')}\nauth:\n  type: aws\n  region: eu-central-1\n  service: lambda`,
      },
    })
    expect(expectRefused(world, main)).toContain('NO_AWS_CREDENTIALS')
    expect(requestsOf(world)).toBe(0)
  })

  // In another order than this, an answer is waited for that never comes.
  it('fetches the two ID tokens side by side', async () => {
    await using world = await createWorld(system, { variant: 'aws' })
    const { faults, seen } = world.server('oidc')
    const both = Promise.all([seen(1), seen(2)])
    faults.push(fault.held(both), fault.held(both))
    await expectGranted(world, await world.run())
    expect(answers(world, 'oidc')).toEqual([200, 200])
  })

  it('asks STS although the ID token for the app server is still under way', async () => {
    await using world = await createWorld(system, { variant: 'aws' })
    const asked = fault.held(world.server('sts').seen(1))
    const forAppServer = (request: FakeRequest): Fault | undefined =>
      request.url.searchParams.get('audience') === '127.0.0.1' ? asked : undefined
    world.server('oidc').faults.push(forEver(forAppServer))
    await expectGranted(world, await world.run())
    expect(answers(world, 'sts')).toEqual([200])
  })
})

describe('post', () => {
  it('revokes the token when the job ends', async () => {
    await using world = await createWorld(system)
    const main = await world.run()
    const token = await expectGranted(world, main)
    const post = await world.post(main)
    expectClean(world, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'The token was revoked.\n' })
    expect(await world.setup.accepts(token)).toBe(false)
    expect(answers(world, 'github')).toEqual([204])
    expect(world.server('github').requests[0]).toMatchObject({
      method: 'DELETE',
      path: '/installation/token',
    })
  })

  it('leaves the token alone with skip-token-revoke', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs: { 'skip-token-revoke': 'true' } })
    const token = await expectGranted(world, main)
    expect(main.state).toEqual({})
    const post = await world.post(main)
    expect(post).toMatchObject({ outcome: 'success', log: 'Nothing to revoke.\n' })
    expect(await world.setup.accepts(token)).toBe(true)
    expect(answers(world, 'github')).toEqual([])
  })

  it('revokes at the API of GitHub Enterprise Server', async () => {
    await using world = await createWorld(appServerSystem({ apiPath: '/api/v3' }))
    const main = await world.run()
    await expectGranted(world, main)
    const post = await world.post(main)
    expect(post.log).toBe('The token was revoked.\n')
    expect(world.server('github').requests[0]?.path).toBe('/api/v3/installation/token')
  })
})

describe('proxies and private authorities', () => {
  it('sends everything through the proxy', async () => {
    await using world = await createWorld(system, { variant: 'aws', proxy: {} })
    const main = await world.run()
    await expectGranted(world, main)
    const post = await world.post(main)
    expectClean(world, post)
    expect(post.log).toBe('The token was revoked.\n')
    const targets = world.proxy?.targets.map(({ target }) => target)
    expect(new Set(targets)).toEqual(
      new Set(['oidc.example:443', 'sts.example:443', 'app-server.example:443', 'github.example:443']),
    )
    // One tunnel for each request: none is opened early.
    expect(targets).toHaveLength(5)
  })

  it('obeys no_proxy', async () => {
    await using world = await createWorld(system, { proxy: {}, inputs: { 'timeout-seconds': '1' } })
    const main = await world.run({ leaps: true, env: { no_proxy: 'app-server.example' } })
    expect(expectRefused(world, main)).toContain('host name')
    expect(world.proxy?.targets.map(({ target }) => target)).toEqual(['oidc.example:443'])
  })

  it('trusts an authority of NODE_EXTRA_CA_CERTS', async () => {
    await using world = await createWorld(system, { tls: 'good' })
    await expectGranted(world, await world.run())
  })
})

describe('bad input', () => {
  const url = 'https://app-server.example.com'
  const signed = (auth: string): string => `url: ${url}\nauth:\n  type: aws\n${auth}`
  const cases: [string, Record<string, string>, RegExp][] = [
    ['no app-server', { 'app-server': '' }, /- app-server is required; for example: https:/],
    ['no URL', { 'app-server': 'app server' }, /- app-server must be a URL; for example: https:/],
    [
      'http to another host',
      { 'app-server': 'http://app-server.example.com' },
      /- app-server must begin with https:\/\//,
    ],
    [
      'a password in the URL',
      { 'app-server': 'https://me:hush-hush@app-server.example.com' },
      /- app-server must be a URL without a user name and password/,
    ],
    [
      'an unknown key',
      {
        'app-server': signed(
          '  rolearn: arn:aws:iam::123456789012:role/x\n  region: eu-west-1\n  service: lambda',
        ),
      },
      /did you mean roleArn\?/,
    ],
    [
      'an unknown auth.type',
      { 'app-server': `url: ${url}\nauth:\n  type: azure` },
      /- app-server needs auth\.type aws, not "azure"/,
    ],
    [
      'no region',
      { 'app-server': signed('  service: lambda') },
      /- app-server needs auth\.region, because the host name in url/,
    ],
    ['no permissions', { permissions: '' }, /- permissions is required; for example: contents: read/],
    ['malformed permissions', { permissions: 'contents' }, /- permissions must /],
    [
      'an unknown level',
      { permissions: 'contents: all' },
      /- permissions must give "contents" the level read, write or admin, not "all"/,
    ],
    [
      'a duplicate key',
      { permissions: 'contents: read\ncontents: write' },
      /- permissions must name a scope only once|has a key twice/,
    ],
    ['__proto__', { permissions: '__proto__: read' }, /- permissions must /],
    [
      'an alias bomb',
      {
        permissions: `a: &a [x,x]\n${'bcdefghij'
          .split('')
          .map((n, i) => `${n}: &${n} [${`*${'abcdefghi'[i] ?? ''},`.repeat(9)}]`)
          .join('\n')}`,
      },
      /- permissions must not use YAML aliases/,
    ],
    ['a/b/c', { repository: 'a/b/c' }, /- repository must be name or owner\/name, not "a\/b\/c"/],
    [
      'timeout 0',
      { 'timeout-seconds': '0' },
      /- timeout-seconds must be a whole number of seconds from 1 to 600, not "0"/,
    ],
    ['timeout 601', { 'timeout-seconds': '601' }, /- timeout-seconds must be/],
    ['no boolean', { 'skip-token-revoke': 'yes' }, /- skip-token-revoke must be true or false, not "yes"/],
    [
      'an unknown summary mode',
      { 'job-summary': 'sometimes' },
      /- job-summary must be one of on-refusal, always, never/,
    ],
    [
      'a wildcard',
      { repositories: '*' },
      /- repositories must say ALL for all repositories, not "\*"; for example: repositories: ALL/,
    ],
    [
      'a wildcard of an owner',
      { repositories: 'octo-org/*' },
      /- repositories must say ALL for all repositories and the owner as owner: octo-org, not "octo-org\/\*"; for example: repositories: ALL/,
    ],
    [
      'a wildcard as repository',
      { repository: '*' },
      /- repository must say ALL for all repositories, not "\*"/,
    ],
    [
      'a wildcard in a list',
      { repositories: '["workflows", "octo-org/*"]' },
      /- repositories must say ALL for all repositories/,
    ],
    [
      'write-all',
      { permissions: 'write-all' },
      /- permissions must give each scope a level, not "write-all"; for example: contents: read, /,
    ],
    [
      'equals signs',
      { permissions: 'contents=read, pull-requests = write' },
      /- permissions must give each scope a level, not "contents=read, pull-requests = write"; for example: contents: read, pull-requests: write\n/,
    ],
    [
      'a role as elsewhere',
      { 'role-to-assume': 'arn:aws:iam::123456789012:role/x' },
      /- role-to-assume is auth\.roleArn of app-server here; for example: app-server: \{/,
    ],
    [
      'a region as elsewhere',
      { 'aws-region': 'eu-central-1' },
      /- aws-region is auth\.region of app-server here/,
    ],
    [
      'permissions as elsewhere',
      { 'permission-contents': 'read', 'permission-issues': 'write' },
      /- permission-contents is one line of permissions here.*\n- permission-issues is one line/,
    ],
    [
      'an app as elsewhere',
      { 'app-id': '123456', 'private-key': 'hush-hush' },
      /- app-id is not needed here: the app server holds the key of the GitHub App.*\n- private-key is not/,
    ],
    ['a bad API URL', { 'github-api-url': 'ftp://x' }, /- github-api-url must /],
  ]
  it.each(cases)('is reported: %s', async (_case, inputs, text) => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs })
    const message = expectRefused(world, main)
    expect(message).toMatch(text)
    expect(message).toContain('INVALID_INPUT')
    expect(message).not.toContain('hush-hush')
    expect(main.log).not.toContain('hush-hush')
    expect(requestsOf(world)).toBe(0)
    expect(main.state).toEqual({})
  })

  it.each<[string, System, Record<string, string>, string]>([
    [
      'AWS',
      awsRds,
      { 'role-to-assume': ROLE_ARN },
      'role-to-assume is called role-arn here; for example: role-arn: arn:',
    ],
    [
      'AWS',
      awsRds,
      { 'aws-region': 'eu-central-1' },
      'aws-region is called region here; for example: region: eu-',
    ],
    [
      'Google',
      cloudSql,
      { workload_identity_provider: 'x' },
      'workload_identity_provider is called workload-identity-provider here',
    ],
    ['Google', cloudSql, { service_account: 'x' }, 'service_account is called service-account here'],
    ['Vault', vault, { jwtGithubAudience: 'x' }, 'jwtGithubAudience is called audience here'],
    ['Vault', vault, { method: 'jwt' }, "method is not needed here: the job's ID token is the only method"],
    ['Vault', vaultToken, { path: 'github' }, 'path is called auth-path here; for example: auth-path: jwt'],
    [
      'AWS',
      secretsManager,
      { 'secret-ids': 'x' },
      'secret-ids is called secret here, or secrets for several',
    ],
  ])('is reported where it has the name that the action of %s gives it', async (_of, of, inputs, text) => {
    await using world = await createWorld(of)
    const message = expectRefused(world, await world.run({ inputs }))
    expect(message).toContain(`- ${text}`)
    expect(message).toContain('\nINVALID_INPUT: ')
    expect(requestsOf(world)).toBe(0)
  })

  it('is reported for all inputs in one annotation', async () => {
    await using world = await createWorld(system)
    const main = await world.run({
      inputs: {
        'app-server': 'nowhere',
        permissions: 'contents: all',
        repository: 'a/b/c',
        'timeout-seconds': 'soon',
      },
    })
    const message = expectRefused(world, main)
    for (const input of ['app-server', 'permissions', 'repository', 'timeout-seconds']) {
      expect(message).toMatch(new RegExp(`^- ${input} .*; for example: `, 'm'))
    }
    expect(requestsOf(world)).toBe(0)
  })
})
