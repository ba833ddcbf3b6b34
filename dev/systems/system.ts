import { globSync } from 'node:fs'
import { sep } from 'node:path'
import type { Handler, Now } from '../fakes/handler.ts'
import type { Identity } from '../fakes/identity.ts'
import type { Issuer } from '../fakes/issuer.ts'
import type { Issue } from '../fakes/secrets.ts'

/** What every system is built on. */
export interface Foundations {
  readonly issuer: Issuer
  readonly identity: Identity
  readonly now: Now
  /** Takes note of a secret, so that tests find it where it must not be. */
  readonly issue: Issue
  /** The URL at which a role is served, without a slash at the end. Known once the world stands. */
  readonly url: (role: string) => string
}

/**
 * The system behind one action, as strict fakes. One file in this folder exports it as `system`, at the path of the
 * action; contract tests, demo and bench find it there.
 */
export interface System<S extends Setup = Setup> {
  /** Folder of the action, relative to the repository; `.` for the root. */
  readonly action: string
  /** Ways to use the action that differ in the systems involved. The first is the usual one. */
  readonly variants: readonly [string, ...string[]]
  /** Makes the fakes, new for each world. */
  readonly setUp: (foundations: Foundations, variant: string) => S
}

/** The fakes of one world, and how the action is pointed to them. */
export interface Setup {
  /** What is served, by role, beside the ID-token endpoint (`oidc`). A role `github` is also the `github.api_url`. */
  readonly handlers: Readonly<Record<string, Handler>>
  /** The role that gives the credential: whose faults are faults of the exchange. */
  readonly exchangeRole: string
  /** The output that holds the credential. */
  readonly credential: string
  /** Other outputs that hold secrets. */
  readonly carriers?: readonly string[]
  /** A complete and correct `with:`. Called once the world stands. */
  readonly inputs: () => Record<string, string>
  /** Environment variables that point the action to the fakes. Called once the world stands. */
  readonly environment?: () => Record<string, string>
  /** Makes the system refuse this job from now on. */
  readonly deny: () => void
  /** Whether the credential that came out is good at this moment, by the system's own rules. */
  readonly accepts: (credential: string) => boolean | Promise<boolean>
  /** Credentials that the fakes issued, that are alive and could be revoked; left out where none can be. */
  readonly alive?: () => readonly string[]
}

/** Every system in this folder, by name: the path in `uses:` (`secret/vault`); the root action's is `app-server`. */
export async function allSystems(): Promise<Record<string, System>> {
  const names = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: ['system.ts'] })
    .map((file) => file.replaceAll(sep, '/').slice(0, -'.ts'.length))
    .sort()
  const modules = await Promise.all(
    names.map(
      async (name) => (await import(/* @vite-ignore */ `./${name}.ts`)) as { readonly system: System },
    ),
  )
  return Object.fromEntries(names.map((name, index) => [name, modules[index]!.system]))
}
