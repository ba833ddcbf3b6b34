import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fault, forEver, type Fault } from '../../../dev/fakes/faults.ts'
import type { FakeReply } from '../../../dev/fakes/handler.ts'
import { ISSUER } from '../../../dev/fakes/issuer.ts'
import { apiError, stsError } from '../../../dev/fakes/google.ts'
import {
  POOL,
  principalSet,
  PROVIDER,
  SERVICE_ACCOUNT,
  system,
  type GoogleCloudSqlSetup,
} from '../../../dev/systems/database/google-cloud-sql.ts'
import { ROOT, type World } from '../../../dev/world.ts'
import { googleCloudSql } from '../../../src/exchanges/database/google-cloud-sql.ts'
import { expectClaimsHidden, LINK, opening, stepsOf, SUBJECT } from '../in-process.ts'

const AUDIENCE = `https://iam.googleapis.com/${PROVIDER}`
const EXAMPLE =
  'for example: projects/123456789012/locations/global/workloadIdentityPools/github/providers/octo-org'

const open = opening(system)

const { run, refusal } = stepsOf(googleCloudSql, 'database/google-cloud-sql')

const reply = (answer: FakeReply): Fault => ({ kind: 'answer', name: 'reply', reply: answer })
const answers = (world: World, role: string): unknown[] =>
  world.server(role).requests.map(({ answered }) => answered)

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
    // The federated token on the way is masked, too.
    const tokens = world.secrets.filter(({ name }) => /federated|service account/.test(name))
    expect(tokens).toHaveLength(2)
    for (const { value } of tokens) expect(ran.masks).toContain(value)
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
    expect(JSON.parse(credentials!.body)).toEqual({
      scope: ['https://www.googleapis.com/auth/sqlservice.login'],
    })
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual([AUDIENCE])
  })

  test.each(['https://iam.googleapis.com/', '//iam.googleapis.com/'])(
    'is given where %s stands before the name of the provider',
    async (prefix) => {
      const world = await open()
      const inputs = { 'workload-identity-provider': `${prefix}${PROVIDER}` }
      expect((await run(world, { inputs })).succeeded).toBe(true)
      expect(world.issuer.issued.map(({ audience }) => audience)).toEqual([AUDIENCE])
    },
  )

  test('is for the audience given', async () => {
    const world = await open()
    world.setup.providers[PROVIDER] = { allowedAudiences: ['https://gcp.example.com'] }
    const ran = await run(world, { inputs: { audience: 'https://gcp.example.com' } })
    expect(ran.succeeded).toBe(true)
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['https://gcp.example.com'])
  })

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
  test.each<[string, string, string]>([
    [
      'workload-identity-provider',
      PROVIDER.replace('123456789012', 'my-project'),
      `workload-identity-provider must contain the number of the project instead of its id, not "my-project"; ${EXAMPLE}`,
    ],
    [
      'workload-identity-provider',
      POOL,
      `workload-identity-provider must be the full name of a workload identity provider, not "projects/123456789012/locations/global/workloadIdentityPools…"; ${EXAMPLE}`,
    ],
    [
      'workload-identity-provider',
      'http://iam.googleapis.com/x',
      `workload-identity-provider must be the full name of a workload identity provider, not "http://iam.googleapis.com/x"; ${EXAMPLE}`,
    ],
    ['workload-identity-provider', '', `workload-identity-provider is required; ${EXAMPLE}`],
    ...[
      'database',
      'Database@my-project.iam.gserviceaccount.com',
      'database@example.com',
      'a/b@c.gserviceaccount.com',
    ].map((value): [string, string, string] => [
      'service-account',
      value,
      `service-account must be the e-mail of a service account, in lower case${value.includes('@') ? '' : ', not "database"'}; for example: database@my-project.iam.gserviceaccount.com`,
    ]),
    [
      'service-account',
      '',
      'service-account is required; for example: database@my-project.iam.gserviceaccount.com',
    ],
  ])('%s: %j is refused', async (name, value, problem) => {
    const world = await open()
    expect(await refusal(world, { inputs: { [name]: value } })).toContain(
      `Nothing was sent.\n- ${problem}\nINVALID_INPUT`,
    )
    expect(answers(world, 'sts')).toEqual([])
    expect(world.issuer.issued).toEqual([])
  })

  test.each([SERVICE_ACCOUNT, '123-compute@developer.gserviceaccount.com'])(
    '%s is a service account',
    async (account) => {
      const world = await open()
      world.setup.serviceAccounts[account] = [principalSet('216219028')]
      const ran = await run(world, { inputs: { 'service-account': account } })
      expect(ran.outputs['username']).toBe(account)
    },
  )

  test.each(['sts', 'iamcredentials'])('GHA_ENDPOINT_OVERRIDE_%s must be HTTPS', async (name) => {
    const world = await open()
    const variable = `GHA_ENDPOINT_OVERRIDE_${name}`
    expect(await refusal(world, { env: { [variable]: 'http://sts.example.com/v1' } })).toContain(
      `- ${variable} must begin with https:// (http:// works only on this machine: localhost, 127.0.0.1, [::1]); for example: https://${name}.googleapis.com/v1\n`,
    )
    expect(world.issuer.issued).toEqual([])
  })
})

