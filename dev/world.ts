import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCertificates, type Certificates } from './fakes/certificates.ts'
import type { FaultEntry } from './fakes/faults.ts'
import type { Handler, Now } from './fakes/handler.ts'
import { defaultIdentity, type Identity } from './fakes/identity.ts'
import { createIssuer, generateIssuerKeys, type Issuer, type IssuerKeys, type IssuerOptions } from './fakes/issuer.ts'
import { startProxy, type Proxy, type ProxyOptions } from './fakes/proxy.ts'
import { relay } from './fakes/relay.ts'
import type { IssuedSecret } from './fakes/secrets.ts'
import { serve, type FakeServer, type ServeOptions } from './fakes/serve.ts'
import { situations, type Situation } from './runner/context.ts'
import { leaks } from './runner/leaks.ts'
import { runAction, runPost, type StageOptions, type StageResult } from './runner/runner.ts'
import type { Foundations, Setup, System } from './systems/system.ts'

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..')

let issuerKeys: Promise<IssuerKeys> | undefined

/** A system and its issuer as pure handlers: what a world serves, or a test calls in process. */
interface Backstage<S extends Setup> {
  readonly issuer: Issuer
  readonly identity: Identity
  readonly setup: S
  /** The handlers of the setup, and `oidc`. */
  readonly handlers: Readonly<Record<string, Handler>>
  /** Every secret issued so far, the request token first. */
  readonly secrets: IssuedSecret[]
}

interface BackstageOptions {
  /** One of the system's; the first unless given. */
  readonly variant?: string
  readonly situation?: Situation
  /** Changes to the identity that the situation gives. */
  readonly identity?: Partial<Identity>
  /** The clock of all fakes. */
  readonly now?: Now
  /** Claims that the issuer adds or replaces. */
  readonly claims?: IssuerOptions['claims']
}

/** Builds the fakes of a system without serving them. */
export async function buildBackstage<S extends Setup>(
  system: System<S>,
  options: BackstageOptions & Pick<Foundations, 'url'>,
): Promise<Backstage<S>> {
  const identity = { ...defaultIdentity, ...options.situation?.identity, ...options.identity }
  const now = options.now ?? Date.now
  const variant = options.variant ?? system.variants[0]
  if (!system.variants.includes(variant)) throw new Error(`no variant ${variant} of ${system.action}`)
  const secrets: IssuedSecret[] = []
  const issue: Foundations['issue'] = (name, value, { inState = false } = {}) => {
    secrets.push({ name, value, inState })
  }
  issuerKeys ??= generateIssuerKeys()
  const { claims = {}, url } = options
  const issuer = await createIssuer({ keys: await issuerKeys, now, identity, issue, claims })
  const setup = system.setUp({ issuer, verify: issuer.verify, identity, now, issue, url }, variant)
  return { issuer, identity, setup, handlers: { oidc: issuer.handler, ...setup.handlers }, secrets }
}

