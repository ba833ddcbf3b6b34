import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fault, forEver, type Fault } from '../dev/fakes/faults.ts'
import { jsonOf, type FakeReply, type FakeRequest } from '../dev/fakes/handler.ts'
import { readActions, type ActionMetadata } from '../dev/documents/actions.ts'
import { randomText } from '../dev/fakes/secrets.ts'
import { allSystems, type System } from '../dev/systems/system.ts'
import { createWorld, ROOT, type World } from '../dev/world.ts'
import type { Exchange } from '../src/exchange.ts'
import { exchangeOf, FORK, keep, runPost, runStep, type Ran, type StepOptions } from './exchanges/in-process.ts'
import { alterLeaves, HOSTILE, mapLeaves, type Json } from './properties/plans.ts'
import { preload } from './scenarios/faults.ts'
import { codeOf, expectClean, expectGranted, expectNoneLeft, expectRefused, linesOf } from './scenarios/support.ts'

/*
 * What every action keeps, whatever system it is for. A new one is tested by being there: `dev/systems/NAME.ts`. All but
 * the last part runs in this process.
 */

/** One kind of request that the action makes when all is well. */
interface Call {
  readonly title: string
  readonly role: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** How often it is made. */
  readonly times: number
  /** The real answer. */
  readonly reply: FakeReply
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
  const exchange = await exchangeOf(system.action)
  await using world = await createWorld(system, { variant })
  const replies: { role: string; request: FakeRequest; reply: FakeReply }[] = []
  for (const role of Object.keys(world.handlers)) {
    const note = (request: FakeRequest): Fault =>
      fault.alter((reply) => {
        replies.push({ role, request, reply })
        return reply
      })
    world.server(role).faults.push(forEver(note))
  }
  const main = await runStep(exchange, world, system.action)

  const given = Object.values(main.outputs)
  const secretsIn = (reply: FakeReply): string[] =>
    textsOf(reply).filter((text) => world.secrets.some(({ value }) => value === text))
  const granting = replies.findLastIndex(({ reply }) =>
    secretsIn(reply).some((secret) => given.some((value) => value.includes(JSON.stringify(secret).slice(1, -1)))),
  )
  const calls = new Map<string, Call>()
  for (const [index, { role, request, reply }] of replies.entries()) {
    const { method, url } = request
    const key = `${role} ${method} ${url.pathname}`
    calls.set(key, {
      title: `${key}:`,
      role,
      method,
      path: url.pathname,
      times: (calls.get(key)?.times ?? 0) + 1,
      reply,
      carries: secretsIn(reply).length > 0,
      late: granting >= 0 && index > granting,
    })
  }
  return { title, system, variant, metadata, exchange, world, main, calls: [...calls.values()] }
}

/** Every text of a JSON answer, and `''` for what else is in it. */
function textsOf(reply: FakeReply): string[] {
  const texts: string[] = []
  mapLeaves((jsonOf(reply) ?? null) as Json, (leaf) => {
    texts.push(typeof leaf === 'string' ? leaf : '')
    return leaf
  })
  return texts
}

/** Adds a text to those of an answer. */
const addTo = (isMeant: (index: number) => boolean): Fault =>
  alterLeaves((leaf, index) => (typeof leaf === 'string' && isMeant(index) ? `${leaf}${HOSTILE_TEXT}` : leaf))

/** The requests of one kind meet this; all others their real answer. */
function meet(world: World, { role, method, path }: Call, each: () => Fault | undefined): void {
  world
    .server(role)
    .faults.push(
      forEver((request) => (request.method === method && request.url.pathname === path ? each() : undefined)),
    )
}

const isSecretOf = ({ secrets }: World, text: Json): boolean => secrets.some(({ value }) => value === text)

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

/** What is in the place of a credential: none of it can be one. */
const ODD: readonly (readonly [string, Json])[] = [
  ['a number', 4_242_424_242],
  ['an object', { odd: 'odd-object-0123456789' }],
  ['empty', ''],
  ['null', null],
  ['two lines', 'odd-line-one-0123456789\n::set-env name=FORGED::odd-line-two-0123456789'],
  ['of 100 kB', 'odd-'.repeat(25_000)],
]

