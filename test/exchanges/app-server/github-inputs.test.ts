import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { linePairs, readPermissions } from '../../../src/exchanges/app-server/permissions.ts'
import {
  lineItems,
  readRepositories,
  type Repositories,
} from '../../../src/exchanges/app-server/repositories.ts'
import { readAppServer, type AppServer } from '../../../src/exchanges/app-server/server.ts'
import { NOWHERE, readInputs, type Inputs } from '../../../src/inputs/inputs.ts'
import { fullYaml } from '../../../src/inputs/yaml.ts'

const SEED = 20261121
const WORKFLOW = 'Octocat/playground'

function inputsOf(texts: Record<string, string>): Inputs {
  return readInputs((name) => (Object.hasOwn(texts, name) ? (texts[name] ?? '') : ''))
}

/** The problems that `check` lists. */
function problemsOf(inputs: Inputs): string[] {
  try {
    inputs.check()
  } catch (error) {
    if (!(error instanceof ActionError) || error.code !== 'INVALID_INPUT') throw error
    return error.message.split('\n- ').slice(1)
  }
  return []
}

async function permissionsOf(
  text: string,
): Promise<{ entries: [string, string][]; warnings: readonly string[]; problems: string[] }> {
  const inputs = inputsOf({ permissions: text })
  const permissions = await readPermissions(inputs, 'permissions')
  expect(Object.getPrototypeOf(permissions)).toBeNull()
  return { entries: Object.entries(permissions), warnings: inputs.warnings, problems: problemsOf(inputs) }
}

async function repositoriesOf(
  texts: Record<string, string>,
): Promise<{ wanted: Repositories; problems: string[] }> {
  const inputs = inputsOf(texts)
  const wanted = await readRepositories(inputs, WORKFLOW)
  return { wanted, problems: problemsOf(inputs) }
}

async function appServerOf(text: string): Promise<{ server: AppServer; problems: string[] }> {
  const inputs = inputsOf({ 'app-server': text })
  const server = await readAppServer(inputs, 'app-server')
  return { server, problems: problemsOf(inputs) }
}

