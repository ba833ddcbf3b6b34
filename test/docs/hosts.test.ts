import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readActions } from '../../dev/documents/actions.ts'
import { tablesOf } from '../../dev/documents/tables.ts'
import type { GoogleSecretManagerSetup } from '../../dev/systems/secret/google-secret-manager.ts'
import { SECRET } from '../../dev/systems/secret/google-secret-manager.ts'
import { allSystems, hostOf, type Setup, type System } from '../../dev/systems/system.ts'
import { createWorld, ROOT } from '../../dev/world.ts'
import { awsEndpoint } from '../../src/aws/endpoint.ts'
import { inputsOf } from '../inputs/fixture.ts'
import { expectGranted, expectRefused } from '../scenarios/support.ts'

/*
 * The table of hosts in the threat model, held against what `dist` asks a proxy for: every action, in every way to use it,
 * with its post step, and once with a failure after the grant. No variable points an action anywhere.
 */

const FILE = 'docs/threat-model.md'
/** As {@link hostOf} has it. */
const ID_TOKENS = 'oidc.example.com'

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

interface Contacts {
  readonly main: readonly string[]
  readonly post: readonly string[]
  /** In a main step that fails after the grant. */
  readonly failed: readonly string[]
  /** By input, where it holds a host. */
  readonly inputs: Readonly<Record<string, string>>
}

/** What each use of an action contacted, without the ID-token endpoint, which each must contact. */
async function contactsOf(system: System, variant: string, use?: typeof REGIONAL): Promise<Contacts> {
  await using world = await createWorld(system, {
    variant,
    hosts: (role) => (use && role === 'secretmanager' ? use.host : hostOf(system, role)),
  })
  const env = Object.fromEntries(Object.keys(world.setup.environment?.() ?? {}).map((name) => [name, undefined]))
  use?.prepare(world.setup)
  let seen = 0
  const contacted = (): string[] => {
    const targets = world.proxy!.targets.slice(seen).map(({ target }) => target.replace(/:443$/, ''))
    seen += targets.length
    return [...new Set(targets)]
  }
  const main = await world.run({ env, inputs: use?.inputs ?? {} })
  await expectGranted(world, main)
  const first = contacted()
  expect(first).toContain(ID_TOKENS)
  if (actions.find(({ folder }) => folder === system.action.replace('.', ''))?.runs.post !== undefined) {
    await world.post(main, { env })
  }
  const post = contacted()
  expectRefused(world, await world.run({ env: { ...env, GITHUB_OUTPUT: undefined }, inputs: use?.inputs ?? {} }))
  const inputs = { 'github-api-url': 'https://api.github.com', ...world.inputs }
  return {
    main: first.filter((host) => host !== ID_TOKENS),
    post: post.filter((host) => host !== ID_TOKENS),
    failed: contacted().filter((host) => host !== ID_TOKENS),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, /([\w-]+\.)+[a-z]{2,}/.exec(value)?.[0] ?? '']),
    ),
  }
}

const text = readFileSync(join(ROOT, FILE), 'utf8')
const table = tablesOf({ file: FILE, text }).find(({ head }) => head.join() === 'action,hosts')!
/** The cell of an action, by the name of its system. */
const rows = new Map(
  table.rows.map(([action = '', hosts = '']) => [action.replace('root', 'app-server').replaceAll('`', ''), hosts]),
)
const actions = readActions()
const systems = Object.entries(await allSystems())

/** The hosts that a part of a cell names, as patterns. */
function hostsIn(text: string, inputs: Contacts['inputs']): RegExp[] {
  const given = [...text.matchAll(/the host in `([\w-]+)`/g)].map(([, name = '']) => inputs[name] ?? name)
  const fixed = [...text.matchAll(/`([\w.-]+\.com)`/g)].map(([, host = '']) => host)
  return [...given, ...fixed].map(
    (host) => new RegExp(`^${host.replaceAll('.', '\\.').replace(/REGION|LOCATION/, '[a-z]+-[a-z]+-?\\d+')}$`),
  )
}

test('there is a row for every system and for nothing else', () => {
  expect([...rows.keys()].sort()).toEqual(['every one', ...systems.map(([name]) => name)].sort())
  expect(rows.get('every one')).toContain('`ACTIONS_ID_TOKEN_REQUEST_URL`')
  expect(actions).toHaveLength(systems.length)
})

test('the domains of AWS are those that its regions get', () => {
  const regions = ['eu-central-1', 'cn-north-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1']
  const domains = [...regions, 'us-isof-south-1', 'eusc-de-east-1', 'us-gov-west-1'].map((region) =>
    awsEndpoint(inputsOf(), {}, 'sts', 'STS', region).hostname.replace(`sts.${region}.`, ''),
  )
  const [, sentence = ''] = /instead of (.*?) *\|/.exec(text) ?? []
  expect([...sentence.matchAll(/`([^`]+)`/g)].map(([, domain]) => domain).sort()).toEqual([...new Set(domains)].sort())
})

describe.concurrent.each(systems)('%s', (name, system) => {
  test('contacts the hosts of its row, each of them, and no other', async () => {
    const all: Contacts[] = []
    for (const variant of system.variants) all.push(await contactsOf(system, variant))
    if (name === REGIONAL.system) all.push(await contactsOf(system, system.variants[0], REGIONAL))
    const [inMain = '', atTheEnd = ''] = (rows.get(name) ?? '').split('; when the job ends')
    const expectedOf = (contacts: Contacts): Record<'main' | 'end', RegExp[]> => {
      // Where a use has no input of that name, another one holds the same host.
      const inputs = { ...all[0]!.inputs, ...contacts.inputs }
      return { main: hostsIn(inMain, inputs), end: hostsIn(atTheEnd, inputs) }
    }
    for (const contacts of all) {
      const { main, post, failed } = contacts
      const expected = expectedOf(contacts)
      expect(main.filter((host) => !expected.main.some((each) => each.test(host)))).toEqual([])
      expect(post.filter((host) => !expected.end.some((each) => each.test(host)))).toEqual([])
      const both = [...expected.main, ...expected.end]
      expect(failed.filter((host) => !both.some((each) => each.test(host)))).toEqual([])
      // What is revoked when the job ends is revoked at once where the step fails.
      expect(failed).toEqual(expect.arrayContaining([...post]))
    }
    const contacted = all.flatMap(({ main, post }) => [...main, ...post])
    const expected = expectedOf(all[0]!)
    const never = [...expected.main, ...expected.end].filter((each) => !contacted.some((host) => each.test(host)))
    expect(never).toEqual([])
  })
})
