import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fault, forEver, type Fault } from '../dev/fakes/faults.ts'
import { jsonOf, type FakeReply, type FakeRequest } from '../dev/fakes/handler.ts'
import { serve } from '../dev/fakes/serve.ts'
import { readActions, type ActionMetadata } from '../dev/documents/actions.ts'
import type { StageResult } from '../dev/runner/runner.ts'
import { allSystems, type System } from '../dev/systems/system.ts'
import { createWorld, type World } from '../dev/world.ts'
import { OF_OTHER_ACTIONS } from '../src/inputs/other-actions.ts'
import { HOSTILE, textsOf, type Json } from './properties/values.ts'
import { expectClean, expectGranted, expectRefused } from './scenarios/support.ts'

/*
 * What every action keeps, whatever system it is for. A new one is tested by being there: `dev/systems/NAME.ts`.
 */

/** One kind of request that the action makes when all is well. */
interface Call {
  readonly role: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** How often it is made. */
  readonly times: number
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
  readonly world: World
  readonly main: StageResult
  readonly calls: readonly Call[]
  /** Names of the inputs that the code asked for. */
  readonly read: readonly string[]
  /** The parts of `dist` that were loaded, without folder and ending. */
  readonly parts: readonly string[]
}

/** A preload that notes which inputs are read and which files are loaded. */
const TAKE_NOTES = `data:text/javascript,${encodeURIComponent(
  `import { writeFileSync } from 'node:fs'
   import { registerHooks } from 'node:module'
   const read = new Set()
   const loaded = []
   registerHooks({
     load(url, context, next) {
       loaded.push(url)
       return next(url, context)
     },
   })
   process.env = new Proxy(process.env, {
     get(environment, name) {
       if (String(name).startsWith('INPUT_')) read.add(name.slice('INPUT_'.length).toLowerCase())
       return environment[name]
     },
   })
   process.on('exit', () => writeFileSync(process.env.NOTES, JSON.stringify({ read: [...read], loaded })))`,
)}`

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
  const folder = await mkdtemp(join(tmpdir(), 'contract-'))
  await using world = await createWorld(observed, { variant })
  const notes = join(folder, 'notes.json')
  const main = await world.run({ preloads: [TAKE_NOTES], env: { NOTES: notes } })
  const { read, loaded } = JSON.parse(await readFile(notes, 'utf8')) as Record<'read' | 'loaded', string[]>
  const parts = loaded.flatMap((url) => /\/dist\/parts\/([\w-]+)\.js$/.exec(url)?.[1] ?? [])
  await rm(folder, { recursive: true })

  const secrets = world.secrets.map(({ value }) => value)
  const given = Object.values(main.outputs)
  const granting = replies.findLastIndex(({ reply }) =>
    leavesOf(reply).some(
      (leaf) =>
        secrets.includes(leaf) && given.some((value) => value.includes(JSON.stringify(leaf).slice(1, -1))),
    ),
  )
  const calls = new Map<string, Call>()
  for (const { method, path } of world.server('oidc').requests) {
    count({ role: 'oidc', method, path: path.replace(/\?.*/, ''), times: 1, carries: true, late: false })
  }
  for (const [index, { role, request, reply }] of replies.entries()) {
    const { method, url } = request
    const carries = leavesOf(reply).some((leaf) => secrets.includes(leaf))
    count({ role, method, path: url.pathname, times: 1, carries, late: granting >= 0 && index > granting })
  }
  function count(call: Call): void {
    const key = `${call.role} ${call.method} ${call.path}`
    calls.set(key, { ...call, times: (calls.get(key)?.times ?? 0) + 1 })
  }
  return { title, system, variant, metadata, world, main, calls: [...calls.values()], read, parts }
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
function alterTexts(change: (text: string, reply: FakeReply) => unknown): Fault {
  return fault.alter((reply) => {
    const json = jsonOf(reply)
    if (json === undefined) return reply
    return { ...reply, body: JSON.stringify(mapTexts(json, (text) => change(text, reply))) }
  })
}

