import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readAction } from '../../dev/runner/action-file.ts'
import { system } from '../../dev/systems/app-server.ts'
import { allSystems } from '../../dev/systems/system.ts'
import { buildBackstage, createWorld, ROOT } from '../../dev/world.ts'

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

test('every system belongs to an action, and declares the output of its credential', async () => {
  for (const each of Object.values(await allSystems())) {
    const { outputs, inputs } = await readAction(join(ROOT, each.action))
    for (const variant of each.variants) {
      const { setup, handlers } = await buildBackstage(each, {
        variant,
        url: (role) => `https://${role}.example`,
      })
      expect(Object.keys(outputs)).toContain(setup.credential)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(setup.inputs())))
      expect(Object.keys(handlers)).toContain(setup.exchangeRole)
    }
  }
})
