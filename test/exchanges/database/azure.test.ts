import { describe, expect, test } from 'vitest'
import { fault, forEver } from '../../../dev/fakes/faults.ts'
import { entraError, type FederatedCredential } from '../../../dev/fakes/entra.ts'
import { ISSUER } from '../../../dev/fakes/issuer.ts'
import { CLIENT, system, TENANT } from '../../../dev/systems/database/azure.ts'
import type { World } from '../../../dev/world.ts'
import { entraRefusal } from '../../../src/azure/refusal.ts'
import { readFederation } from '../../../src/azure/settings.ts'
import { azureDatabase } from '../../../src/exchanges/database/azure.ts'
import type { Explanation } from '../../../src/explanation.ts'
import { answer } from '../../http/fixture.ts'
import { inputsOf } from '../../inputs/fixture.ts'
import { LINK, opening, refusalOf, stepsOf, SUBJECT } from '../in-process.ts'

const open = opening(system)
const { run, refusal } = stepsOf(azureDatabase, 'database/azure')

const AUDIENCE = 'api://AzureADTokenExchange'

const INPUTS = { 'tenant-id': TENANT, 'client-id': CLIENT }

const answers = (world: World): unknown[] => world.server('login').requests.map(({ answered }) => answered)

/** The settings that inputs and variables give. @throws ActionError that lists the problems in them */
function settingsOf(given: Record<string, string>, environment: Record<string, string> = {}): unknown {
  const inputs = inputsOf({ ...INPUTS, ...given })
  const settings = azureDatabase.settings(inputs, environment)
  inputs.check()
  return settings
}

test('a password is asked for as Microsoft documents it, for the databases of Azure and nothing else', async () => {
  const sentAt = Date.parse('2026-11-21T08:00:00Z')
  const world = await open({ now: () => sentAt })
  const ran = await run(world, { now: () => sentAt })
  const { token = '' } = ran.outputs
  expect(ran.outputs).toEqual({ token, 'expires-at': '2026-11-21T09:10:00.000Z' })
  expect(ran.infos).toEqual([`Database password for "${CLIENT}"; ends 2026-11-21T09:10:00.000Z`])
  const [request] = world.server('login').requests
  expect(request).toMatchObject({ method: 'POST', path: `/${TENANT}/oauth2/v2.0/token`, answered: 200 })
  expect(request!.headers).not.toHaveProperty('authorization')
  expect(Object.fromEntries(new URLSearchParams(request!.body))).toEqual({
    client_id: CLIENT,
    scope: 'https://ossrdbms-aad.database.windows.net/.default',
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: world.issuer.issued[0]!.token,
  })
})

describe('settings', () => {
  test.each([
    ['public', 'login.microsoftonline.com', AUDIENCE, 'windows.net'],
    ['usgov', 'login.microsoftonline.us', `${AUDIENCE}USGov`, 'usgovcloudapi.net'],
    ['china', 'login.chinacloudapi.cn', `${AUDIENCE}China`, 'chinacloudapi.cn'],
  ])('the cloud %s has a login host, an audience and databases of its own', (cloud, login, audience, domain) => {
    expect(settingsOf({ cloud })).toEqual({
      tenantId: TENANT,
      clientId: CLIENT,
      audience,
      resource: `https://ossrdbms-aad.database.${domain}`,
      url: new URL(`https://${login}/${TENANT}/oauth2/v2.0/token`),
    })
  })

  test.each(['https://login.microsoftonline.us/', 'login.microsoftonline.us'])(
    'AZURE_AUTHORITY_HOST (%s) moves the login host and nothing else',
    (host) => {
      expect(settingsOf({}, { AZURE_AUTHORITY_HOST: host })).toMatchObject({
        audience: AUDIENCE,
        url: new URL(`https://login.microsoftonline.us/${TENANT}/oauth2/v2.0/token`),
      })
    },
  )

  test('the tenant can be a domain, the audience another', () => {
    const settings = settingsOf({ 'tenant-id': 'example.onmicrosoft.com', audience: 'api://mine' })
    expect(settings).toMatchObject({ audience: 'api://mine', tenantId: 'example.onmicrosoft.com' })
  })

  test.each([
    ['tenant-id', 'common', `must be the ID of a tenant, or one of its domains, not "common"; for example: ${TENANT}`],
    ['tenant-id', `${TENANT}/../x`, 'must be the ID of a tenant'],
    ['client-id', 'deploy', 'must be the client ID of an application or of a managed identity, not "deploy"'],
    ['cloud', 'AzureCloud', 'must be one of public, usgov, china, not "AzureCloud"; for example: public'],
  ])('refuses %s: %s', (name, value, rule) => {
    expect(() => settingsOf({ [name]: value })).toThrow(`${name} ${rule}`)
  })

  test('refuses an AZURE_AUTHORITY_HOST that is not encrypted', () => {
    expect(() => settingsOf({}, { AZURE_AUTHORITY_HOST: 'http://login.example.com' })).toThrow(
      'AZURE_AUTHORITY_HOST must begin with https://',
    )
  })
})

