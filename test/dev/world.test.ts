import { expect, test } from 'vitest'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'

test('a world runs an action and its post stage, knows its secrets, and finds one that shows', async () => {
  await using world = await createWorld(system)
  const main = await world.run()
  const token = main.outputs['token']!
  expect(await world.setup.accepts(token)).toBe(true)
  expect(world.secrets.map(({ name }) => name)).toEqual([
    'ID-token request token',
    'ID token 1 (127.0.0.1)',
    'GitHub token 1',
  ])
  expect(world.leaks(main)).toEqual([])
  const [, idToken] = world.secrets
  expect(world.leaks({ ...main, log: `${main.log}${idToken!.value}` })).toEqual([`${idToken!.name} in log`])
  await world.post(main)
  expect(await world.setup.accepts(token)).toBe(false)
})