describe.each(subjects)('$title:', (subject) => {
  const { system, variant, metadata, calls, exchange } = subject
  // A way to use an action may bring what nobody can revoke.
  const isRevocable = metadata.runs.post !== undefined && subject.world.setup.alive !== undefined
  const required = Object.entries(metadata.inputs).flatMap(([name, input]) => (input.required ? [name] : []))
  const open = (): Promise<World> => keep(createWorld(system, { variant }))

  /** Runs the step. Whatever happens, nothing shows that must not, and no credential that it held is left alive in silence. */
  async function run(world: World, options: StepOptions = {}): Promise<Ran> {
    const ran = await runStep(exchange, world, system.action, options)
    expect(ran.leaks).toEqual([])
    expectClean(world, ran.stage)
    expectNoneLeft(world, ran.stage)
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
    expectNoneLeft(world, main.stage)
    expect([main.warnings, main.leaks]).toEqual([[], []])
    expect(main.debug.length).toBeGreaterThan(0)
    const masked = new Set(main.masks.flatMap(linesOf))
    const unmasked = world.secrets.filter(({ value }) =>
      linesOf(value).some((line) => /\w/.test(line) && !masked.has(line)),
    )
    expect(unmasked).toEqual([])
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

  it('reads the inputs and sets the outputs of its action.yml and no others, each described, inputs with an example', () => {
    const variants = subjects.filter((other) => other.system === system)
    const own = ({ world, main }: Subject): string[] =>
      Object.keys(main.outputs).filter((name) => world.setup.carriers?.includes(name) !== true)
    expect([...new Set(variants.flatMap(own))].sort()).toEqual(Object.keys(metadata.outputs).sort())
    const read = new Set(variants.flatMap(({ main }) => [...main.read]))
    expect([...read].sort()).toEqual(Object.keys(metadata.inputs).sort())
    expect([...read]).toEqual(expect.arrayContaining(['timeout-seconds', 'job-summary']))
    for (const { description } of Object.values(metadata.outputs)) expect(description).toMatch(/\S/)
    for (const [name, { description }] of Object.entries(metadata.inputs)) {
      expect(description, name).toMatch(/Example: \S|\n```yaml\n/)
    }
  })

  it('names all inputs that are wrong or missing at once, and sends nothing', async () => {
    const world = await open()
    const flags = ['skip-token-revoke', 'allow-short', 'allow-missing'].filter((name) => name in metadata.inputs)
    const wrong = {
      'timeout-seconds': 'soon',
      ...Object.fromEntries(['job-summary', ...flags].map((name) => [name, 'perhaps'])),
    }
    const inputs = { ...Object.fromEntries(required.map((name) => [name, ''])), ...wrong }
    const message = await refusal(world, { inputs })
    expect(codeOf(message)).toBe('INVALID_INPUT')
    for (const name of required) expect(message).toMatch(new RegExp(`^- ${name} is required; for example: \\S`, 'm'))
    for (const name of Object.keys(wrong)) expect(message).toContain(`\n- ${name} `)
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
    expect(codeOf(message)).toBe('DENIED')
    expect(message).toContain(new URL(world.url(world.setup.exchangeRole)).host)
    expect(ran.summary).toContain('### Refused')
    for (const call of calls) expect(answersTo(world, call).length, call.title).toBeLessThanOrEqual(call.times)
  })

  it('shows no claim in a refusal where the pull request of a stranger could read it', async () => {
    const world = await open()
    world.setup.deny()
    const [shown, hidden] = [await run(world), await run(world, FORK)]
    expect(shown.group.join('\n')).toContain('octo-org@6811672')
    // It still says what to change.
    const linesIn = ({ errors }: Ran): number => errors.join('\n').split('\n').length
    expect(linesIn(hidden)).toBeGreaterThanOrEqual(linesIn(shown))
    expect([...hidden.errors, ...hidden.group, hidden.summary].join('\n')).not.toMatch(/octo-org@|6811672|undefined/)
  })

  it('shows a refusal that is full of commands as harmless text', async () => {
    const world = await open()
    world.setup.deny()
    world.server(world.setup.exchangeRole).faults.push(forEver(addTo(() => true)))
    await refusal(world)
  })

  describe.each(calls)('$title', (call) => {
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
      if (!call.late) expect(codeOf(message)).toBe(call.role === 'oidc' ? 'ID_TOKEN_REFUSED' : 'DENIED')
    })

    it('200 with a web page is no success', async () => {
      const message = await refusedOnce(fault.html(), 'html 200')
      if (!call.late) expect(codeOf(message)).toBe('UNUSABLE_ANSWER')
      if (!call.late) expect(message).toMatch(/web page/)
    })

    it('hostile text in each of its fields is harmless', async () => {
      for (const field of textsOf(call.reply).keys()) {
        const world = await open()
        meet(world, call, () => addTo((index) => index === field))
        await run(world)
        expect(answersTo(world, call)).toContain('alter')
      }
    })

    if (!call.carries) return
    it.for(ODD)('a credential that is %s is refused, or masked where it may be a secret', async ([, odd]) => {
      const world = await open()
      meet(world, call, () => alterLeaves((leaf) => (isSecretOf(world, leaf) ? odd : leaf)))
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
        expect(codeOf(expectRefused(world, ran.stage))).toMatch(/^UNUSABLE_(ANSWER|SECRET)$/)
      }
    })

    if (!isRevocable) return
    it('a credential with a line break after it is refused, and revoked', async () => {
      const world = await open()
      meet(world, call, () => alterLeaves((leaf) => (isSecretOf(world, leaf) ? `${leaf as string}\n` : leaf)))
      expect(await refusal(world)).toMatch(/ in the answer of .+ is not one printable line\./)
      expect(world.setup.alive!()).toEqual([])
    })
  })

  if (isRevocable) {
    it('leaves its credential alive where it is told to', async () => {
      const world = await open()
      const main = await run(world, { inputs: { 'skip-token-revoke': 'true' } })
      const credential = await expectGranted(world, main.stage)
      expect(main.state).toEqual({})
      expect(await runPost(world, system.action, main)).toMatchObject({ succeeded: true, warnings: [] })
      expect(world.setup.alive!()).toEqual([credential])
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
