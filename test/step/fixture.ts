import type { FakeReply } from '../../dev/fakes/handler.ts'
import type { FakeServer } from '../../dev/fakes/serve.ts'
import type { Grant, Revocable, Revoker, Tools } from '../../src/exchange.ts'
import type { Call } from '../../src/http/call.ts'
import { systemClock, type Clock } from '../../src/http/clock.ts'
import { act } from '../../src/step/main.ts'
import { createStep, type Step } from '../../src/step/step.ts'
import { callTo, serving } from '../http/fixture.ts'
import { fakeRunner } from '../recorder.ts'

/** How a step in this process differs from the usual. */
export interface Setting {
  readonly inputs?: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  /** What the main stage saved. */
  readonly state?: Readonly<Record<string, string>>
  /** What cannot be written, as of {@link fakeRunner}. */
  readonly unwritable?: string
  readonly revoke?: Revoker['revoke']
  readonly clock?: Partial<Clock>
  readonly debugging?: boolean
}

export interface Told {
  readonly step: Step
  /** Everything that the runner was told, in order: `mask …`, `state name=value`, `output name=value`, `revoke token`. */
  readonly told: readonly string[]
  /** What was told of these kinds, without the kind. */
  readonly of: (...kinds: string[]) => string[]
}

/** What every step saves first. */
export const EMPTY_STATE = ['state version=2', 'state revocable=']

export const NOW = Date.parse('2026-11-21T08:00:00Z')
export const TOKEN = 'obviously-fake-token'
export const ENDS = new Date('2026-11-21T09:00:00.000Z')

export const REVOCABLE: Revocable = {
  issuer: 'fake',
  token: TOKEN,
  apiUrl: 'https://issuer.example/api',
  ends: ENDS,
  extra: { namespace: 'team' },
}

/** A step whose runner takes note of all that it is told, and whose issuer `fake` revokes what it is given. */
export function stepWith(setting: Setting = {}): Told {
  const { unwritable = '', revoke = () => Promise.resolve('revoked' as const) } = setting
  const told: string[] = []
  const runner = fakeRunner(
    {
      environment: { GITHUB_SERVER_URL: 'https://github.com', ...setting.environment },
      input: (name) => setting.inputs?.[name] ?? '',
      state: (name) => setting.state?.[name] ?? '',
      run: () => Promise.resolve({ payload: {}, eventName: 'push', repository: 'o/r', serverUrl: '', actor: '' }),
      debugging: setting.debugging ?? false,
    },
    [unwritable],
    ({ as, name, text }) => told.push(`${as} ${name === undefined ? '' : `${name}=`}${text}`),
  )
  const fake: Revoker = {
    name: 'The fake token',
    endsByDefault: 'within the hour',
    revoke: (client, revocable, now) => {
      told.push(`revoke ${revocable.token}`)
      return revoke(client, revocable, now)
    },
  }
  const clock = { ...systemClock, now: () => NOW, ...setting.clock }
  const step = createStep(runner, clock, { fake: () => Promise.resolve(fake) })
  const of = (...kinds: string[]): string[] =>
    told.flatMap((line, index) =>
      // Not the empty state.
      line !== EMPTY_STATE[index] && kinds.includes(line.split(' ', 1)[0]!) ? [line.slice(line.indexOf(' ') + 1)] : [],
    )
  return { step, told, of }
}

/** Runs a step whose exchange does this. What it was told begins after the empty state, which every step saves first. */
export async function run(
  exchange: (tools: Tools, step: Step) => Partial<Grant> | Promise<Partial<Grant>>,
  setting: Setting = {},
): Promise<Told & { readonly succeeded: boolean }> {
  const told = stepWith(setting)
  const succeeded = await act(
    {
      settings: () => undefined,
      exchange: async (_, tools) => ({
        secrets: [],
        outputs: {},
        summary: 'Granted.',
        ...(await exchange(tools, told.step)),
      }),
    },
    told.step,
  )
  return { ...told, told: told.told.slice(EMPTY_STATE.length), succeeded }
}

/** A server that always answers so, and a call to it. */
export async function issuing(
  reply: FakeReply,
): Promise<Pick<FakeServer, 'requests'> & { readonly call: Call<'revoked'> }> {
  const { url, requests } = await serving(() => reply)
  return { requests, call: callTo(url, { read: () => 'revoked' }) }
}

/** A clock that waits for nothing, and moves on by what it would have waited, and by 1 ms whenever it is asked. */
export function leaping(): Pick<Clock, 'monotonic' | 'sleep' | 'random'> {
  let ms = 0
  return {
    monotonic: () => ms++,
    random: () => 0.5,
    sleep: (wait) => {
      ms += wait
      return Promise.resolve()
    },
  }
}
