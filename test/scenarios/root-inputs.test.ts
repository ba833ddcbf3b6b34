import { describe, expect, it } from 'vitest'
import { ROLE_ARN } from '../../dev/fakes/aws-account.ts'
import { appServerSystem, system } from '../../dev/systems/app-server.ts'
import { system as awsRds } from '../../dev/systems/database/aws-rds.ts'
import { system as cloudSql } from '../../dev/systems/database/google-cloud-sql.ts'
import { system as secretsManager } from '../../dev/systems/secret/aws-secrets-manager.ts'
import { system as vault } from '../../dev/systems/secret/vault.ts'
import { system as vaultToken } from '../../dev/systems/vault.ts'
import type { System } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { expectGranted, expectRefused } from './support.ts'
import { asked, requestsOf } from './root.ts'

describe('repositories', () => {
  // Each form is read by `test/exchanges/app-server/repositories.test.ts`.
  it.each<[Record<string, string>, object]>([
    [{ repository: 'octo-org/target' }, { owner: 'octo-org', repositories: ['target'] }],
    [{ repositories: 'target, workflows' }, { repositories: ['target', 'workflows'] }],
  ])('takes %j', async (inputs, sent) => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs })
    await expectGranted(world, main)
    expect(asked(world)).toEqual({ ...sent, permissions: { contents: 'read' } })
    expect(main.annotations).toEqual([])
  })

  it('takes all', async () => {
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
    const main = await world.run({ inputs: { repositories: 'all' } })
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
  // Each form is read by `test/exchanges/app-server/permissions.test.ts`.
  it.each(['contents: read\npull-requests: write\n', 'contents:read,pull_requests:write'])(
    'takes %j',
    async (permissions) => {
      await using world = await createWorld(system)
      const main = await world.run({ inputs: { permissions } })
      await expectGranted(world, main)
      expect(asked(world)).toEqual({ permissions: sent })
      expect(main.annotations).toEqual([])
    },
  )

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
