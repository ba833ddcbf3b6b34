import type { Identity } from '../fakes/identity.ts'
import { allSystems, hostOf } from '../systems/system.ts'
import { createWorld, type World } from '../world.ts'

/** Where the pages say that a company has put the certificate of its own authority. */
export const AUTHORITY_FILE = '/etc/ssl/certs/corporate-ca.pem'

const systems = Object.values(await allSystems())

/**
 * The system of an action as the pages have it: served by TLS under the very names on the page, which only a proxy
 * knows.
 *
 * @param folder of the action
 * @param inputs `with:` of the example
 */
export async function exampleWorld(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  identity: Identity,
): Promise<World> {
  const system = systems.find(({ action }) => action === (folder || '.'))
  if (system === undefined) throw new Error(`no file in dev/systems is for the action ${folder}`)
  const example = system.example?.(inputs, identity)
  const world = await createWorld(system, {
    ...(example?.variant !== undefined && { variant: example.variant }),
    hosts: (role) => example?.hosts?.[role] ?? hostOf(system, role),
    identity,
  })
  example?.prepare?.(world.setup)
  return world
}
