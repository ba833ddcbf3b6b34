import { describe, expect, it } from 'vitest'
import { fault } from '../../dev/fakes/faults.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { answers, expectGranted, expectRefused } from './support.ts'
import { changed, shown } from './hostile.ts'

describe.concurrent('an answer of 200', () => {
  const bodies: [string, FakeReply['body'], string][] = [
    ['is nothing', '', 'answered 200 with nothing'],
    ['is a page of HTML', '<!doctype html><title>Sign in</title>', 'answered 200 with a web page (HTML)'],
    ['is text', 'OK', 'answered 200 with something that is not a JSON object'],
    ['is a list', '[]', 'answered 200 with something that is not a JSON object'],
    ['is null', 'null', 'answered 200 with something that is not a JSON object'],
    ['is a string', '"::add-path::/tmp"', 'answered 200 with something that is not a JSON object'],
    ['is JSON cut short', '{"token":"ghs_', 'answered 200 with something that is not a JSON object'],
    [
      'is UTF-16',
      Buffer.from('{"token":"x"}', 'utf16le'),
      'answered 200 with something that is not a JSON object',
    ],
    ['is nested deeply', '['.repeat(100_000), 'answered 200 with something that is not a JSON object'],
    ['is of the prototype', '{"__proto__":{"token":"x","value":"x"}}', 'is missing'],
  ]
  const rows = ['oidc', 'app-server'].flatMap((role) => bodies.map((each) => [role, ...each] as const))
  it.each(rows)('of %s that %s is refused', async (role, _name, body, why) => {
    const faults = { [role]: [fault.answer({ status: 200, body: body ?? '' })] }
    await using world = await createWorld(system, { faults })
    const message = expectRefused(world, await world.run())
    expect(message).toContain(why)
    expect(message).toContain('\nUNUSABLE_ANSWER: ')
    expect(answers(world, role)).toEqual(['status 200'])
  })

  it('with hostile names beside the token hands over none of them', async () => {
    const evil = '\n::add-path::/tmp/evil'
    const faults = {
      'app-server': [
        changed({
          owner: evil,
          repositories: [evil, 'workflows', 7, null, '##[set-env name=A]b', '../..'],
          permissions: {
            [evil]: 'read',
            contents: evil,
            issues: 'read',
            '##[group]': 'write',
            ['__proto__']: 'read',
          },
          expires_at: evil,
          token_hash: evil,
        }),
      ],
    }
    await using world = await createWorld(system, { faults, inputs: { 'job-summary': 'always' } })
    const main = await world.run()
    await expectGranted(world, main)
    expect(main.outputs).toMatchObject({
      owner: 'octo-org',
      repositories: '["workflows"]',
      permissions: '{"issues":"read"}',
    })
    expect(main.outputs['expires-at']).toBeUndefined()
    expect(shown(main)).not.toContain('add-path')
    expect(shown(main)).not.toContain('set-env')
    expect(answers(world, 'app-server')).toEqual(['alter'])
  })
})

// More do not fit into the 1 MiB of an answer that is read.
describe.concurrent('a grant of 40,000', () => {
  const names = Array.from({ length: 40_000 }, (_, index) => `repository-${index}`)
  const scopes = (index: number): string =>
    Array.from(String(index), (digit) => String.fromCharCode(97 + Number(digit))).join('')
  const many = Object.fromEntries(names.map((_, index) => [`scope-${scopes(index)}`, 'write']))
  it.each<[string, Record<string, unknown>, RegExp, RegExp]>([
    [
      'repositories',
      { repositories: ['workflows', ...names] },
      /^Token for "octo-org\/workflows", "octo-org\/repository-0", .* and 39991 more: contents: read; ends /,
      /^The app server granted more than requested: repository "repository-0", .* and 39990 more\.$/,
    ],
    [
      'permissions',
      { permissions: many },
      /^Token for "octo-org\/workflows": scope-a: write, .* and 39990 more; ends /,
      /^The app server granted more than requested: scope-a: write, .* and 39990 more\.$/,
    ],
  ])('%s is shown by its beginning; the outputs are whole', async (name, members, line, warning) => {
    await using world = await createWorld(system, {
      faults: { 'app-server': [changed(members)] },
      inputs: { 'job-summary': 'always' },
    })
    const main = await world.run()
    await expectGranted(world, main)
    expect(main.log.split('\n').find((each) => each.startsWith('Token for'))).toMatch(line)
    expect(main.annotations.at(-1)?.message).toMatch(warning)
    expect(main.log.length).toBeLessThan(4_000)
    expect(main.summary.length).toBeLessThan(4_000)
    expect(main.summary).toMatch(/&#8230; and \d{6} more characters<\/code>/)
    expect(JSON.parse(main.outputs[name] ?? '')).toEqual(Object.values(members)[0])
  })

  const more = Array.from({ length: 70_000 }, (_, index) => `repository-${index}`)
  it.each<[string, Record<string, unknown>]>([
    ['repositories', { repositories: more }],
    ['permissions', { permissions: Object.fromEntries(more.map((name) => [name, 'write'])) }],
  ])(
    '%s and 30,000 more are not read: the error names the limit, and the token that lives on',
    async (_, members) => {
      await using world = await createWorld(system, { faults: { 'app-server': [changed(members)] } })
      const main = await world.run()
      expect(expectRefused(world, main)).toMatch(
        /^The app server \(127\.0\.0\.1:\d+\): the answer is larger than 1 MiB\.\nIf it issued a token, nobody has it: it cannot be revoked here, and ends within the hour\.\nUNUSABLE_ANSWER: /,
      )
      expect(answers(world, 'app-server')).toEqual(['alter'])
      expect(world.setup.github.issued).toHaveLength(1)
    },
  )
})

it.each([
  ['somebody', ['The app server granted a token for "somebody", not for "octo-org".']],
  ['OCTO-Org', []],
])('a grant of the owner %s is told from what was asked', async (owner, warnings) => {
  await using world = await createWorld(system, { faults: { 'app-server': [changed({ owner })] } })
  const main = await world.run()
  await expectGranted(world, main)
  expect(main.annotations.map(({ message }) => message)).toEqual(warnings)
  expect(main.outputs['owner']).toBe(owner)
})

describe.concurrent('the end of a token by its server', () => {
  it.each([
    [
      'is past',
      '2020-01-01T00:00:00.000Z',
      "is in the past by this runner's clock: one of the two clocks is wrong.",
    ],
    ['is absurd', '+275760-09-13T00:00:00.000Z', 'is more than a year away: do not rely on that.'],
  ])('%s: the token is used, with a warning, and revoked', async (_name, ends, words) => {
    await using world = await createWorld(system, {
      faults: { 'app-server': [changed({ expires_at: ends })] },
    })
    const main = await world.run()
    const token = await expectGranted(world, main)
    expect(main.outputs['expires-at']).toBe(ends)
    expect(main.annotations).toEqual([
      { level: 'warning', message: `The server says that the credential ends at ${ends}, which ${words}` },
    ])
    const post = await world.post(main)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'The token was revoked.\n' })
    expect(await world.setup.accepts(token)).toBe(false)
  })
})