export interface WorldOptions extends BackstageOptions, Pick<ServeOptions, 'late'> {
  /** Faults by role, `oidc` among them. More may be pushed to `server(role).faults` at any time. */
  readonly faults?: Readonly<Record<string, readonly FaultEntry[]>>
  /** TLS for the roles named, with a certificate that is right or wrong; `good` for all where it is a word. */
  readonly tls?: Readonly<Record<string, CertificateKind>> | 'good'
  /** Host names by role: the role is served by TLS under that name, which only the proxy knows. */
  readonly hosts?: Readonly<Record<string, string>> | ((role: string) => string)
  /** Ports of servers other than those of the system, by host name: TLS is put in front of each. */
  readonly servers?: Readonly<Record<string, () => number>>
  /**
   * A proxy for everything (`https_proxy`, `http_proxy`). Since no client uses one for loopback, all roles without
   * a host name get one: `ROLE.example`.
   */
  readonly proxy?: Omit<ProxyOptions, 'hosts'>
  /** How long every chunk takes each way, in ms. */
  readonly latencyMs?: number
  /** Inputs and variables in addition to, or instead of, those of the system. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string | undefined>>
}

type CertificateKind = Exclude<keyof Certificates, 'authority'>

/** A system that is served on loopback, and a runner whose jobs are pointed to it. */
export interface World<S extends Setup = Setup> extends AsyncDisposable, Backstage<S> {
  /** Where a role is found by the action: its server, or the relay or the host name in front of it. */
  readonly url: (role: string) => string
  readonly server: (role: string) => FakeServer
  /** Present where it was asked for, or host names need it. */
  readonly proxy: Proxy | undefined
  readonly inputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Runs the main stage. Inputs and variables given are added to those of the world. */
  readonly run: (stage?: Partial<StageOptions>) => Promise<StageResult>
  /** Runs the post stage after a main stage, with the same options. */
  readonly post: (main: StageResult, stage?: Partial<StageOptions>) => Promise<StageResult>
  /** The ports of clients that wait in vain. */
  readonly held: ReadonlySet<number>
  /** Secrets of this world that show where they must not. */
  readonly leaks: (result: StageResult) => string[]
  readonly close: () => Promise<void>
}

const closing = (part: { readonly close: () => Promise<void> }): Promise<void> => part.close()

export async function createWorld<S extends Setup>(system: System<S>, options: WorldOptions = {}): Promise<World<S>> {
  const { faults = {}, latencyMs = 0, situation = situations.push, servers: others = {} } = options
  const servers = new Map<string, FakeServer>()
  const urls = new Map<string, string>()
  const stack = new AsyncDisposableStack()
  const at = <T>(served: ReadonlyMap<string, T>, role: string): T => {
    const found = served.get(role)
    if (found === undefined) throw new Error(`nothing is served as ${role}`)
    return found
  }
  const url = (role: string): string => at(urls, role)
  const backstage = await buildBackstage(system, { ...options, url })
  const { issuer, setup, handlers, secrets } = backstage
  const named = (hostOf: (role: string) => string): Record<string, string> =>
    Object.fromEntries(Object.keys(handlers).map((role) => [role, hostOf(role)]))

  const hosts: Readonly<Record<string, string>> = {
    ...(options.proxy === undefined ? {} : named((role) => `${role}.example`)),
    ...(typeof options.hosts === 'function' ? named(options.hosts) : options.hosts),
  }
  const kindOf = (role: string): CertificateKind | undefined =>
    options.tls === 'good' || role in hosts ? 'good' : options.tls?.[role]
  const encrypted = Object.keys(handlers).some((role) => kindOf(role) !== undefined)
  const certificates = encrypted
    ? await createCertificates([...Object.values(hosts), ...Object.keys(others)])
    : undefined
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'world-')), (path) =>
    rm(path, { recursive: true, force: true }),
  )
  const held = new Set<number>()
  const holds = (connection: Socket): void => {
    const client = proxy?.behind(connection) ?? connection
    const { remotePort: port = NaN } = client
    held.add(port)
    client.once('close', () => held.delete(port))
  }
  const ports: Record<string, number> = {}
  for (const [role, handler] of Object.entries(handlers)) {
    const kind = kindOf(role)
    const started = await serve(handler, {
      faults: faults[role] ?? [],
      holds,
      ...(kind !== undefined && { tls: certificates![kind] }),
      ...(options.now !== undefined && { now: options.now }),
      ...(options.late !== undefined && { late: options.late }),
    })
    servers.set(role, stack.adopt(started, closing))
    const { port } = latencyMs > 0 ? stack.adopt(await relay(() => started.port, latencyMs), closing) : started
    const host = hosts[role]
    if (host !== undefined) ports[host] = port
    urls.set(
      role,
      host === undefined ? `${kind === undefined ? 'http' : 'https'}://127.0.0.1:${port}` : `https://${host}`,
    )
  }
  for (const [host, portOf] of Object.entries(others)) {
    ports[host] = stack.adopt(await relay(portOf, 0, certificates?.good), closing).port
  }
  const proxy =
    Object.keys(hosts).length === 0
      ? undefined
      : stack.adopt(await startProxy({ ...options.proxy, hosts: ports }), closing)
  if (options.proxy?.credentials !== undefined) {
    secrets.push({ name: 'proxy password', value: options.proxy.credentials.password, inState: false })
  }

  const authority = join(folder, 'authority.pem')
  if (certificates !== undefined) await writeFile(authority, certificates.authority)
  const inputs = { ...setup.inputs(), ...options.inputs }
  const env = {
    ...(situation.idToken && {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url('oidc')}${issuer.requestPath}`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.requestToken,
    }),
    ...setup.environment?.(),
    ...(encrypted && { NODE_EXTRA_CA_CERTS: authority }),
    ...(proxy !== undefined && { https_proxy: proxy.url, http_proxy: proxy.url }),
    ...options.env,
  }

  const stageOptions = (stage: Partial<StageOptions>): StageOptions => ({
    action: join(ROOT, system.action),
    situation,
    apiUrl: urls.get('github'),
    ...stage,
    identity: { ...options.identity, ...stage.identity },
    // The runner knows the request token as a secret of the job.
    masks: [issuer.requestToken, ...(stage.masks ?? [])],
    inputs: { ...inputs, ...stage.inputs },
    env: { ...env, ...stage.env },
  })
  const close = (): Promise<void> => stack.disposeAsync()

  return {
    ...backstage,
    url,
    server: (role) => at(servers, role),
    proxy,
    inputs,
    env,
    run: (stage = {}) => runAction(stageOptions(stage)),
    post: (main, stage = {}) => runPost(stageOptions(stage), main),
    held,
    leaks: (result) => leaks(result, secrets, [setup.credential, ...(setup.carriers ?? [])]),
    close,
    [Symbol.asyncDispose]: close,
  }
}
