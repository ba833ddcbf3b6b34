import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAppServer, type AppServer } from '../../../src/exchanges/app-server/server.ts'
import { NOWHERE } from '../../../src/inputs/url.ts'
import { inputsOf, problemsOf } from '../../inputs/fixture.ts'
import { anyText } from './texts.ts'

async function appServerOf(text: string): Promise<{ server: AppServer; problems: string[] }> {
  const inputs = inputsOf({ 'app-server': text })
  const server = await readAppServer(inputs, 'app-server')
  return { server, problems: problemsOf(inputs) }
}

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
    ['url: https://app-server.example.com\n# auth:\n#   type: aws\n#   roleArn: x', 'https://app-server.example.com/'],
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
    [`{"url": "${lambda}", "auth": {"type": "aws"}}`, { type: 'aws', region: 'eu-central-1', service: 'lambda' }],
    [
      `url: https://a1.execute-api.us-gov-west-1.amazonaws.com/prod\nauth: { type: aws }`,
      { type: 'aws', region: 'us-gov-west-1', service: 'execute-api' },
    ],
    [
      'url: https://a1.execute-api.cn-north-1.amazonaws.com.cn/prod\nauth:\n  type: aws\n  roleArn: arn:aws-cn:iam::123456789012:role/x',
      { type: 'aws', roleArn: 'arn:aws-cn:iam::123456789012:role/x', region: 'cn-north-1', service: 'execute-api' },
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
    `app-server must have no other keys than type, roleArn, audience, region, service, not "${key}"${meant}; `
  const outer = 'app-server must have no other keys than url, auth'
  const arn = 'for example: roleArn: arn:aws:iam::123456789012:role/app-server'
  const NO_URL = 'app-server needs a url; for example: url: https://app-server.example.com'
  const A_URL = 'for example: url: https://app-server.example.com'
  const PASSWORD = `app-server must be a URL without a user name and password; ${url}`
  const TYPE = 'app-server needs auth.type aws; for example: auth: { type: aws }'
  const missing = (key: string, example: string): string =>
    `app-server needs auth.${key}, because the host name in url does not contain it; for example: ${key}: ${example}`
  const noRole = (text: string): string =>
    `app-server must have the ARN of a role as auth.roleArn, not "${text}"; ${arn}`
  test.each<[string, ...string[]]>([
    ['', `app-server is required; ${url}`],
    ['app-server.example.com', `app-server must be a URL; ${url}`],
    ['https://me:hunter2@app-server.example.com', PASSWORD],
    ['url: "https://me:hunter2@app-server.example.com"', PASSWORD],
    ['https://a.example.com\nhttps://b.example.com', `app-server must be a URL; ${url}`],
    ['["https://a.example.com"]', `app-server must be a URL or a mapping of url and auth; ${url}`],
    ['{"url": "https://a.example.com"', `app-server is not valid YAML (line 1); ${url}`],
    ['auth:\n  type: aws', NO_URL],
    ['url: [https://a.example.com]', `app-server must have text as url; ${A_URL}`, NO_URL],
    ['ulr: https://a.example.com', `${outer}, not "ulr" (did you mean url?); ${A_URL}`, NO_URL],
    [
      `url: ${lambda}\nauth:\ntype: aws\nrole_arn: ${role}`,
      `${outer}, not "type" (did you mean auth.type?); for example: type: aws`,
      `${outer}, not "role_arn" (did you mean auth.roleArn?); ${arn}`,
      TYPE,
    ],
    ['url: https://a.example.com\ncolour: red', `${outer}, not "colour"; ${A_URL}`],
    ['https://me:hunter2@a.example.com: x', `${outer}; ${A_URL}`, NO_URL],
    ...['rolearn', 'role-arn', 'role_arn'].map((key): [string, string] => [
      `${aws}  ${key}: ${role}`,
      `${keys(key, ' (did you mean roleArn?)')}${arn}`,
    ]),
    [`${aws}  colour: red`, `${keys('colour', '')}for example: auth: { type: aws }`],
    [`${aws}  __proto__: red`, `${keys('__proto__', '')}for example: auth: { type: aws }`],
    [`url: ${lambda}\nauth:\n  type: gcp`, TYPE.replace(' aws;', ' aws, not "gcp";')],
    ...['auth: aws', 'auth:', 'auth: [aws]'].map((auth): [string, string] => [`url: ${lambda}\n${auth}`, TYPE]),
    [`${aws}  roleArn: my-role`, noRole('my-role')],
    [`${aws}  roleArn: arn:aws:iam::123:role/x`, noRole('arn:aws:iam::123:role/x')],
    [
      `${aws}  region: Frankfurt`,
      'app-server must have an AWS region as auth.region, not "Frankfurt"; for example: region: eu-central-1',
    ],
    [
      `${aws}  service: s3`,
      'app-server must have one of lambda, execute-api, vpc-lattice-svcs as auth.service, not "s3"; for example: service: lambda',
    ],
    [
      'url: https://tokens.example.com\nauth:\n  type: aws',
      missing('region', 'eu-central-1'),
      missing('service', 'lambda'),
    ],
    [
      'url: https://abc.lambda-url.eu-central-1.on.aws.example.com\nauth:\n  type: aws\n  service: lambda',
      missing('region', 'eu-central-1'),
    ],
    [`${aws}  type: aws`, `app-server has a key twice (line 4); ${url}`],
    [`url: &u ${lambda}\nauth: *u`, `app-server must not use YAML aliases (line 2); ${url}`],
  ])('%j is refused', async (text, ...problems) => {
    expect((await appServerOf(text)).problems).toEqual(problems)
  })

  test('a password is never repeated, wherever it is', async () => {
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

const likely = fc
  .tuple(
    fc.constantFrom('', 'url: ', '{"url": "'),
    fc.webUrl({ validSchemes: ['https', 'http'] }),
    fc.constantFrom('', '"}', '\nauth:\n  type: aws\n  region: eu-central-1\n  service: lambda'),
  )
  .map((parts) => parts.join(''))

test('any text as app-server gives a URL or a problem', async () => {
  const accepted = await anyText(likely, async (text) => {
    const { server, problems } = await appServerOf(text)
    expect(server.url.href !== NOWHERE || problems.length > 0).toBe(true)
    return problems
  })
  expect(accepted).toBeGreaterThan(250)
})
