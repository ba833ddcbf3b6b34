import { describe, expect, test } from 'vitest'
import { inspected } from '../../dev/documents/openapi.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { appServerSystem, type AppServerSettings, type AppServerSetup } from '../../dev/systems/app-server.ts'
import type { System } from '../../dev/systems/system.ts'
import { createWorld, type World, type WorldOptions } from '../../dev/world.ts'
import { appServer } from '../../src/exchanges/app-server/exchange.ts'
import { keep, runStep } from '../exchanges/in-process.ts'

interface Scene {
  readonly world: World<AppServerSetup>
  readonly judge: ReturnType<typeof inspected>
}

/** The system of the root action with its app server behind the validator of the OpenAPI document. */
async function open(
  settings: AppServerSettings = {},
  options: WorldOptions = {},
  change: (reply: FakeReply) => FakeReply = (reply) => reply,
): Promise<Scene> {
  const system = appServerSystem(settings)
  let judge: Scene['judge'] | undefined
  const behind: System<AppServerSetup> = {
    ...system,
    setUp: (foundations, variant) => {
      const setup = system.setUp(foundations, variant)
      const handler = setup.handlers['app-server']!
      judge = inspected(async (request) => change(await handler(request)))
      return { ...setup, handlers: { ...setup.handlers, 'app-server': judge.handler } }
    },
  }
  const world = await keep(createWorld(behind, options))
  return { world, judge: judge! }
}

describe('what our action asks and the fake answers is in the document', () => {
  test.each<[string, AppServerSettings, WorldOptions]>([
    ['a grant', {}, {}],
    ['a grant under the path of a stage', { prefix: '/stage' }, {}],
    ['a grant behind AWS IAM', {}, { variant: 'aws' }],
    ['a grant for all', { regrant: ({ permissions }) => ({ permissions, repositories: undefined }) }, {}],
  ])('%s', async (_, settings, options) => {
    const { world, judge } = await open(settings, options)
    const ran = await runStep(appServer, world, '.')
    expect(ran.errors).toEqual([])
    expect(judge).toMatchObject({ count: 1, faults: [] })
  })

  const elsewhere = (given: string): string => given.replace('eu-central-1', 'us-east-1')
  test.each<[string, number, AppServerSettings, WorldOptions, ((given: string) => string)?]>([
    ['a policy that does not grant it', 403, {}, { inputs: { permissions: 'issues: write' } }],
    ['a body that it does not take', 400, {}, { inputs: { permissions: 'attestations: read' } }],
    ['another audience', 401, {}, { claims: { aud: 'another' } }],
    [
      'another stage of API Gateway',
      403,
      { service: 'execute-api' },
      { variant: 'aws' },
      (given) => given.replace('\nauth', '/prod\nauth'),
    ],
    ['another region', 403, {}, { variant: 'aws' }, elsewhere],
    ['VPC Lattice in another region', 403, { service: 'vpc-lattice-svcs' }, { variant: 'aws' }, elsewhere],
  ])('a refusal: %s', async (_, status, settings, options, change = (given) => given) => {
    const { world, judge } = await open(settings, options)
    const inputs = { 'app-server': change(world.inputs['app-server']!) }
    const ran = await runStep(appServer, world, '.', { inputs })
    expect(ran.errors).toHaveLength(1)
    expect(ran.leaks).toEqual([])
    expect(world.server('app-server').requests.map(({ answered }) => answered)).toEqual([status])
    expect(judge).toMatchObject({ count: 1, faults: [] })
  })
})

test.each<[string, (reply: FakeReply) => FakeReply, string]>([
  ['a status', (reply) => ({ ...reply, status: 201 }), 'status 201 is not in the document'],
  [
    'a content type',
    (reply) => ({ ...reply, headers: { 'content-type': 'text/html' } }),
    '200: the document knows no content type "text/html"',
  ],
  [
    'a body',
    (reply) => ({ ...reply, body: (reply.body as string).replace('"owner":', '"proprietor":') }),
    " must have required property 'owner'",
  ],
])('%s that is not in the document is noted', async (_, change, fault) => {
  const { world, judge } = await open({}, {}, change)
  await runStep(appServer, world, '.')
  expect(judge.faults).toEqual([`POST /access_tokens: ${fault}`])
})
