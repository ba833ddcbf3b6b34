import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fault, forEver, type Fault, type FaultEntry } from '../dev/fakes/faults.ts'
import { jsonOf, type FakeReply, type FakeRequest } from '../dev/fakes/handler.ts'
import { readActions, type ActionMetadata } from '../dev/documents/actions.ts'
import { randomText } from '../dev/fakes/secrets.ts'
import { allSystems, type System } from '../dev/systems/system.ts'
import { createWorld, ROOT, type World } from '../dev/world.ts'
import type { Exchange } from '../src/exchange.ts'
import { exchangeOf, keep, runPost, runStep, type Ran, type StepOptions } from './exchanges/in-process.ts'
import { HOSTILE, textsOf, type Json } from './properties/values.ts'
import { leftAlive, problemsShown } from './properties/verdict.ts'
import { preload } from './scenarios/faults.ts'
import { expectClean, expectGranted, expectRefused } from './scenarios/support.ts'

/*
 * What every action keeps, whatever system it is for. A new one is tested by being there: `dev/systems/NAME.ts`. All but
 * the last part runs in this process.
 */

/** One kind of request that the action makes when all is well. */
interface Call {
  readonly role: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** How often it is made. */
  readonly times: number
  /** The real answer; of the ID-token endpoint it is not known. */
  readonly reply?: FakeReply
  /** Whether its answer holds a secret as a member of its own. */
  readonly carries: boolean
  /** Whether it is made when the credential is there already, to tidy up. */
  readonly late: boolean
}

/** An action and one way to use it, with what it did when all was well. */
interface Subject {
  readonly title: string
  readonly system: System
  readonly variant: string
  readonly metadata: ActionMetadata
  readonly exchange: Exchange<unknown>
  readonly world: World
  readonly main: Ran
  readonly calls: readonly Call[]
}

const actions = readActions()
const subjects = await Promise.all(
  Object.entries(await allSystems()).flatMap(([name, system]) =>
    system.variants.map((variant) =>
      survey(system.variants.length === 1 ? name : `${name} (${variant})`, system, variant),
    ),
  ),
)

/** Runs an action once when all is well. */
async function survey(title: string, system: System, variant: string): Promise<Subject> {
  const metadata = actions.find(({ folder }) => folder === (system.action === '.' ? '' : system.action))
  if (metadata === undefined) throw new Error(`${system.action} has no action.yml`)
  const replies: { role: string; request: FakeRequest; reply: FakeReply }[] = []
  const observed: System = {
    ...system,
    setUp: (foundations, name) => {
      const setup = system.setUp(foundations, name)
      const handlers = Object.entries(setup.handlers).map(([role, handler]) => [
        role,
        async (request: FakeRequest) => {
          const reply = await handler(request)
          replies.push({ role, request, reply })
          return reply
        },
      ])
      return { ...setup, handlers: Object.fromEntries(handlers) as typeof setup.handlers }
    },
  }
  const exchange = await exchangeOf(system.action)
  await using world = await createWorld(observed, { variant })
  const main = await runStep(exchange, world, system.action)

  const secrets = world.secrets.map(({ value }) => value)
  const given = Object.values(main.outputs)
  const granting = replies.findLastIndex(({ reply }) =>
    leavesOf(reply).some(
      (leaf) => secrets.includes(leaf) && given.some((value) => value.includes(JSON.stringify(leaf).slice(1, -1))),
    ),
  )
  const calls = new Map<string, Call>()
  for (const { method, path } of world.server('oidc').requests) {
    count({ role: 'oidc', method, path: path.replace(/\?.*/, ''), times: 1, carries: true, late: false })
  }
  for (const [index, { role, request, reply }] of replies.entries()) {
    const { method, url } = request
    const carries = leavesOf(reply).some((leaf) => secrets.includes(leaf))
    const late = granting >= 0 && index > granting
    count({ role, method, path: url.pathname, times: 1, reply, carries, late })
  }
  function count(call: Call): void {
    const key = `${call.role} ${call.method} ${call.path}`
    calls.set(key, { ...call, times: (calls.get(key)?.times ?? 0) + 1 })
  }
  return { title, system, variant, metadata, exchange, world, main, calls: [...calls.values()] }
}

/** A JSON value with another in place of each text. */
function mapTexts(json: unknown, change: (text: string) => unknown): unknown {
  if (typeof json === 'string') return change(json)
  if (Array.isArray(json)) return json.map((value) => mapTexts(value, change))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, mapTexts(value, change)]))
}

/** Every text of a JSON answer. */
function leavesOf(reply: FakeReply): string[] {
  return textsOf((jsonOf(reply) ?? null) as Json)
}