describe('a refusal by STS', () => {
  test('for the audience names the one that was sent, and the settings that accept the run', async () => {
    const ran = await run(open(), { inputs: { audience: 'https://gcp.example.com' } })
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/g, 'HOST')).toBe(
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

  test('for the issuer names it', async () => {
    const issuer = `${ISSUER}/octo-enterprise`
    expect(await refusal(open({ claims: { iss: issuer } }))).toContain(
      `Its issuer was "${issuer}": the provider must have the same issuer.`,
    )
  })

  test('for the attribute condition names the subject and its form', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/g, 'HOST')).toBe(
      [
        'Google STS (HOST) refused (400 Bad Request): unauthorized_client: The given credential is rejected by the attribute condition.',
        `The attribute condition of the provider does not accept this job. The subject (sub) of the ID token was "${SUBJECT}". It has the immutable form, with the ids of owner and repository; a condition on repo:owner/repository:… does not match it.`,
        LINK,
      ].join('\n'),
    )
    // The default audience needs no list.
    expect(ran.group).not.toContain('  allowedAudiences:')
    expect(answers(world, 'sts')).toEqual([400])
  })

  test('for the attribute condition says nothing about the form where it is not immutable', async () => {
    const world = await open({ identity: { subject: 'mutable' } })
    world.setup.deny()
    const text = await refusal(world)
    expect(text).toContain('was "repo:octo-org/workflows:ref:refs/heads/main".\n')
    expect(text).not.toContain('immutable')
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.setup.deny()
    await expectClaimsHidden(run, world, 'The subject (sub) of the ID token was another one.')
  })

  test.each<[string, (setup: GoogleCloudSqlSetup) => void]>([
    ['missing', ({ providers }) => Reflect.deleteProperty(providers, PROVIDER)],
    ['disabled', ({ providers }) => (providers[PROVIDER] = { disabled: true })],
  ])('for a provider that is %s names it', async (_what, change) => {
    const world = await open()
    change(world.setup)
    expect(await refusal(world)).toContain(
      `\nCheck \`workload-identity-provider\`: this pool or provider does not exist, is disabled or was deleted: "${PROVIDER}". A new one takes up to 5 minutes to work.\n${LINK}`,
    )
  })

  test('is told by the code, whatever the text is', async () => {
    const world = await open()
    world.server('sts').faults.push(reply(stsError('unauthorized_client', 'In other words.', 403)))
    expect(await refusal(world)).toContain(
      'refused (403 Forbidden): unauthorized_client: In other words.\nThe attribute condition of the provider does not accept',
    )
  })
})