describe('permissions', () => {
  test.each<[string, [string, string][]]>([
    ['contents: read', [['contents', 'read']]],
    ['secrets: write\n', [['secrets', 'write']]],
    [
      'contents: read\npull-requests: write',
      [
        ['contents', 'read'],
        ['pull-requests', 'write'],
      ],
    ],
    [
      'contents: read, pull-requests: write',
      [
        ['contents', 'read'],
        ['pull-requests', 'write'],
      ],
    ],
    [
      'contents:read,secrets:write',
      [
        ['contents', 'read'],
        ['secrets', 'write'],
      ],
    ],
    [
      'contents:read, secrets:write,',
      [
        ['contents', 'read'],
        ['secrets', 'write'],
      ],
    ],
    [
      'contents:read\r\nsecrets : write\r\n',
      [
        ['contents', 'read'],
        ['secrets', 'write'],
      ],
    ],
    [
      '# what is needed\ncontents: read\n\n  # and, more\nissues: write',
      [
        ['contents', 'read'],
        ['issues', 'write'],
      ],
    ],
    ['contents: read # to clone', [['contents', 'read']]],
    ['pull_requests: write', [['pull-requests', 'write']]],
    ['pull requests: write', [['pull-requests', 'write']]],
    ['Pull Requests: write', [['pull-requests', 'write']]],
    ['PULL_REQUESTS:WRITE', [['pull-requests', 'write']]],
    ['organization_custom_org_roles: admin', [['organization-custom-org-roles', 'admin']]],
    ['"contents": "read"', [['contents', 'read']]],
    [
      '{"contents": "read", "pull_requests": "write"}',
      [
        ['contents', 'read'],
        ['pull-requests', 'write'],
      ],
    ],
    ['{ contents: read }', [['contents', 'read']]],
    ['contents: &level read', [['contents', 'read']]],
  ])('%j', async (text, entries) => {
    expect(await permissionsOf(text)).toEqual({ entries, warnings: [], problems: [] })
  })

  const example = 'contents: read, pull-requests: write'
  test.each<[string, string[]]>([
    ['', [`permissions is required; for example: ${example}`]],
    ['# nothing', [`permissions must give each scope a level; for example: ${example}`]],
    ['{}', [`permissions must not be empty; for example: ${example}`]],
    [',', [`permissions is not valid YAML (line 1); for example: ${example}`]],
    ['contents', [`permissions must give each scope a level; for example: ${example}`]],
    ['contents=read', [`permissions must give each scope a level; for example: ${example}`]],
    ['read-all', [`permissions must give each scope a level; for example: ${example}`]],
    ['- contents: read', [`permissions must give each scope a level; for example: ${example}`]],
    [
      'contents:',
      ['permissions must give contents the level read, write or admin; for example: contents: read'],
    ],
    [
      'contents: none',
      [
        'permissions must give contents the level read, write or admin, not "none"; for example: contents: read',
      ],
    ],
    [
      'contents: [read]',
      ['permissions must give contents the level read, write or admin; for example: contents: read'],
    ],
    [
      'contents:\n  issues: read',
      ['permissions must give contents the level read, write or admin; for example: contents: read'],
    ],
    [
      'contents: read, issues',
      [
        'permissions must give contents the level read, write or admin, not "read, issues"; for example: contents: read',
      ],
    ],
    [
      'contents: read\ncontents: write',
      [`permissions must name a scope only once, but has contents twice; for example: ${example}`],
    ],
    [
      'pull-requests: read, pull_requests: read',
      [`permissions must name a scope only once, but has pull-requests twice; for example: ${example}`],
    ],
    ['"contents": read\n"contents": read', [`permissions has a key twice (line 2); for example: ${example}`]],
    [
      '__proto__: read',
      [
        `permissions must name scopes by letters, digits and dashes, not "__proto__"; for example: ${example}`,
      ],
    ],
    [
      '{"__proto__": "admin", "contents": "read"}',
      [
        `permissions must name scopes by letters, digits and dashes, not "__proto__"; for example: ${example}`,
      ],
    ],
    ['contents: *x', [`permissions must not use YAML aliases; for example: ${example}`]],
    ['contents: @read', [`permissions is not valid YAML (line 1); for example: ${example}`]],
    ['contents: read\0', ['permissions must be plain text, without control characters']],
    ['['.repeat(1_000_000), ['permissions must not be longer than 16384 characters']],
    [
      'contents: reed, issues: rite',
      [
        'permissions must give contents the level read, write or admin, not "reed"; for example: contents: read',
        'permissions must give issues the level read, write or admin, not "rite"; for example: issues: read',
      ],
    ],
  ])('%j is refused', async (text, problems) => {
    expect((await permissionsOf(text)).problems).toEqual(problems)
  })

  test('an alias bomb is refused', async () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`,
    )
    expect((await permissionsOf(['a0: &a0 read', ...levels].join('\n'))).problems).toEqual([
      `permissions must not use YAML aliases; for example: ${example}`,
    ])
  })

  test('an unknown scope is a warning, and sent', async () => {
    expect(
      await permissionsOf('content: read, dependabot_alerts: read, brand-new: write, constructor: read'),
    ).toEqual({
      entries: [
        ['content', 'read'],
        ['dependabot-alerts', 'read'],
        ['brand-new', 'write'],
        ['constructor', 'read'],
      ],
      warnings: [
        'permissions has the scope content, which this version does not know. It is sent as it is. Did you mean contents?',
        'permissions has the scope dependabot-alerts, which this version does not know. It is sent as it is. Did you mean vulnerability-alerts?',
        'permissions has the scope brand-new, which this version does not know. It is sent as it is.',
        'permissions has the scope constructor, which this version does not know. It is sent as it is.',
      ],
      problems: [],
    })
  })
})

describe('repositories', () => {
  test.each<[Record<string, string>, Repositories]>([
    [{}, {}],
    [{ repository: 'target' }, { repositories: ['target'] }],
    [{ repository: 'other/target' }, { owner: 'other', repositories: ['target'] }],
    [{ repository: '.github' }, { repositories: ['.github'] }],
    [{ repository: '123' }, { repositories: ['123'] }],
    [{ repositories: 'a, b' }, { repositories: ['a', 'b'] }],
    [{ repositories: 'a,b,' }, { repositories: ['a', 'b'] }],
    [{ repositories: 'a\nb\r\nc' }, { repositories: ['a', 'b', 'c'] }],
    [{ repositories: 'a,\nb' }, { repositories: ['a', 'b'] }],
    [{ repositories: '# mine\na\n\nb' }, { repositories: ['a', 'b'] }],
    [{ repositories: '- a\n- other-1\n- 123\n' }, { repositories: ['a', 'other-1', '123'] }],
    [{ repositories: '- a # mine\n- "b"' }, { repositories: ['a', 'b'] }],
    [{ repositories: '["a", "b"]' }, { repositories: ['a', 'b'] }],
    [{ repositories: '[a, 123, 1e3]' }, { repositories: ['a', '123', '1e3'] }],
    [{ repositories: '[\n  "other/a",\n  "other/b"\n]' }, { owner: 'other', repositories: ['a', 'b'] }],
    [{ repositories: '"a, b"' }, { repositories: ['a', 'b'] }],
    [{ repositories: 'a, A, octocat/a, a' }, { owner: 'octocat', repositories: ['a'] }],
    [{ repository: 'a', repositories: 'b, a' }, { repositories: ['a', 'b'] }],
    [{ repositories: 'other/a, OTHER/b' }, { owner: 'other', repositories: ['a', 'b'] }],
    [
      { owner: 'Other', repositories: 'other/a, b' },
      { owner: 'Other', repositories: ['a', 'b'] },
    ],
    [
      { owner: 'other', repository: 'target' },
      { owner: 'other', repositories: ['target'] },
    ],
    [{ repositories: 'a, octocat/b' }, { owner: 'octocat', repositories: ['a', 'b'] }],
    [{ owner: 'octocat' }, { owner: 'octocat', repositories: ['playground'] }],
    [{ owner: 'Octocat' }, { owner: 'Octocat', repositories: ['playground'] }],
    [{ repositories: 'ALL' }, { repositories: 'ALL' }],
    [{ repositories: 'all' }, { repositories: 'ALL' }],
    [{ repositories: 'All\n' }, { repositories: 'ALL' }],
    [{ repositories: '["ALL"]' }, { repositories: 'ALL' }],
    [{ repositories: '- all' }, { repositories: 'ALL' }],
    [
      { owner: 'other', repositories: 'all' },
      { owner: 'other', repositories: 'ALL' },
    ],
    [{ repository: 'octocat/all' }, { owner: 'octocat', repositories: ['all'] }],
    [{ repository: 'mona_acme/x' }, { owner: 'mona_acme', repositories: ['x'] }],
    [
      { repositories: Array.from({ length: 32 }, (_, i) => `r${i}`).join() },
      { repositories: Array.from({ length: 32 }, (_, i) => `r${i}`) },
    ],
  ])('%j', async (texts, wanted) => {
    expect(await repositoriesOf(texts)).toEqual({ wanted, problems: [] })
  })

  const single = (input: string, item: string): string =>
    `${input} must be name or owner/name, not "${item}"; for example: octocat/my-repository`
  test.each<[Record<string, string>, string[]]>([
    [{ repository: 'a/b/c' }, [single('repository', 'a/b/c')]],
    [{ repositories: 'a/b/c, x' }, [single('repositories', 'a/b/c')]],
    [{ repositories: 'other/x, a/b/c' }, [single('repositories', 'a/b/c')]],
    [{ repository: 'a, b' }, [single('repository', 'a, b')]],
    [{ repository: '/a' }, [single('repository', '/a')]],
    [{ repository: 'a/' }, [single('repository', 'a/')]],
    [{ repository: '..' }, [single('repository', '..')]],
    [{ repository: 'a/.' }, [single('repository', 'a/.')]],
    [{ repository: 'b\u00fccher' }, [single('repository', 'b\u00fccher')]],
    [{ repositories: 'my repo, x' }, [single('repositories', 'my repo')]],
    [{ repositories: '- a, b' }, [single('repositories', 'a, b')]],
    [{ repository: 'https://github.com/a/b' }, [single('repository', 'https://github.com/a/b')]],
    [
      { repository: 'https://me:hunter2@github.com/a/b' },
      ['repository must be name or owner/name; for example: octocat/my-repository'],
    ],
    [
      { repository: 'ALL' },
      ['repository must be one name (all of them: repositories: ALL); for example: octocat/all'],
    ],
    [{ repositories: 'ALL, a' }, ['repositories must be ALL or names, not both; for example: ALL']],
    [
      { repository: 'a', repositories: 'all' },
      ['repositories must be ALL or names, not both; for example: ALL'],
    ],
    [
      { owner: 'other' },
      [
        "repositories is required, since the owner other is not the workflow's: name repositories, or write ALL for all of them; for example: my-repository, another (or: ALL)",
      ],
    ],
    [
      { owner: 'other', repositories: 'third/a' },
      ['repositories must belong to one owner, not to other and third; for example: octocat/a, octocat/b'],
    ],
    [
      { owner: 'other', repository: 'third/a' },
      ['repository must belong to one owner, not to other and third; for example: octocat/a, octocat/b'],
    ],
    [
      { repositories: 'one/a, two/b' },
      ['repositories must belong to one owner, not to one and two; for example: octocat/a, octocat/b'],
    ],
    [
      { repositories: 'a, other/b' },
      ['repositories must belong to one owner, not to Octocat and other; for example: octocat/a, octocat/b'],
    ],
    [{ owner: 'a b' }, ['owner must be a user or an organization, not "a b"; for example: octocat']],
    [
      { owner: 'a/b', repository: 'x' },
      ['owner must be a user or an organization, not "a/b"; for example: octocat'],
    ],
    [
      { repositories: Array.from({ length: 33 }, (_, i) => `r${i}`).join() },
      ['repositories must not be more than 32, but are 33; for example: ALL'],
    ],
    [
      { repositories: '# none' },
      ['repositories must not be an empty list; for example: my-repository, another'],
    ],
    [{ repositories: '[]' }, ['repositories must not be an empty list; for example: my-repository, another']],
    [{ repositories: ',' }, ['repositories is not valid YAML (line 1); for example: my-repository, another']],
    [
      { owner: 'other', repositories: '[]' },
      ['repositories must not be an empty list; for example: my-repository, another'],
    ],
    [{ repositories: 'a: b' }, ['repositories must be a list of names; for example: my-repository, another']],
    [
      { repositories: '[[a]]' },
      ['repositories must be a list of names; for example: my-repository, another'],
    ],
    [{ repositories: '- ' }, ['repositories must be name or owner/name; for example: octocat/my-repository']],
    [
      { repositories: '["a"' },
      ['repositories is not valid YAML (line 1); for example: my-repository, another'],
    ],
  ])('%j is refused', async (texts, problems) => {
    expect((await repositoriesOf(texts)).problems).toEqual(problems)
  })
})

describe('app-server', () => {
  const role = 'arn:aws:iam::123456789012:role/github-actions-access-token-api-access'
  const lambda = 'https://abc123.lambda-url.eu-central-1.on.aws'

  test.each([
    ['https://app-server.example.com', 'https://app-server.example.com/'],
    ['https://x.example.com/stage', 'https://x.example.com/stage'],
    ['https://x.example.com/stage//', 'https://x.example.com/stage'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/'],
    ['http://[::1]:8080/', 'http://[::1]:8080/'],
    ['url: https://app-server.example.com', 'https://app-server.example.com/'],
    ['url: "https://app-server.example.com"', 'https://app-server.example.com/'],
    ['{"url": "https://app-server.example.com/prod/"}', 'https://app-server.example.com/prod'],
    [
      'url: https://app-server.example.com\n# auth:\n#   type: aws\n#   roleArn: x',
      'https://app-server.example.com/',
    ],
  ])('%j', async (text, href) => {
    const { server, problems } = await appServerOf(text)
    expect(problems).toEqual([])
    expect(server.url.href).toBe(href)
    expect(server).not.toHaveProperty('auth')
  })

  test.each([
    [
      `url: ${lambda}\nauth:\n  type: aws\n  roleArn: ${role}\n  region: eu-central-1\n  service: lambda`,
      { type: 'aws', roleArn: role, region: 'eu-central-1', service: 'lambda' },
    ],
    [
      `{"url": "${lambda}", "auth": {"type": "aws"}}`,
      { type: 'aws', region: 'eu-central-1', service: 'lambda' },
    ],
    [
      `url: https://a1.execute-api.us-gov-west-1.amazonaws.com/prod\nauth: { type: aws }`,
      { type: 'aws', region: 'us-gov-west-1', service: 'execute-api' },
    ],
    [
      'url: https://a1.execute-api.cn-north-1.amazonaws.com.cn/prod\nauth:\n  type: aws\n  roleArn: arn:aws-cn:iam::123456789012:role/x',
      {
        type: 'aws',
        roleArn: 'arn:aws-cn:iam::123456789012:role/x',
        region: 'cn-north-1',
        service: 'execute-api',
      },
    ],
    [
      'url: https://vpce-1.execute-api.eu-west-1.vpce.amazonaws.com/prod\nauth:\n  type: aws',
      { type: 'aws', region: 'eu-west-1', service: 'execute-api' },
    ],
    [
      'url: https://s-1.7d67968.vpc-lattice-svcs.us-west-2.on.aws\nauth:\n  type: aws',
      { type: 'aws', region: 'us-west-2', service: 'vpc-lattice-svcs' },
    ],
    [
      'url: https://tokens.example.com\nauth:\n  type: aws\n  region: us-iso-east-1\n  service: execute-api',
      { type: 'aws', region: 'us-iso-east-1', service: 'execute-api' },
    ],
    [
      'url: http://localhost:1/prod\nauth:\n  type: aws\n  region: eusc-de-east-1\n  service: lambda',
      { type: 'aws', region: 'eusc-de-east-1', service: 'lambda' },
    ],
  ])('%j is signed', async (text, auth) => {
    const { server, problems } = await appServerOf(text)
    expect(problems).toEqual([])
    expect(server.auth).toEqual(auth)
  })

  const url = 'for example: https://app-server.example.com'
  const aws = `url: ${lambda}\nauth:\n  type: aws\n`
  const keys = (key: string, meant: string): string =>
    `app-server must have no other keys than type, roleArn, region, service, not "${key}"${meant}; `
  const arn = 'for example: roleArn: arn:aws:iam::123456789012:role/app-server'
  test.each<[string, string[]]>([
    ['', [`app-server is required; ${url}`]],
    ['app-server.example.com', [`app-server must be a URL; ${url}`]],
    [
      'https://me:hunter2@app-server.example.com',
      [`app-server must be a URL without user and password; ${url}`],
    ],
    [
      'url: "https://me:hunter2@app-server.example.com"',
      [`app-server must be a URL without user and password; ${url}`],
    ],
    [
      'http://app-server.example.com',
      [
        `app-server must begin with https:// (http:// is for this machine only: localhost, 127.0.0.1, [::1]); ${url}`,
      ],
    ],
    ['https://app-server.example.com?a=b', [`app-server must be a URL without a query (?\u2026); ${url}`]],
    ['https://app-server.example.com#a', [`app-server must be a URL without a fragment (#\u2026); ${url}`]],
    ['https://a.example.com\nhttps://b.example.com', [`app-server must be a URL; ${url}`]],
    ['["https://a.example.com"]', [`app-server must be a URL or a mapping of url and auth; ${url}`]],
    ['{"url": "https://a.example.com"', [`app-server is not valid YAML (line 1); ${url}`]],
    ['auth:\n  type: aws', ['app-server needs a url; for example: url: https://app-server.example.com']],
    [
      'url: [https://a.example.com]',
      [
        'app-server must have text as url; for example: url: https://app-server.example.com',
        'app-server needs a url; for example: url: https://app-server.example.com',
      ],
    ],
    [
      'ulr: https://a.example.com',
      [
        'app-server must have no other keys than url, auth, not "ulr" (did you mean url?); for example: url: https://app-server.example.com',
        'app-server needs a url; for example: url: https://app-server.example.com',
      ],
    ],
    [
      `url: ${lambda}\nauth:\ntype: aws\nrole_arn: ${role}`,
      [
        'app-server must have no other keys than url, auth, not "type" (did you mean auth.type?); for example: type: aws',
        `app-server must have no other keys than url, auth, not "role_arn" (did you mean auth.roleArn?); ${arn}`,
        'app-server needs auth.type aws; for example: auth: { type: aws }',
      ],
    ],
    [
      'url: https://a.example.com\ncolour: red',
      [
        'app-server must have no other keys than url, auth, not "colour"; for example: url: https://app-server.example.com',
      ],
    ],
    [
      'https://me:hunter2@a.example.com: x',
      [
        'app-server must have no other keys than url, auth; for example: url: https://app-server.example.com',
        'app-server needs a url; for example: url: https://app-server.example.com',
      ],
    ],
    [`${aws}  rolearn: ${role}`, [`${keys('rolearn', ' (did you mean roleArn?)')}${arn}`]],
    [`${aws}  role-arn: ${role}`, [`${keys('role-arn', ' (did you mean roleArn?)')}${arn}`]],
    [`${aws}  role_arn: ${role}`, [`${keys('role_arn', ' (did you mean roleArn?)')}${arn}`]],
    [`${aws}  colour: red`, [`${keys('colour', '')}for example: auth: { type: aws }`]],
    [`${aws}  __proto__: red`, [`${keys('__proto__', '')}for example: auth: { type: aws }`]],
    [
      `url: ${lambda}\nauth:\n  type: gcp`,
      ['app-server needs auth.type aws, not "gcp"; for example: auth: { type: aws }'],
    ],
    [`url: ${lambda}\nauth: aws`, ['app-server needs auth.type aws; for example: auth: { type: aws }']],
    [`url: ${lambda}\nauth:`, ['app-server needs auth.type aws; for example: auth: { type: aws }']],
    [`url: ${lambda}\nauth: [aws]`, ['app-server needs auth.type aws; for example: auth: { type: aws }']],
    [
      `${aws}  roleArn: my-role`,
      [`app-server must have the ARN of a role as auth.roleArn, not "my-role"; ${arn}`],
    ],
    [
      `${aws}  roleArn: arn:aws:iam::123:role/x`,
      [`app-server must have the ARN of a role as auth.roleArn, not "arn:aws:iam: :123:role/x"; ${arn}`],
    ],
    [
      `${aws}  region: Frankfurt`,
      [
        'app-server must have an AWS region as auth.region, not "Frankfurt"; for example: region: eu-central-1',
      ],
    ],
    [
      `${aws}  service: s3`,
      [
        'app-server must have one of lambda, execute-api, vpc-lattice-svcs as auth.service, not "s3"; for example: service: lambda',
      ],
    ],
    [
      'url: https://tokens.example.com\nauth:\n  type: aws',
      [
        'app-server needs auth.region, which the host name of its url does not tell; for example: region: eu-central-1',
        'app-server needs auth.service, which the host name of its url does not tell; for example: service: lambda',
      ],
    ],
    [
      'url: https://abc.lambda-url.eu-central-1.on.aws.example.com\nauth:\n  type: aws\n  service: lambda',
      [
        'app-server needs auth.region, which the host name of its url does not tell; for example: region: eu-central-1',
      ],
    ],
    [`${aws}  type: aws`, [`app-server has a key twice (line 4); ${url}`]],
    [`url: &u ${lambda}\nauth: *u`, [`app-server must not use YAML aliases; ${url}`]],
  ])('%j is refused', async (text, problems) => {
    expect((await appServerOf(text)).problems).toEqual(problems)
  })

  test('a password is never repeated, wherever it stands', async () => {
    for (const text of [
      'https://me:hunter2@a.example.com',
      'https://me:hunter2@a.example.com: x',
      'https://me:hunter2@a.example.com, x',
      'url: https://me:hunter2@a.example.com\nurl: x',
      '{url: https://me:hunter2@a.example.com',
      'https://me:hunter2 @a.example.com',
      `${aws}  region: https://me:hunter2@a.example.com`,
      `${aws}  me:hunter2@a.example.com: x`,
    ]) {
      const { problems } = await appServerOf(text)
      expect(problems).not.toEqual([])
      expect(problems.join()).not.toContain('hunter2')
    }
  })
})

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...[
      'contents',
      'issues',
      'pull_requests',
      'read',
      'write',
      'admin',
      ':',
      ': ',
      ',',
      ', ',
      '\n',
      '\n',
      '\r\n',
      ' ',
    ],
    ...[
      '- ',
      '#',
      ' # c',
      '# c\n',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&x',
      '*x',
      '!t',
      '|',
      '>',
      '?',
      '%',
      '@',
      '---',
      '...',
    ],
    ...[
      'a',
      'b',
      'o/a',
      'o/b',
      'all',
      'ALL',
      '.github',
      '1',
      '~',
      '\t',
      'url',
      'auth',
      'type',
      'aws',
      'https://a.example',
    ],
    ...['__proto__', 'constructor', '\u00a0', '\u2028', '\0', '  '],
  )
  const soup = fc.array(pieces, { maxLength: 16 }).map((parts) => parts.join(''))

  test('gives a value or a problem, never a throw, and changes no prototype', async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(soup, fc.string({ unit: 'binary' })), async (text) => {
        const permissions = await permissionsOf(text)
        const repositories = await repositoriesOf({ repositories: text, repository: '', owner: '' })
        await repositoriesOf({ repository: text, owner: text })
        const server = await appServerOf(text)
        for (const [scope, level] of permissions.entries) {
          expect(scope).toMatch(/^[a-z][a-z\d-]*$/)
          expect(['read', 'write', 'admin']).toContain(level)
        }
        // Either there is something to send, or a problem that says why not.
        expect(permissions.entries.length > 0 || permissions.problems.length > 0).toBe(true)
        expect(
          text.trim() === '' ||
            repositories.wanted.repositories !== undefined ||
            repositories.problems.length > 0,
        ).toBe(true)
        expect(server.server.url.href !== NOWHERE || server.problems.length > 0).toBe(true)
        for (const problem of [...permissions.problems, ...repositories.problems, ...server.problems]) {
          expect(problem).toMatch(/^[a-z-]+ (is|has|must|needs) .+$/)
        }
        if (repositories.problems.length === 0 || permissions.problems.length === 0) accepted++
      }),
      { numRuns: 5_000, seed: SEED },
    )
    expect(accepted).toBeGreaterThan(100)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  // What both readers take must mean the same, whichever of them reads it.
  const pair = fc
    .tuple(
      fc.constantFrom('', ' ', '  '),
      fc.constantFrom(
        'contents',
        'issues',
        'pull_requests',
        'pull requests',
        'a',
        '# c',
        '-',
        '- a',
        '"a"',
        '?',
        '---',
      ),
      fc.constantFrom(':', ': ', ': ', ': ', ' : ', ':\n  ', ':\t'),
      fc.constantFrom('read', 'write', 'admin', 'READ', 'read ', '"read"', 'read # c', 'x', '', '&a read'),
    )
    .map((parts) => parts.join(''))
  const pairs = fc.array(fc.oneof({ weight: 5, arbitrary: pair }, { weight: 1, arbitrary: soup }), {
    maxLength: 4,
  })
  const ends = fc.constantFrom('\n', '\n', '\r\n', ',', ', ', '\n\n', '\n# c: read\n')

  test('means the same to the line reader and the YAML reader: permissions', async () => {
    let both = 0
    await fc.assert(
      fc.asyncProperty(pairs, ends, async (parts, end) => {
        const text = parts.join(end)
        const lines = linePairs(text)?.map(([scope, level]) => [scope, level.toLowerCase()])
        if (lines === undefined || !lines.every(([, level]) => /^(read|write|admin)$/.test(level ?? '')))
          return
        const yaml = await fullYaml(text)
        if ('fault' in yaml || !(yaml.value instanceof Map)) return
        const entries = [...(yaml.value as ReadonlyMap<string, unknown>)].map(([scope, level]) => [
          scope.trim(),
          String(level).trim().toLowerCase(),
        ])
        const sound = ([scope = '', level = '']: string[]): boolean =>
          /^[a-z][\w -]*$/i.test(scope) && /^(read|write|admin)$/.test(level)
        if (!entries.every(sound)) return
        both++
        expect(lines).toEqual(entries)
      }),
      { numRuns: 20_000, seed: SEED },
    )
    expect(both).toBeGreaterThan(500)
  })

  const item = fc
    .tuple(
      fc.constantFrom('', '', '', ' ', '- ', '-'),
      fc.constantFrom(
        'a',
        'b',
        'o/a',
        '.github',
        '1',
        'a b',
        '# c',
        '---',
        '...',
        '"a"',
        '~',
        '_',
        'a:b',
        'a/b/c',
        '..',
      ),
      fc.constantFrom('', '', '', ' ', ':', ' # c'),
    )
    .map((parts) => parts.join(''))
  const items = fc.array(fc.oneof({ weight: 5, arbitrary: item }, { weight: 1, arbitrary: soup }), {
    maxLength: 5,
  })

  test('means the same to the line reader and the YAML reader: lists', async () => {
    let both = 0
    await fc.assert(
      fc.asyncProperty(items, ends, async (parts, end) => {
        const text = parts.join(end)
        const lines = lineItems(text)
        const yaml = await fullYaml(text)
        if (lines === undefined || 'fault' in yaml || yaml.value instanceof Map) return
        // A text that YAML takes for one scalar is split at commas, as readList does; a list stays a list.
        const list =
          typeof yaml.value === 'string' ? yaml.value.split(',').map((each) => each.trim()) : yaml.value
        const named = (list as readonly unknown[]).filter((each) => each !== '')
        if (!named.every((each) => typeof each === 'string' && /^[\w./-]+$/.test(each))) return
        both++
        expect(lines).toEqual(named)
      }),
      { numRuns: 20_000, seed: SEED },
    )
    expect(both).toBeGreaterThan(500)
  })
})
