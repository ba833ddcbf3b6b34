import { globSync } from 'node:fs'
import { sep } from 'node:path'
import type { Handler } from '../fakes/handler.ts'
import type { Identity } from '../fakes/identity.ts'
import type { Basis, Issuer } from '../fakes/issuer.ts'
import type { Suggestion } from '../suggestions.ts'

/** What every system is built on. */
export interface Foundations extends Basis {
  readonly issuer: Issuer
  readonly identity: Identity
  /** The URL at which a role is served, without a slash at the end. Known once the world is up. */
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
  /** Host names by role, as they are where no variable moves them, and in the pages; {@link hostOf} knows the usual ones. */
  readonly hosts?: Readonly<Record<string, string>>
  /**
   * What the examples of the pages need that is not there already. What the system grants is written down here, not taken
   * from the pages: a name that is wrong in one of them is refused.
   *
   * @param inputs `with:` of the example
   */
  readonly example?: (inputs: Readonly<Record<string, string>>, identity: Identity) => Example<S>
}

/** How one example of the pages differs from the usual use of a system. */
export interface Example<S extends Setup> {
  readonly variant?: string
  /** In addition to those of the system. */
  readonly hosts?: Readonly<Record<string, string>>
  prepare?(setup: S): void
}

/** The host name of a role, where no variable moves it. */
export function hostOf({ hosts }: Pick<System, 'hosts'>, role: string): string {
  return hosts?.[role] ?? (role === 'github' ? 'api.github.com' : `${role}.example.com`)
}

/** The fakes of one world, and how the action is pointed to them. */
export interface Setup {
  /** What is served, by role, besides the ID-token endpoint (`oidc`). A role `github` is also the `github.api_url`. */
  readonly handlers: Readonly<Record<string, Handler>>
  /** The role that gives the credential: whose faults are faults of the exchange. */
  readonly exchangeRole: string
  /** The output that holds the credential. */
  readonly credential: string
  /** Other outputs that hold secrets. */
  readonly carriers?: readonly string[]
  /** A complete and correct `with:`. Called once the world is up. */
  readonly inputs: () => Record<string, string>
  /** Environment variables that point the action to the fakes. Called once the world is up. */
  readonly environment?: () => Record<string, string>
  /** Makes the system refuse this job from now on. */
  readonly deny: () => void
  /** What an administrator does about that: pastes what the job summary suggests, or does what the annotation says. */
  readonly mend?: (suggestions: readonly Suggestion[]) => void
  /** How long it takes until that counts, in ms; at once unless given. */
  readonly mendsAfterMs?: number
  /** Whether the credential that came out is good at this moment, by the system's own rules. */
  readonly accepts: (credential: string) => boolean | Promise<boolean>
  /**
   * For a system that stores secrets: stores one more that the job may read, as JSON.
   *
   * @returns how a step refers to it
   */
  readonly store?: (name: string, fields: Readonly<Record<string, string>>) => string
  /** Credentials that the fakes issued, that are alive and could be revoked; left out where none can be. */
  readonly alive?: () => readonly string[]
  /** By which statuses the issuer says that a credential was revoked or has ended, by its role. */
  readonly saysEnded?: Readonly<Record<string, readonly number[]>>
}

/** Every system in this folder, by name: the path in `uses:` (`secret/vault`); the root action's is `app-server`. */
export async function allSystems(): Promise<Record<string, System>> {
  const names = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: ['system.ts'] })
    .map((file) => file.replaceAll(sep, '/').slice(0, -'.ts'.length))
    .sort()
  const modules = await Promise.all(
    names.map(async (name) => (await import(/* @vite-ignore */ `./${name}.ts`)) as { readonly system: System }),
  )
  return Object.fromEntries(names.map((name, index) => [name, modules[index]!.system]))
}
