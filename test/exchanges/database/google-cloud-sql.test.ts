import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fault } from '../../../dev/fakes/faults.ts'
import { POOL, principalSet, PROVIDER, SERVICE_ACCOUNT } from '../../../dev/systems/database/google-cloud-sql.ts'
import { ROOT } from '../../../dev/world.ts'
import { PROVIDER_INPUT } from '../../../src/google/settings.ts'
import { AUDIENCE, open, problem, run } from '../../google/fixture.ts'

const EXAMPLE = 'for example: projects/123456789012/locations/global/workloadIdentityPools/github/providers/octo-org'

describe('a password', () => {
  test('is an access token of the service account that can do nothing but log in', async () => {
    const world = await open()
    const ran = await run(world)
    const { token = '', 'expires-at': ends = '' } = ran.outputs
    expect(ran.outputs).toEqual({ token, username: SERVICE_ACCOUNT, 'expires-at': ends })
    const known = world.setup.google.token(token)!
    expect(known.scopes).toEqual(['https://www.googleapis.com/auth/sqlservice.login'])
    expect(known.members).toEqual([`serviceAccount:${SERVICE_ACCOUNT}`])
    expect(Math.abs(Date.parse(ends) - known.expiresAt)).toBeLessThan(1_000)
    expect(ran.infos).toEqual([`Database password for "${SERVICE_ACCOUNT}"; ends ${ends}`])
  })

  test('is asked for by two requests of the forms that Google documents', async () => {
    const world = await open()
    await run(world)
    const [sts] = world.server('sts').requests
    expect(sts).toMatchObject({ method: 'POST', path: '/v1/token', answered: 200 })
    expect(sts!.headers).not.toHaveProperty('authorization')
    expect(Object.fromEntries(new URLSearchParams(sts!.body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: `//iam.googleapis.com/${PROVIDER}`,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: world.issuer.issued[0]!.token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    })
    const [credentials] = world.server('iamcredentials').requests
    expect(credentials).toMatchObject({
      method: 'POST',
      path: `/v1/projects/-/serviceAccounts/${SERVICE_ACCOUNT}:generateAccessToken`,
      answered: 200,
    })
    expect(JSON.parse(credentials!.body)).toEqual({ scope: ['https://www.googleapis.com/auth/sqlservice.login'] })
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual([AUDIENCE])
  })

  test.each(['https://iam.googleapis.com/', '//iam.googleapis.com/'])(
    'is given if %s comes before the name of the provider',
    async (prefix) => {
      const world = await open()
      const inputs = { 'workload-identity-provider': `${prefix}${PROVIDER}` }
      expect((await run(world, { inputs })).succeeded).toBe(true)
      expect(world.issuer.issued.map(({ audience }) => audience)).toEqual([AUDIENCE])
    },
  )

  test('whose end Google does not tell has none', async () => {
    const world = await open()
    world
      .server('iamcredentials')
      .faults.push(fault.alter((real) => ({ ...real, body: { ...(real.body as object), expireTime: '?' } })))
    const ran = await run(world)
    expect(Object.keys(ran.outputs)).toEqual(['token', 'username'])
    expect(ran.infos).toEqual([`Database password for "${SERVICE_ACCOUNT}"`])
  })
})

describe('settings', () => {
  const MUST = `${PROVIDER_INPUT} must`
  const FULL = `${MUST} be the full name of a workload identity provider, not`
  const id = (of: string, text: string): string =>
    `${MUST} contain the id of a ${of}, 4 to 32 of a-z, 0-9 and -, not "${text}"; ${EXAMPLE}`
  const ACCOUNT = 'for example: database@my-project.iam.gserviceaccount.com'
  const EMAIL = 'service-account must be the e-mail of a service account, in lower case'
  test.each<[string, string, string]>([
    [
      PROVIDER_INPUT,
      PROVIDER.replace('123456789012', 'my-project'),
      `${MUST} contain the number of the project instead of its id, not "my-project"; ${EXAMPLE}`,
    ],
    [PROVIDER_INPUT, POOL, `${FULL} "projects/123456789012/locations/global/workloadIdentityPools…"; ${EXAMPLE}`],
    [PROVIDER_INPUT, 'http://iam.googleapis.com/x', `${FULL} "http://iam.googleapis.com/x"; ${EXAMPLE}`],
    [PROVIDER_INPUT, PROVIDER.replace('/github/', '/gh/'), id('pool', 'gh')],
    [PROVIDER_INPUT, PROVIDER.replace(/[^/]+$/, 'gha'), id('provider', 'gha')],
    ['service-account', '123456789012', `${EMAIL}, not "123456789012"; ${ACCOUNT}`],
    ['service-account', 'Database@my-project.iam.gserviceaccount.com', `${EMAIL}; ${ACCOUNT}`],
    ['service-account', 'database@example.com', `${EMAIL}; ${ACCOUNT}`],
    ['service-account', 'a/b@c.gserviceaccount.com', `${EMAIL}; ${ACCOUNT}`],
  ])('%s: %j is refused', async (name, value, rule) => {
    expect(await problem(open(), { [name]: value })).toContain(rule)
  })

  test.each([
    SERVICE_ACCOUNT,
    '123-compute@developer.gserviceaccount.com',
    // Of App Engine in a project of a domain, `example.com:my-app` (Google, "App Engine default service account").
    'my-app.example.com@appspot.gserviceaccount.com',
  ])('%s is a service account', async (account) => {
    const world = await open()
    world.setup.serviceAccounts[account] = [principalSet('216219028')]
    const ran = await run(world, { inputs: { 'service-account': account } })
    expect(ran.outputs['username']).toBe(account)
  })

  test.each(['sts', 'iamcredentials'])('GHA_ENDPOINT_OVERRIDE_%s must be HTTPS', async (name) => {
    const variable = `GHA_ENDPOINT_OVERRIDE_${name}`
    expect(await problem(open(), {}, { [variable]: 'http://sts.example.com/v1' })).toBe(
      `${variable} must begin with https:// (http:// works only on this machine: localhost, 127.0.0.1, [::1]); for example: https://${name}.googleapis.com/v1`,
    )
  })
})

describe('the database', () => {
  test.each([
    ['PostgreSQL', 'postgres'],
    ['MySQL', 'mysql'],
  ] as const)('lets in the name that the page makes of the output for %s', async (name, engine) => {
    const world = await open()
    const { token: password = '', username = '' } = (await run(world)).outputs
    const page = readFileSync(join(ROOT, 'database/google-cloud-sql/README.md'), 'utf8')
    const recipe = new RegExp(`^\\| ${name} .*\`(\\$\\{SERVICE_ACCOUNT[^\`]*)\``, 'm').exec(page)![1]!
    expect(page.split(recipe).length).toBeGreaterThan(2)
    const shell = spawnSync('bash', ['-c', `printf %s "${recipe}"`], {
      env: { ...process.env, SERVICE_ACCOUNT: username },
      encoding: 'utf8',
    })
    expect(shell.status).toBe(0)
    expect(world.setup.database.refusal({ engine, user: shell.stdout, password })).toBeUndefined()
  })
})