test('an error of STS in the form of Google’s other APIs is read too', async () => {
  const world = await open()
  const message = 'Security Token Service API has not been used in project 1 before or it is disabled.'
  world.server('sts').faults.push(reply(apiError('PERMISSION_DENIED', message, 'SERVICE_DISABLED')))
  expect(await refusal(world)).toContain(
    `Google STS (HOST) refused (403 Forbidden): PERMISSION_DENIED: ${message}\nEnable that API`,
  )
})

describe('trouble with the keys of the issuer', () => {
  const trouble = reply(stsError('invalid_grant', "Error connecting to the given credential's issuer."))

  test('is tried again', async () => {
    const world = await open()
    world.server('sts').faults.push(trouble, trouble)
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(answers(world, 'sts')).toEqual(['reply', 'reply', 200])
  })

  test('is tried again twice and no more', async () => {
    const world = await open()
    world.server('sts').faults.push(forEver(trouble))
    expect(await refusal(world)).toContain(
      "invalid_grant: Error connecting to the given credential's issuer.",
    )
    expect(answers(world, 'sts')).toHaveLength(3)
  })
})

describe('a refusal by IAM', () => {
  const denied =
    "Google IAM credentials (HOST) refused (403 Forbidden): PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."

  test.each<[string, (setup: GoogleCloudSqlSetup) => void]>([
    [
      'that the job may not be the service account',
      ({ serviceAccounts }) => (serviceAccounts[SERVICE_ACCOUNT] = []),
    ],
    [
      'of a service account that is not there',
      ({ serviceAccounts }) => Reflect.deleteProperty(serviceAccounts, SERVICE_ACCOUNT),
    ],
  ])('%s says what to grant to whom', async (_what, change) => {
    const world = await open()
    change(world.setup)
    expect(await refusal(world)).toBe(
      [
        denied,
        `Grant roles/iam.workloadIdentityUser on the service account "${SERVICE_ACCOUNT}" to "${principalSet('216219028')}", and check that the account exists. A new grant takes up to 5 minutes to work.`,
        LINK,
      ].join('\n'),
    )
    expect(answers(world, 'iamcredentials')).toEqual([403])
  })

  test('of a service account that Google says is not there asks to check it', async () => {
    const world = await open()
    world.server('iamcredentials').faults.push(reply(apiError('NOT_FOUND', 'Not found; Gaia id not found')))
    expect(await refusal(world)).toMatch(/NOT_FOUND: .*\n.*and check that the account exists\./)
  })

  test('names what works: with that grant the step succeeds', async () => {
    const world = await open()
    world.setup.serviceAccounts[SERVICE_ACCOUNT] = []
    const member = /to "(principalSet:\S+)", and/.exec(await refusal(world))![1]!
    world.setup.serviceAccounts[SERVICE_ACCOUNT] = [member]
    expect((await run(world)).succeeded).toBe(true)
  })

  test('of an API that is off says so', async () => {
    const world = await open()
    const message =
      'IAM Service Account Credentials API has not been used in project 1 before or it is disabled.'
    world
      .server('iamcredentials')
      .faults.push(reply(apiError('PERMISSION_DENIED', message, 'SERVICE_DISABLED')))
    expect(await refusal(world)).toContain(
      `PERMISSION_DENIED: ${message}\nEnable that API in the Google Cloud project (gcloud services enable), and wait a few minutes.\n${LINK}`,
    )
  })
})