/** Changes the texts of a JSON answer; an answer of another kind stays as it is. */
function alterTexts(change: (text: string, index: number) => unknown): Fault {
  return fault.alter((reply) => {
    const json = jsonOf(reply)
    if (json === undefined) return reply
    let index = 0
    return { ...reply, body: JSON.stringify(mapTexts(json, (text) => change(text, index++))) }
  })
}

/** The requests of one kind meet this; all others their real answer. */
function meet(world: World, { role, method, path }: Call, each: () => Fault | undefined): void {
  world
    .server(role)
    .faults.push(
      forEver((request) => (request.method === method && request.url.pathname === path ? each() : undefined)),
    )
}

/** What became of the requests of one kind. */
function answersTo(world: World, { role, method, path }: Call): (number | string | undefined)[] {
  return world
    .server(role)
    .requests.filter((request) => request.method === method && request.path.replace(/\?.*/, '') === path)
    .map(({ answered }) => answered)
}

/** How many requests were made, of all kinds. */
function requestsOf(world: World): number {
  return Object.keys(world.handlers).reduce((sum, role) => sum + world.server(role).requests.length, 0)
}

/** Workflow commands, terminal sequences, line ends of all kinds and invisible characters. */
const HOSTILE_TEXT = [...HOSTILE, 'y\r::error::forged'].join('\n')

/** An error answer with a hostile text under every name that an error text goes by, of about 1 MB in all. */
function hostileAnswer(status: number): Fault {
  const text = `${HOSTILE_TEXT}\0${'A'.repeat(60_000)}`
  const names = ['requestId', 'message', 'Message', 'error', 'error_description', 'code', 'Code', 'title']
  return fault.status(status, {
    headers: { 'x-amzn-requestid': '::error::forged', 'x-request-id': '##[error]forged' },
    body: {
      status,
      ...Object.fromEntries(names.map((name) => [name, text])),
      errors: [text],
      details: [{ reason: text }],
      Error: { Code: text, Message: text },
      __type: text,
    },
  })
}

/** What is in the place of a credential: none of it can be one. */
const ODD: readonly (readonly [string, unknown])[] = [
  ['a number', 4_242_424_242],
  ['an object', { odd: 'odd-object-0123456789' }],
  ['empty', ''],
  ['null', null],
  ['two lines', 'odd-line-one-0123456789\n::set-env name=FORGED::odd-line-two-0123456789'],
  ['of 100 kB', 'odd-'.repeat(25_000)],
]

const code = (message: string): string | undefined => /\n([A-Z_]+): \S+$/.exec(message)?.[1]