describe('a refusal by Entra', () => {
  test('for the subject names it, and gives the federated credential that accepts the run', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    expect(refusalOf(ran)).toBe(
      [
        "Microsoft Entra (HOST) refused (401 Unauthorized): AADSTS700213: No matching federated identity record found for presented assertion subject '(sub)'.",
        `No federated credential of "${CLIENT}" has the subject (sub) of the ID token, "${SUBJECT}". Entra compares the whole text, and a * in it stands for itself. The subject has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.`,
        LINK,
      ].join('\n'),
    )
    expect(ran.group.join('\n')).toMatch(/\nrequest id: [\da-f-]{36}\n/)
    const json = ran.group.slice(ran.group.indexOf('{')).join('\n')
    const credential = JSON.parse(json) as FederatedCredential
    expect(credential).toEqual({
      name: 'repo-octo-org-6811672-workflows-216219028-ref-refs-heads-main',
      issuer: ISSUER,
      subject: SUBJECT,
      audiences: [AUDIENCE],
    })
    world.setup.clients[CLIENT] = [credential]
    expect((await run(world)).succeeded).toBe(true)
    expect(answers(world)).toEqual([401, 200])
  })

  const credential = { issuer: ISSUER, subject: SUBJECT, audiences: [AUDIENCE] }
  test.each<[string, readonly FederatedCredential[], string]>([
    [
      'the case of the subject',
      [{ ...credential, subject: SUBJECT.replace('octo-org', 'Octo-Org') }],
      `the ID token, "${SUBJECT}". One differs from it in the case of its letters alone. Entra compares`,
    ],
    [
      'the issuer',
      [{ ...credential, issuer: `${ISSUER}/` }],
      `No federated credential of "${CLIENT}" has the issuer of the ID token, "${ISSUER}". Entra compares the whole text: there is no slash at its end.`,
    ],
    [
      'the audience',
      [{ ...credential, audiences: ['api://mine'] }],
      `The audience of the ID token was "${AUDIENCE}": give the federated credential of "${CLIENT}" this one, or set \`audience\` to the one that it has.`,
    ],
    ['no credential', [], `"${CLIENT}" has no federated credential: create one, or check \`client-id\`.`],
  ])('for %s says what to change', async (_what, credentials, hint) => {
    const world = await open()
    world.setup.clients[CLIENT] = credentials
    expect(await refusal(world)).toContain(hint)
    expect(answers(world)).toEqual([401])
  })

  /** What a person can do about a code of Entra. */
  function explained(code: number, sub = SUBJECT): Explanation {
    const { status, body } = entraError(401, 'invalid_client', code, 'No.')
    const federation = readFederation(inputsOf(INPUTS), {}, 'usgov', 'https://api.example.com')
    return entraRefusal(answer(status, body), federation, undefined).explain!({ iss: ISSUER, sub })
  }

  test.each([
    [90002, `Check \`tenant-id\`: login.microsoftonline.us knows no tenant "${TENANT}". Other clouds have other`],
    [700016, `There is no application or managed identity "${CLIENT}" in the tenant "${TENANT}"`],
    [500011, `The tenant "${TENANT}" does not know https://api.example.com: check \`tenant-id\`, and whether`],
    [700024, 'run the job again. On GitHub Enterprise Server, check its clock.'],
    [700038, `Check \`client-id\`: "${CLIENT}" is no application.`],
    [7002137, `has the subject (sub) of the ID token, "${SUBJECT}".`],
  ])('with AADSTS%i says what to do', (code, hint) => {
    expect(explained(code).hint).toContain(hint)
  })

  test('with a code that is not known has no advice', () => {
    expect(explained(53003)).toEqual({})
  })

  test.each([
    ['of a pull request', 'repo:octo-org/workflows:ref:refs/pull/7/merge', 'is that of one pull request'],
    ['that names no repository', 'environment:production', undefined],
  ])('suggests no credential for a subject %s', (_what, subject, said) => {
    const { advice, paste } = explained(700213, subject)
    expect([advice, paste]).toEqual([said === undefined ? undefined : expect.stringContaining(said), undefined])
  })
})

describe('what passes is tried again', () => {
  test.each([
    ['temporarily_unavailable', entraError(400, 'temporarily_unavailable', 90033, 'A transient error has occurred.')],
    ['a credential that is new', entraError(401, 'invalid_client', 70021, 'No matching federated identity record.')],
    ['an empty body that says 200', { status: 200, body: '' }],
  ])('%s, with another ID token', async (_what, reply) => {
    const world = await open()
    world.server('login').faults.push(fault.answer(reply), fault.answer(reply))
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.slept).toHaveLength(2)
    expect(world.server('login').requests).toHaveLength(3)
    const sent = world.server('login').requests.map(({ body }) => new URLSearchParams(body).get('client_assertion'))
    expect(new Set(sent)).toEqual(new Set(world.issuer.issued.map(({ token }) => token)))
    expect(new Set(sent).size).toBe(3)
  })

  test('until the deadline, which tells of the credential that may be new, and of the claims', async () => {
    const world = await open()
    const unknown = entraError(401, 'invalid_client', 70021, 'No matching federated identity record.')
    world.server('login').faults.push(forEver(() => fault.answer(unknown)))
    const ran = await run(world, { inputs: { 'timeout-seconds': '5' } })
    const text = refusalOf(ran)
    expect(answers(world).length).toBeGreaterThan(2)
    expect(text).toContain('If there is one, it is new: it takes some minutes to work.')
    expect(text).toContain('\nOVERLOADED: ')
    expect(ran.group).toContain(`sub: ${SUBJECT}`)
    expect(ran.summary).toContain(`"subject": "${SUBJECT}"`)
  })

  test('an answer that stays empty is no refusal of Entra', async () => {
    const world = await open()
    world.server('login').faults.push(forEver(() => fault.answer({ status: 200, body: '' })))
    expect(await refusal(world, { inputs: { 'timeout-seconds': '5' } })).toMatch(
      /^Microsoft Entra \(HOST\) could not answer \(200 OK\)\. Gave up after \d+ attempts/,
    )
  })
})