describe('the database', () => {
  test('lets the service account in under the name that its engine wants, by TLS', async () => {
    const world = await open()
    const password = (await run(world)).outputs['token']!
    const { refusal: refused } = world.setup.database
    expect(
      refused({ engine: 'postgres', user: 'database@my-project.iam', password, encrypted: true }),
    ).toBeUndefined()
    expect(refused({ engine: 'mysql', user: 'database', password, encrypted: true })).toBeUndefined()
    expect(refused({ engine: 'mysql', user: 'database', password, encrypted: false })).toMatch(/encrypted/)
    expect(refused({ engine: 'mysql', user: SERVICE_ACCOUNT, password, encrypted: true })).toMatch(/no user/)
    expect(refused({ engine: 'mysql', user: 'database', password: 'x', encrypted: true })).toMatch(/failed/)
  })

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
    const login = { engine, user: shell.stdout, password, encrypted: true }
    expect(world.setup.database.refusal(login)).toBeUndefined()
  })

  test('lets in nobody after the token’s hour', async () => {
    let now = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({ now: () => now })
    const { token = '', 'expires-at': ends = '' } = (await run(world, { now: () => now })).outputs
    expect(ends).toBe('2026-11-21T09:00:00.000Z')
    expect(await world.setup.accepts(token)).toBe(true)
    now = Date.parse(ends)
    expect(await world.setup.accepts(token)).toBe(false)
  })

  test('takes no token that can do more', async () => {
    const world = await open()
    await run(world)
    const federated = world.secrets.find(({ name }) => name.startsWith('federated'))!.value
    expect(await world.setup.accepts(federated)).toBe(false)
  })
})

describe('the fake of STS', () => {
  const form = async (world: World): Promise<Record<string, string>> => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: `//iam.googleapis.com/${PROVIDER}`,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: await world.issuer.mint(AUDIENCE),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  })
  const post = async (
    world: World,
    changes: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; error?: string }> => {
    const body = new URLSearchParams({ ...(await form(world)), ...changes })
    const answer = await fetch(`${world.url('sts')}/v1/token`, { method: 'POST', body, headers })
    return { ...((await answer.json()) as { error?: string }), status: answer.status }
  }

  test('takes what is right', async () => {
    expect(await post(await open(), {})).toMatchObject({ status: 200, token_type: 'Bearer' })
  })

  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['an authorization', {}, { authorization: 'Bearer x' }, 'invalid_client'],
    ['an unknown field', { resource: 'x' }, {}, 'invalid_request'],
    ['an audience with https:', { audience: AUDIENCE }, {}, 'invalid_request'],
    [
      'a project id',
      { audience: `//iam.googleapis.com/${PROVIDER.replace('123456789012', 'my-project')}` },
      {},
      'invalid_request',
    ],
    ['no scope', { scope: '' }, {}, 'invalid_scope'],
    ['another grant', { grant_type: 'client_credentials' }, {}, 'invalid_request'],
    ['no JWT', { subject_token: 'x' }, {}, 'invalid_request'],
    ['a JWT that nobody signed', { subject_token: 'e30.e30.c2ln' }, {}, 'invalid_grant'],
  ])('refuses %s', async (_what, changes, headers, error) => {
    expect(await post(await open(), changes, headers)).toMatchObject({ status: 400, error })
  })

  test('refuses a token that has expired', async () => {
    expect(await post(await open({ claims: { exp: 1 } }), {})).toMatchObject({ error: 'invalid_grant' })
  })
})

describe('the fake of IAM credentials', () => {
  const call = async (world: World, token: string, body: object): Promise<unknown> => {
    const path = `/v1/projects/-/serviceAccounts/${SERVICE_ACCOUNT}:generateAccessToken`
    const answer = await fetch(`${world.url('iamcredentials')}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return ((await answer.json()) as { error?: { status: string } }).error?.status
  }

  test('refuses what is wrong', async () => {
    const world = await open()
    await run(world)
    const token = (kind: string): string => world.secrets.find(({ name }) => name.startsWith(kind))!.value
    const scope = ['https://www.googleapis.com/auth/sqlservice.login']
    expect(await call(world, token('federated'), { scope })).toBeUndefined()
    expect(await call(world, 'x', { scope })).toBe('UNAUTHENTICATED')
    expect(await call(world, token('service account'), { scope })).toBe('PERMISSION_DENIED')
    expect(await call(world, token('federated'), { scope: [] })).toBe('INVALID_ARGUMENT')
    expect(await call(world, token('federated'), { scope: scope[0] })).toBe('INVALID_ARGUMENT')
    expect(await call(world, token('federated'), { scope, ttl: 1 })).toBe('INVALID_ARGUMENT')
  })
})