describe.each(subjects)('$title:', (subject) => {
  const { system, variant, metadata, calls, exchange } = subject
  // A way to use an action may bring what nobody can revoke.
  const isRevocable = metadata.runs.post !== undefined && subject.world.setup.alive !== undefined
  const required = Object.entries(metadata.inputs).flatMap(([name, input]) => (input.required ? [name] : []))
  const when = (call: Call): string => `${call.role} ${call.method} ${call.path}:`
  const open = (faults: Readonly<Record<string, readonly FaultEntry[]>> = {}): Promise<World> =>
    keep(createWorld(system, { variant, faults }))

  /** Runs the step. Whatever happens, nothing shows that must not, and no credential that it held is left alive in silence. */
  async function run(world: World, options: StepOptions = {}): Promise<Ran> {
    const ran = await runStep(exchange, world, system.action, options)
    expect(ran.leaks).toEqual([])
    expect(problemsShown(world, ran.stage)).toEqual([])
    expect(leftAlive(world, ran.stage)).toEqual([])
    if (metadata.runs.post === undefined) expect(ran.state).toEqual({})
    return ran
  }

  /** The step fails; gives its error annotation. */
  async function refusal(world: World, options?: StepOptions): Promise<string> {
    const message = expectRefused(world, (await run(world, options)).stage)
    expect(message.length).toBeLessThan(4_096)
    return message
  }

  it('gives a credential that the system accepts, and masks every secret that it was given', async () => {
    const { world, main } = subject
    await expectGranted(world, main.stage)
    expect([main.warnings, main.leaks, leftAlive(world, main.stage)]).toEqual([[], [], []])
    expect(main.debug.length).toBeGreaterThan(0)
    const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim())
    const masked = new Set(main.masks.flatMap(linesOf))
    const unmasked = world.secrets.filter(({ value }) =>
      linesOf(value).some((line) => /\w/.test(line) && !masked.has(line)),
    )
    expect(unmasked).toEqual([])
  })

  it('shows with job-summary: always what was granted to which claims, but not to a stranger', async () => {
    const inputs = { 'job-summary': 'always' }
    const { summary } = await run(await open(), { inputs })
    expect(summary).toMatch(/^\| sub \| <code>repo/m)
    const env = { GITHUB_EVENT_NAME: 'pull_request_target' }
    const hidden = await run(await open(), { inputs, env, event: 'forkPullRequest' })
    expect(hidden.summary).toContain('The claims of the ID token are not shown')
    expect(hidden.summary).not.toMatch(/\| sub \|/)
  })

  if ('headers' in metadata.inputs) {
    it('sends headers for a gateway to its system with every request, also in post, and to nobody else', async () => {
      const world = await open()
      const id = `${randomText(20)}.access`
      const secret = randomText(40)
      for (const value of [id, secret]) world.secrets.push({ name: 'header', value, inState: true })
      const inputs = { headers: `CF-Access-Client-Id: ${id}\nCF-Access-Client-Secret: ${secret}` }
      const main = await run(world, { inputs })
      await expectGranted(world, main.stage)
      expect(main.masks).toEqual(expect.arrayContaining([id, secret]))
      if (metadata.runs.post !== undefined) {
        const post = await runPost(world, system.action, main)
        expect(post).toMatchObject({ succeeded: true, warnings: [], errors: [], leaks: [] })
        const areSaved = JSON.stringify(main.state).includes(secret)
        expect(post.masks.filter((mask) => [id, secret].includes(mask))).toHaveLength(areSaved ? 2 : 0)
      }
      for (const role of Object.keys(world.handlers)) {
        const isOwn = role === world.setup.exchangeRole
        const { requests } = world.server(role)
        if (isOwn) expect(requests).not.toEqual([])
        for (const { headers } of requests) {
          expect(headers['cf-access-client-id']).toBe(isOwn ? id : undefined)
          expect(headers['cf-access-client-secret']).toBe(isOwn ? secret : undefined)
        }
      }
    })

    it('sends nothing with a header that it sets itself', async () => {
      const world = await open()
      const message = await refusal(world, { inputs: { headers: 'Authorization: Bearer 0123456789' } })
      expect(message).toMatch(/^- headers must not contain authorization, which .*; for example: CF-Access-/m)
      expect(message).not.toContain('0123456789')
      expect(requestsOf(world)).toBe(0)
    })
  }

  it('opens its connections while the ID token is under way', async () => {
    const roles = new Set(calls.flatMap(({ role, late }) => (late || role === 'oidc' ? [] : [role])))
    // One for each request that will follow.
    const expected = [...roles].map((role) =>
      calls.reduce((sum, call) => sum + (call.role === role && !call.late ? call.times : 0), 0),
    )
    const world = await open()
    const opened = (): number[] => [...roles].map((role) => world.server(role).connections)
    let isOver = false
    let met: readonly number[] = []
    const allOpen = async (): Promise<void> => {
      while (!isOver && opened().join() !== expected.join()) await new Promise(setImmediate)
      met = opened()
      for (const role of roles) expect(world.server(role).requests).toEqual([])
    }
    world.server('oidc').faults.push(forEver(() => fault.held(allOpen())))
    try {
      await expectGranted(world, (await run(world)).stage)
    } finally {
      isOver = true
    }
    expect(met).toEqual(expected)
  })

  it('sets the outputs of its action.yml and no others', () => {
    const variants = subjects.filter((other) => other.system === system)
    const own = ({ world, main }: Subject): string[] =>
      Object.keys(main.outputs).filter((name) => world.setup.carriers?.includes(name) !== true)
    expect([...new Set(variants.flatMap(own))].sort()).toEqual(Object.keys(metadata.outputs).sort())
    for (const { description } of Object.values(metadata.outputs)) expect(description).toMatch(/\S/)
  })

  it('reads the inputs of its action.yml and no others, each described with an example', () => {
    const variants = subjects.filter((other) => other.system === system)
    expect([...new Set(variants.flatMap(({ main }) => [...main.read]))].sort()).toEqual(
      Object.keys(metadata.inputs).sort(),
    )
    expect(Object.keys(metadata.inputs)).toEqual(expect.arrayContaining(['timeout-seconds', 'job-summary']))
    for (const [name, { description }] of Object.entries(metadata.inputs)) {
      expect(description, name).toMatch(/Example: \S|\n```yaml\n/)
    }
  })

  it.for(required)('sends nothing without the input %s', async (name) => {
    const world = await open()
    const message = await refusal(world, { inputs: { [name]: '' } })
    expect(code(message)).toBe('INVALID_INPUT')
    expect(message).toMatch(new RegExp(`^- ${name} is required; for example: \\S`, 'm'))
    expect(requestsOf(world)).toBe(0)
  })

  it('names all inputs that are wrong at once', async () => {
    const world = await open()
    const wrong = { 'timeout-seconds': 'soon', 'job-summary': 'perhaps' }
    const inputs = { ...Object.fromEntries(required.map((name) => [name, ''])), ...wrong }
    const message = await refusal(world, { inputs })
    for (const name of [...required, ...Object.keys(wrong)]) expect(message).toContain(`\n- ${name} `)
    expect(requestsOf(world)).toBe(0)
  })

  it.for(Object.keys(metadata.inputs))('lets the input %s take no line of the log', async (name) => {
    const world = await open()
    await refusal(world, { inputs: { [name]: HOSTILE_TEXT } })
    expect(requestsOf(world)).toBe(0)
  })

  it('fails at once where the system refuses the job', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    const message = expectRefused(world, ran.stage)
    expect(code(message)).toBe('DENIED')
    expect(message).toContain(new URL(world.url(world.setup.exchangeRole)).host)
    expect(ran.summary).toContain('### Refused')
    for (const call of calls) expect(answersTo(world, call).length, when(call)).toBeLessThanOrEqual(call.times)
  })

  it('shows a refusal that is full of commands as harmless text', async () => {
    const world = await open()
    world.setup.deny()
    const words = alterTexts((text) => `${text}${HOSTILE_TEXT}`)
    world.server(world.setup.exchangeRole).faults.push(forEver(words))
    await refusal(world)
  })

  describe.each(calls.map((call) => ({ call, title: when(call) })))('$title', ({ call }) => {
    /** Runs the action against a fault that lasts; the answer to it is a failure, after one request. */
    async function refusedOnce(last: Fault, answered: string): Promise<string> {
      const world = await open()
      meet(world, call, () => last)
      const ran = await run(world)
      expect(answersTo(world, call)).toContain(answered)
      expect(answersTo(world, call).length).toBeLessThanOrEqual(call.times)
      const message = call.late ? (ran.warnings[0] ?? '') : expectRefused(world, ran.stage)
      if (call.late) await expectGranted(world, ran.stage)
      expect(ran.warnings).toHaveLength(call.late ? 1 : 0)
      expect(message).toContain(new URL(world.url(call.role)).host)
      return message
    }

    it('400 that echoes the request shows no secret', async () => {
      const message = await refusedOnce(fault.echo(400), 'echo')
      if (!call.late) expect(code(message)).toBe(call.role === 'oidc' ? 'ID_TOKEN_REFUSED' : 'DENIED')
    })

    it('200 with a web page is no success', async () => {
      const message = await refusedOnce(fault.html(), 'html 200')
      if (!call.late) expect(code(message)).toBe('UNUSABLE_ANSWER')
      if (!call.late) expect(message).toMatch(/web page/)
    })

    // Of a credential that is to be revoked, others say that it has ended.
    it.for(call.late ? [400, 404] : [400, 401, 403, 404])(
      '%i with 1 MB of hostile text is harmless',
      async (status) => {
        const world = await open()
        meet(world, call, () => hostileAnswer(status))
        const ran = await run(world)
        if (call.late) await expectGranted(world, ran.stage)
        else expectRefused(world, ran.stage)
        expect(answersTo(world, call)).toContain(`status ${status}`)
        expect(ran.stage.log.length).toBeLessThan(30_000)
      },
    )

    it('hostile text in each of its fields is harmless', async () => {
      for (const [field] of (call.reply === undefined ? [''] : leavesOf(call.reply)).entries()) {
        const world = await open()
        meet(world, call, () => alterTexts((text, index) => (index === field ? `${text}${HOSTILE_TEXT}` : text)))
        await run(world)
        expect(answersTo(world, call)).toContain('alter')
      }
    })

    it('a job that is cancelled meanwhile keeps no credential', async () => {
      const world = await open()
      const { promise: cancelled, resolve } = Promise.withResolvers()
      meet(world, call, () => {
        resolve(undefined)
        return fault.held(cancelled)
      })
      const ran = await run(world, { cancelled })
      if (call.late) await expectGranted(world, ran.stage)
      else expect(code(expectRefused(world, ran.stage))).toBe('CANCELLED')
    })

    if (!call.carries) return
    it.for(ODD)('a credential that is %s is refused, or masked where it may be a secret', async ([, odd]) => {
      const world = await open()
      const isSecret = (text: string): boolean => world.secrets.some(({ value }) => value === text)
      meet(world, call, () => alterTexts((text) => (isSecret(text) ? odd : text)))
      const ran = await run(world)
      expect(answersTo(world, call)).toContain('alter')
      expect(answersTo(world, call).length).toBeLessThanOrEqual(call.times)
      const { log, debugLines, summary } = ran.stage
      expect(`${log}${debugLines.join('\n')}${summary}`).not.toMatch(/odd-|4242424242/)
      const isOpaque = ['secret', 'secrets'].includes(world.setup.credential)
      if (isOpaque && ran.succeeded && world.setup.credential in ran.outputs) {
        const text = typeof odd === 'string' ? odd : JSON.stringify(odd)
        const given = Object.values(ran.outputs)
        // Of a whole secret that is JSON it is a part.
        expect(given.some((value) => value === text || value.includes(JSON.stringify(odd)))).toBe(true)
        for (const value of given)
          for (const line of value.split('\n').filter(Boolean)) expect(ran.masks).toContain(line)
      } else {
        expect(code(expectRefused(world, ran.stage))).toMatch(/^UNUSABLE_(ANSWER|SECRET)$/)
      }
    })
  })

  it.for(['output', 'state'] as const)('keeps nothing where its %s cannot be written', async (file) => {
    if (file === 'state' && !isRevocable) return
    const world = await open()
    expect(code(await refusal(world, { unwritable: [file] }))).toBe('NOT_WRITTEN')
    expect(world.setup.alive?.() ?? []).toEqual([])
  })

  if (isRevocable) {
    describe('the credential', () => {
      it('is revoked when the job ends, and nothing else was left', async () => {
        const world = await open()
        const main = await run(world)
        expect(world.setup.alive!()).toEqual([await expectGranted(world, main.stage)])
        const post = await runPost(world, system.action, main)
        expectClean(world, post.stage)
        expect(post).toMatchObject({ succeeded: true, warnings: [], errors: [] })
        expect(world.setup.alive!()).toEqual([])
      })

      it('stays alive where it is told to', async () => {
        const world = await open()
        const main = await run(world, { inputs: { 'skip-token-revoke': 'true' } })
        const credential = await expectGranted(world, main.stage)
        expect(main.state).toEqual({})
        expect(await runPost(world, system.action, main)).toMatchObject({ succeeded: true, warnings: [] })
        expect(world.setup.alive!()).toEqual([credential])
      })
    })
  }

  it('runs from dist, of which it loads its own parts alone', async () => {
    const world = await open()
    const folder = await mkdtemp(join(tmpdir(), 'contract-'))
    const notes = join(folder, 'notes.json')
    const main = await world.run({ preloads: [TAKE_NOTES], env: { NOTES: notes } })
    const loaded = JSON.parse(await readFile(notes, 'utf8')) as string[]
    await rm(folder, { recursive: true })
    await expectGranted(world, main)
    expect(main.annotations).toEqual([])
    expect(Object.keys(main.outputs).sort()).toEqual(Object.keys(subject.main.outputs).sort())
    const parts = loaded.flatMap((url) => /\/dist\/parts\/([\w-]+)\.js$/.exec(url)?.[1] ?? [])
    const { needed, shared } = await partsOf(system.action, world)
    expect(parts.filter((part) => !shared.includes(part)).sort()).toEqual(needed)
    if (!isRevocable) return
    const post = await world.post(main)
    expectClean(world, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [] })
    expect(world.setup.alive!()).toEqual([])
  })
})

/** A preload that notes which files are loaded. */
const TAKE_NOTES = preload(`
  import { writeFileSync } from 'node:fs'
  import { registerHooks } from 'node:module'
  const loaded = []
  registerHooks({
    load(url, context, next) {
      loaded.push(url)
      return next(url, context)
    },
  })
  process.on('exit', () => writeFileSync(process.env.NOTES, JSON.stringify(loaded)))`)

/** The parts of `dist` that an action needs, by the table of `src/index.ts`; secrets share one of their own. */
async function partsOf(action: string, world: World): Promise<{ needed: string[]; shared: string[] }> {
  const table = await readFile(join(ROOT, 'src/index.ts'), 'utf8')
  const rows = [...table.matchAll(/^ {2}'?([^\s']+)'?: async[^"]+"([^"]+)"/gm)]
  const own = rows.find(([, name]) => name === action)?.[2] ?? ''
  const usesAws = Object.keys(world.env).some((name) => name.startsWith('AWS_'))
  const hasSecrets = usesAws || rows.some(([, name = '', part]) => part === own && name.startsWith('secret/'))
  return {
    needed: [...new Set([own, ...(usesAws ? ['aws', 'aws-signer'] : [])])].sort(),
    shared: hasSecrets ? ['secret'] : [],
  }
}