/** The requests of one kind meet these faults, in order; `last` is for all that come after. */
function meet(world: World, call: Call, faults: readonly Fault[], last?: Fault): void {
  const coming = [...faults]
  world
    .server(call.role)
    .faults.push(
      forEver(({ method, url }) =>
        method === call.method && url.pathname === call.path ? (coming.shift() ?? last) : undefined,
      ),
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

describe.concurrent.each(subjects)('$title:', (subject) => {
  const { system, variant, metadata, calls } = subject
  const required = Object.entries(metadata.inputs).flatMap(([name, input]) => (input.required ? [name] : []))
  const when = (call: Call): string => `${call.role} ${call.method} ${call.path}:`

  it('gives a credential that the system accepts', async () => {
    await expectGranted(subject.world, subject.main)
    expect(subject.main.annotations).toEqual([])
  })

  it('has every secret masked that it was given, and shows none in debug output', async () => {
    await using world = await createWorld(system, { variant })
    const main = await world.run({ debug: true })
    await expectGranted(world, main)
    expect(main.debugLines.length).toBeGreaterThan(0)
    const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim())
    const masked = new Set(main.masks.flatMap(linesOf))
    const unmasked = world.secrets.filter(({ value }) =>
      linesOf(value).some((line) => /\w/.test(line) && !masked.has(line)),
    )
    expect(unmasked).toEqual([])
  })

  it('opens its connections while the ID token is under way', async () => {
    await using world = await createWorld(system, { variant, faults: { oidc: [forEver(fault.hang())] } })
    const message = expectRefused(world, await world.run({ inputs: { 'timeout-seconds': '1' } }))
    expect(code(message)).toBe('TIMED_OUT')
    const awaited = calls.filter(({ role, late }) => !late && role !== 'oidc')
    for (const role of new Set(awaited.map((call) => call.role))) {
      const requests = awaited.filter((call) => call.role === role).map(({ times }) => times)
      expect(world.server(role).requests, role).toEqual([])
      // One for each request that will follow.
      expect(world.server(role).connections, role).toBe(requests.reduce((sum, times) => sum + times, 0))
    }
  })

  it('loads its own part of dist, and no code that only others need', () => {
    const partOf = ({ runs }: ActionMetadata): string =>
      basename(runs.main, '.js').replace('main', 'app-server')
    const usesAws = Object.keys(subject.world.env).some((name) => name.startsWith('AWS_'))
    const shared = [
      ...(usesAws ? ['aws', 'aws-signer'] : []),
      ...(metadata.folder.startsWith('secret/') ? ['secrets'] : []),
      ...(metadata.folder.endsWith('vault') ? ['vault-login'] : []),
    ]
    expect([...subject.parts].sort()).toEqual([partOf(metadata), ...shared].sort())
  })

  it('sets the outputs of its action.yml and no others', () => {
    const variants = subjects.filter((other) => other.system === system)
    const own = ({ world, main }: Subject): string[] =>
      Object.keys(main.outputs).filter((name) => world.setup.carriers?.includes(name) !== true)
    expect([...new Set(variants.flatMap(own))].sort()).toEqual(Object.keys(metadata.outputs).sort())
    for (const { description } of Object.values(metadata.outputs)) expect(description).toMatch(/\S/)
  })

  it('reads the inputs of its action.yml and no others', () => {
    const variants = subjects.filter((other) => other.system === system)
    const read = new Set(variants.flatMap((other) => other.read))
    // Names of other actions are looked for too, so that they are refused.
    const elsewhere = OF_OTHER_ACTIONS.flatMap(({ name, here }) => [name.toLowerCase(), here])
    const own = [...read].filter((name) => name in metadata.inputs || !elsewhere.includes(name))
    expect(own.sort()).toEqual(Object.keys(metadata.inputs).sort())
    expect(Object.keys(metadata.inputs)).toEqual(expect.arrayContaining(['timeout-seconds', 'job-summary']))
  })

  it('describes every input with an example', () => {
    for (const [name, { description }] of Object.entries(metadata.inputs)) {
      expect(description, name).toMatch(/Example: \S|\n```yaml\n/)
    }
  })

  it.for(required)('sends nothing without the input %s', async (name) => {
    await using world = await createWorld(system, { variant })
    const message = expectRefused(world, await world.run({ inputs: { [name]: '' } }))
    expect(code(message)).toBe('INVALID_INPUT')
    expect(message).toMatch(new RegExp(`^- ${name} is required; for example: \\S`, 'm'))
    expect(requestsOf(world)).toBe(0)
  })

  it('names all inputs that are wrong at once', async () => {
    await using world = await createWorld(system, { variant })
    const wrong = { 'timeout-seconds': 'soon', 'job-summary': 'perhaps' }
    const inputs = { ...Object.fromEntries(required.map((name) => [name, ''])), ...wrong }
    const message = expectRefused(world, await world.run({ inputs }))
    for (const name of [...required, ...Object.keys(wrong)]) expect(message).toContain(`\n- ${name} `)
    expect(requestsOf(world)).toBe(0)
  })

  it('fails at once where the system refuses the job', async () => {
    await using world = await createWorld(system, { variant })
    world.setup.deny()
    const main = await world.run()
    const message = expectRefused(world, main)
    expect(code(message)).toBe('DENIED')
    expect(message).toContain(new URL(world.url(world.setup.exchangeRole)).host)
    expect(main.summary).toContain('### Refused')
    for (const call of calls)
      expect(answersTo(world, call).length, when(call)).toBeLessThanOrEqual(call.times)
  })

  it('shows a refusal that is full of commands as harmless text', async () => {
    await using world = await createWorld(system, { variant })
    world.setup.deny()
    world
      .server(world.setup.exchangeRole)
      .faults.push(
        forEver(alterTexts((text, { status }) => (status < 400 ? text : `${text}${HOSTILE_TEXT}`))),
      )
    expectHarmless(world, await world.run({ leaps: true }))
  })

  it('lets no input take a line of the log', async () => {
    await using world = await createWorld(system, { variant })
    for (const name of Object.keys(metadata.inputs)) {
      const main = await world.run({ inputs: { [name]: HOSTILE_TEXT }, leaps: true })
      expectHarmless(world, main)
    }
    expect(requestsOf(world)).toBe(0)
  })

  describe.concurrent.each(calls.map((call) => ({ call, title: when(call) })))('$title', ({ call }) => {
    /** Runs the action against a fault that lasts; the answer to it is a failure, after one request. */
    async function refusedOnce(last: Fault, answered: number | string): Promise<string> {
      await using world = await createWorld(system, { variant })
      meet(world, call, [], last)
      const main = await world.run()
      expect(answersTo(world, call)).toContain(answered)
      expect(answersTo(world, call).length).toBeLessThanOrEqual(call.times)
      if (call.late) {
        await expectGranted(world, main)
        expect(main.annotations).toMatchObject([{ level: 'warning' }])
        return main.annotations[0]!.message
      }
      const message = expectRefused(world, main)
      expect(message).toContain(new URL(world.url(call.role)).host)
      return message
    }

    it('503, reset, short body, reset in body and 429, then fine: succeeds', async () => {
      const faults = [
        fault.status(503),
        fault.reset(),
        fault.shortBody(),
        fault.resetInBody(),
        fault.status(429, { retryAfter: 1 }),
      ]
      await using world = await createWorld(system, { variant })
      meet(world, call, faults)
      const main = await world.run({ leaps: true })
      await expectGranted(world, main)
      const met = answersTo(world, call)
      expect(met).toEqual(
        expect.arrayContaining(['status 503', 'reset', 'short-body', 'reset-in-body', 'status 429']),
      )
      expect(met).toHaveLength(faults.length + call.times)
    })

    it('a redirect to another host reaches nobody', async () => {
      const elsewhere = await serve(() => ({ status: 200, body: {} }))
      try {
        const message = await refusedOnce(fault.redirect(`${elsewhere.url}/taken`, 307), 'redirect 307')
        expect(message).toContain('redirect (307 Temporary Redirect)')
        expect(elsewhere.connections).toBe(0)
      } finally {
        await elsewhere.close()
      }
    })

    it('400 that echoes the request shows no secret', async () => {
      await refusedOnce(fault.echo(400), 'echo')
    })

    it('401 with 1 MB of hostile text is harmless', async () => {
      await using world = await createWorld(system, { variant })
      meet(world, call, [], hostileAnswer(401))
      const main = await world.run()
      if (call.late) await expectGranted(world, main)
      else expectHarmless(world, main)
      expect(answersTo(world, call)).toContain('status 401')
      expect(answersTo(world, call).length).toBeLessThanOrEqual(call.times)
    })

    it('404 is not tried again', async () => {
      await refusedOnce(fault.html(404), 'html 404')
    })

    it('ends within its time where no answer comes', async () => {
      await using world = await createWorld(system, { variant })
      meet(world, call, [], fault.hang())
      const main = await world.run({ leaps: true, inputs: { 'timeout-seconds': '1' } })
      expect(answersTo(world, call)).toContain('hang')
      // A machine may be slow; without the input it would take the 10 s of a try.
      expect(main.durationMs).toBeLessThan(10_000)
      if (call.late) {
        await expectGranted(world, main)
        expect(main.annotations).toMatchObject([{ level: 'warning' }])
        return
      }
      const message = expectRefused(world, main)
      expect(code(message)).toBe('TIMED_OUT')
      expect(message).toContain(new URL(world.url(call.role)).host)
      expect(message).toContain('while waiting for the answer')
      // The next step.
      expect(message).toContain('If this persists, ')
    })

    if (!call.late) {
      it('200 with a web page is no success', async () => {
        const message = await refusedOnce(fault.html(), 'html 200')
        expect(code(message)).toBe('UNUSABLE_ANSWER')
        expect(message).toMatch(/web page/)
      })

      it('200 without end is cut off', async () => {
        const message = await refusedOnce(fault.flood(), 'flood')
        expect(code(message)).toBe('UNUSABLE_ANSWER')
        expect(message).toContain('larger than 1 MiB')
      })
    }

    if (call.carries) {
      it.for(ODD)(
        'a credential that is %s is refused, or masked where it may be a secret',
        async ([, odd]) => {
          await using world = await createWorld(system, { variant })
          const isSecret = (text: string): boolean => world.secrets.some(({ value }) => value === text)
          meet(
            world,
            call,
            [],
            alterTexts((text) => (isSecret(text) ? odd : text)),
          )
          const main = await world.run()
          expect(answersTo(world, call)).toContain('alter')
          expect(answersTo(world, call).length).toBeLessThanOrEqual(call.times)
          expectClean(world, main)
          const shown = `${main.log}${main.debugLines.join('\n')}${main.summary}`
          expect(shown).not.toMatch(/odd-|4242424242/)
          const secret = main.outputs[world.setup.credential]
          const isOpaque = ['secret', 'secrets'].includes(world.setup.credential)
          if (isOpaque && main.outcome === 'success' && secret !== undefined) {
            const text = typeof odd === 'string' ? odd : JSON.stringify(odd)
            const given = Object.values(main.outputs)
            // Of a whole secret that is JSON it is a part.
            expect(given.some((value) => value === text || value.includes(JSON.stringify(odd)))).toBe(true)
            for (const value of given)
              for (const line of value.split('\n').filter(Boolean)) expect(main.masks).toContain(line)
          } else {
            expect(code(expectRefused(world, main))).toMatch(/^UNUSABLE_(ANSWER|SECRET)$/)
          }
        },
      )
    }
  })

  if (metadata.runs.post === undefined) {
    it('leaves nothing for a post step', () => {
      expect(subject.main.state).toEqual({})
    })
  } else {
    it('takes the credential back when the job ends; a second time there is none', async () => {
      await using world = await createWorld(system, { variant })
      const main = await world.run()
      const credential = await expectGranted(world, main)
      const first = await world.post(main)
      expect(await world.setup.accepts(credential)).toBe(false)
      const second = await world.post(main)
      for (const post of [first, second]) {
        expectClean(world, post)
        expect(post.outcome).toBe('success')
      }
      expect(first.annotations).toEqual([])
      const ofGitHub = 'github' in world.handlers
      // To GitHub, a token that was revoked and one of another GitHub are the same: it says 401 before the end.
      expect(second.annotations.map(({ level }) => level)).toEqual(ofGitHub ? ['warning'] : [])
      const [issuer, ended] = ofGitHub ? ['github', 401] : [world.setup.exchangeRole, 403]
      const revocations = world.server(issuer).requests.slice(-2)
      expect(revocations.map(({ answered }) => answered)).toEqual([204, ended])
    })

    it('leaves the credential alive where it is told to', async () => {
      await using world = await createWorld(system, { variant })
      const main = await world.run({ inputs: { 'skip-token-revoke': 'true' } })
      const credential = await expectGranted(world, main)
      expect(main.state).toEqual({})
      const post = await world.post(main)
      expectClean(world, post)
      expect(post).toMatchObject({ outcome: 'success', annotations: [] })
      expect(await world.setup.accepts(credential)).toBe(true)
    })
  }
})

/** The step failed, and nothing that a server or an input said did more than stand there as text on one line. */
function expectHarmless(world: World, main: StageResult): void {
  const message = expectRefused(world, main)
  expect(message.length).toBeLessThan(4_096)
  expect(main.annotations.map(({ level }) => level).filter((level) => level !== 'warning')).toEqual(['error'])
  expect(main.log.length).toBeLessThan(20_000)
  // eslint-disable-next-line no-control-regex -- Control characters are what must not be there.
  expect(main.raw).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028\u2029]/)
  expect(main.raw).not.toMatch(/##\[|^::(?!add-mask|debug|error|group|endgroup|warning)/m)
}
