import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { expectRefused } from './support.ts'

describe.concurrent('a refusal is explained, and says nothing of the event, where its file', () => {
  it.each<[string, string | undefined]>([
    ['is missing', undefined],
    ['is empty', ''],
    ['is not JSON', '{"action": opened}'],
  ])('%s', async (what, text) => {
    await using world = await createWorld(system)
    const path = join(tmpdir(), `event-${process.pid}-${what.replaceAll(' ', '-')}.json`)
    if (text !== undefined) await writeFile(path, text)
    const inputs = { permissions: 'administration: write' }
    const otherPath = `data:text/javascript,process.env.GITHUB_EVENT_PATH=${JSON.stringify(path)}`
    const main = await world.run({ preloads: [otherPath], inputs })
    expect(expectRefused(world, main)).toContain('\nDENIED: ')
    // A push: what was refused is shown, with the claims of the run.
    expect(main.log).toContain('\nsub: repo:octo-org')
    expect(main.raw).not.toContain(path)
  })
})
