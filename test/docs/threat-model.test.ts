import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readDocument } from '../../dev/documents/fences.ts'
import { tablesOf } from '../../dev/documents/tables.ts'
import { SECRET, type GoogleSecretManagerSetup } from '../../dev/systems/secret/google-secret-manager.ts'
import { allSystems, hostOf, type Setup, type System } from '../../dev/systems/system.ts'
import { createWorld, ROOT } from '../../dev/world.ts'
import { awsEndpoint } from '../../src/aws/endpoint.ts'
import { inputsOf } from '../inputs/fixture.ts'
import { expectGranted, expectRefused, savedToken } from '../scenarios/support.ts'

const page = readDocument('docs/threat-model.md')
const tables = tablesOf(page)
const systems = Object.entries(await allSystems())

describe('the table of hosts', () => {
  const { rows } = tables.find(({ head }) => head.join() === 'action,hosts')!
  /** By the name of the system. */
  const cells = new Map(
    rows.map(([action = '', hosts = '']) => [action.replace('root', 'app-server').replaceAll('`', ''), hosts]),
  )

  test('has a row for every system and for nothing else', () => {
    expect([...cells.keys()].sort()).toEqual(['every one', ...systems.map(([name]) => name)].sort())
    expect(cells.get('every one')).toContain('`ACTIONS_ID_TOKEN_REQUEST_URL`')
  })

  /** A use of an action that its variants do not have: a regional secret of Google. */
  const REGIONAL = {
    system: 'secret/google-secret-manager',
    host: 'secretmanager.europe-west3.rep.googleapis.com',
    inputs: { secret: 'projects/my-project/locations/europe-west3/secrets/database-password' },
    prepare(setup: Setup): void {
      const { secrets } = setup as GoogleSecretManagerSetup
      secrets[SECRET.replace('/secrets/', '/locations/europe-west3/secrets/')] = secrets[SECRET]!
    },
  }

  interface Contacts extends Record<'main' | 'end', readonly string[]> {
    readonly inputs: Readonly<Record<string, string>>
  }

  /** What the stages of an action asked the proxy for, and its inputs. No variable points the action anywhere. */
  async function contactsOf(system: System, variant: string, use?: typeof REGIONAL): Promise<Contacts> {
    await using world = await createWorld(system, {
      variant,
      hosts: (role) => (use && role === 'secretmanager' ? use.host : hostOf(system, role)),
    })
    const env = Object.fromEntries(Object.keys(world.setup.environment?.() ?? {}).map((name) => [name, undefined]))
    use?.prepare(world.setup)
    const inputs = use?.inputs ?? {}
    let seen = 0
    const contacted = (): string[] => {
      const targets = world.proxy!.targets.slice(seen).map(({ target }) => target.replace(/:443$/, ''))
      seen += targets.length
      return [...new Set(targets)].filter((host) => host !== 'oidc.example.com').sort()
    }
    const granted = await world.run({ env, inputs })
    await expectGranted(world, granted)
    const main = contacted()
    if (savedToken(granted.state) !== undefined) await world.post(granted, { env })
    const end = contacted()
    // What is revoked when the job ends is revoked at once where the step fails.
    expectRefused(world, await world.run({ env: { ...env, GITHUB_OUTPUT: undefined }, inputs }))
    expect(contacted()).toEqual([...new Set([...main, ...end])].sort())
    return { main, end, inputs: { 'github-api-url': 'https://api.github.com', ...world.inputs } }
  }

  /** The hosts that a part of a cell names, as patterns. */
  function hostsIn(cell: string, inputs: Contacts['inputs']): RegExp[] {
    const given = [...cell.matchAll(/the host in `([\w-]+)`/g)].map(
      ([, name = '']) => /([\w-]+\.)+[a-z]{2,}/.exec(inputs[name] ?? '')?.[0] ?? name,
    )
    const fixed = [...cell.matchAll(/`([\w.-]+\.com)`/g)].map(([, host = '']) => host)
    return [...given, ...fixed].map(
      (host) => new RegExp(`^${host.replaceAll('.', '\\.').replace(/REGION|LOCATION/, '[a-z]+-[a-z]+-?\\d+')}$`),
    )
  }

  test.concurrent.each(systems)(
    '%s contacts the hosts of its row, each of them, and no other',
    async (name, system) => {
      const all: Contacts[] = []
      for (const variant of system.variants) all.push(await contactsOf(system, variant))
      if (name === REGIONAL.system) all.push(await contactsOf(system, system.variants[0], REGIONAL))
      const [main = '', end = ''] = cells.get(name)!.split('; when the job ends')
      for (const [stage, cell] of Object.entries({ main, end }) as ['main' | 'end', string][]) {
        // Where a use has no input of that name, another one holds the same host.
        const listed = all.map(({ inputs }) => hostsIn(cell, { ...all[0]!.inputs, ...inputs }))
        const unlisted = all.flatMap((each, use) =>
          each[stage].filter((host) => !listed[use]!.some((pattern) => pattern.test(host))),
        )
        expect(unlisted).toEqual([])
        const contacted = all.flatMap((each) => each[stage])
        expect(listed[0]!.filter((pattern) => !contacted.some((host) => pattern.test(host)))).toEqual([])
      }
    },
  )

  test('names the domains that the regions of AWS get', () => {
    const regions = ['eu-central-1', 'cn-north-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1']
    const domains = [...regions, 'us-isof-south-1', 'eusc-de-east-1', 'us-gov-west-1'].map((region) =>
      awsEndpoint(inputsOf(), {}, 'sts', 'STS', region).hostname.replace(`sts.${region}.`, ''),
    )
    const [, sentence = ''] = /instead of (.*?) *\|/.exec(page.text) ?? []
    const named = [...sentence.matchAll(/`([^`]+)`/g)].map(([, domain]) => domain)
    expect(named.sort()).toEqual([...new Set(domains)].sort())
  })
})

test('every variable that the sources or dist name is in the table of variables, and no other', () => {
  const { rows } = tables.find(({ head }) => head[0] === 'variable')!
  const listed = rows.flatMap(([cell = '']) => [...cell.matchAll(/`([\w…]+)`/g)].map(([, name]) => name!))
  const find = (pattern: string, names: RegExp): string[] =>
    globSync(pattern, { cwd: ROOT })
      .map((file) => readFileSync(join(ROOT, file), 'utf8'))
      .flatMap((text) => [...text.matchAll(names)].map(([, name]) => name!))
  const named = new Set([
    ...find('src/**/*.ts', /'((?:ACT|GITHUB_\w+|ACTIONS_\w+|AWS_\w+|AZURE_\w+|NODE_[A-Z_]+|RUNNER_\w+|no_proxy))'/g),
    // Proxies are listed in lower case only.
    ...find('dist/**/*.js', /\bprocess\.env(?:\.|\[')(\w+)/g).filter((name) => !/^(?:HTTPS?|NO)_PROXY$/.test(name)),
  ])
  // Named in a message, not read.
  named.delete('AWS_ENDPOINT_URL_SECRETS_MANAGER')
  expect([...named].filter((name) => !listed.includes(name))).toEqual([])
  // What only Node.js itself reads, or what is named in parts.
  const others =
    /^(?:INPUT_…|STATE_revocable|NODE_USE_SYSTEM_CA|GITHUB_(?:OUTPUT|STATE)|AWS_(?:ACCESS|SECRET|SESSION|CREDENTIAL|ENDPOINT_URL_)\w*|GHA_\w+|https?_proxy)$/
  expect(listed.filter((name) => !named.has(name) && !others.test(name))).toEqual([])
})
