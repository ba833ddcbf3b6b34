import { devNull } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { situations } from '../../dev/runner/context.ts'
import { leaks } from '../../dev/runner/leaks.ts'
import { runAction, runPost, type StageOptions, type StageResult } from '../../dev/runner/runner.ts'
import { randomText } from '../../dev/fakes/secrets.ts'

const PRINTER = join(import.meta.dirname, 'fixtures/printer')

const GHES = { serverUrl: 'https://ghes.example', apiUrl: 'https://ghes.example/api/v3' }

function print(inputs: Record<string, string>, more: Partial<StageOptions> = {}): Promise<StageResult> {
  return runAction({ action: PRINTER, inputs, ...more })
}

describe('inputs', () => {
  test('get their defaults, also from the event and the hosts', async () => {
    const show = 'INPUT_FROM-CONTEXT,INPUT_EXIT_CODE,INPUT_STATE'
    const result = await print({ show }, { situation: situations.pullRequest, hosts: GHES })
    expect(result.log).toBe('INPUT_FROM-CONTEXT=https://ghes.example/api/v3/7\nINPUT_EXIT_CODE=0\nINPUT_STATE=\n')
  })
})

describe('the environment', () => {
  test('is clean but for the runner and what is given', async () => {
    process.env['OF_THE_TEST_PROCESS'] = 'x'
    const result = await print(
      { show: 'OF_THE_TEST_PROCESS,GIVEN,GITHUB_SHA,VITEST,RUNNER_DEBUG' },
      { env: { GIVEN: 'y', GITHUB_SHA: undefined } },
    )
    expect(result.log).toBe(
      'OF_THE_TEST_PROCESS=(not set)\nGIVEN=y\nGITHUB_SHA=(not set)\nVITEST=(not set)\nRUNNER_DEBUG=(not set)\n',
    )
  })
})

describe('command files', () => {
  test('can be made unwritable', async () => {
    const result = await print({ output: 'a=b\n' }, { unwritable: ['output'] })
    expect(result).toMatchObject({ exitCode: 1, outputs: {} })
    expect(result.log).toMatch(/EISDIR|EPERM|EACCES|EBADF/)
  })
})

describe('output', () => {
  test('is split into lines at CR, LF and both, and nowhere else', async () => {
    const result = await print({ stdout: 'a\r\nb\rc\nd\u2028::debug::x\r\n\rend' })
    expect(result.log).toBe('a\nb\nc\nd\u2028::debug::x\n\nend\n')
    expect(result.debugLines).toEqual([])
  })

  test('of stderr is treated alike, and kept in its raw form', async () => {
    const result = await print({ stderr: '::add-mask::open sesame\n::error::open sesame\n' })
    expect(result.annotations).toEqual([{ level: 'error', message: '***' }])
    expect(result.raw).toContain('::error::open sesame\n')
  })
})

describe('the post stage', () => {
  test('has state, environment and masks of the main stage, and files of its own', async () => {
    const options = {
      action: PRINTER,
      inputs: {
        stdout: '::add-mask::open sesame\n',
        state: 'mixedCase=open sesame\n',
        env: 'E=1\n',
        show: 'E,INPUT_ENV',
      },
    }
    const main = await runAction(options)
    expect(main.log).toBe('E=(not set)\nINPUT_ENV=E=1\n\n')
    const post = await runPost({ ...options, inputs: { ...options.inputs, stdout: '', state: '' } }, main)
    expect(post.log).toBe('E=1\nINPUT_ENV=E=1\n\nSTATE_mixedCase=***\n')
    expect(post.stage).toBe('post')
    expect(post.state).toEqual({})
  })
})

describe('a process', () => {
  test('gets signals when something happened', async () => {
    let happens = (): void => undefined
    const when = new Promise<void>((resolve) => (happens = resolve))
    setImmediate(happens)
    const result = await print({ 'wait-ms': '30000' }, { signals: [{ signal: 'SIGKILL', when }] })
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', outcome: 'failure' })
    expect(result.afterSignalMs).toBeLessThan(5_000)
  })

  test('that hangs is ended, and said so with what it printed', async () => {
    const inputs = { 'wait-ms': '600000', stdout: 'here I am\n' }
    let told = ''
    // A slow machine needs longer to print it.
    for (let limitMs = 500; !told.includes('here I am'); limitMs *= 2) {
      told = await print(inputs, { limitMs }).then(() => 'it ended', String)
      expect(told).toContain(`did not end within ${limitMs} ms`)
    }
  })

  test('reports its peak memory', async () => {
    const [small, large] = [await print({}, { memory: true }), await print({ 'allocate-mb': '100' }, { memory: true })]
    expect(large.peakMemory! - small.peakMemory!).toBeGreaterThan(90_000_000)
    expect(large.peakMemory! - small.peakMemory!).toBeLessThan(130_000_000)
  })

  test('can leap over long waits', async () => {
    const result = await print({ 'wait-ms': '20000' }, { leap: devNull })
    expect(result.log).toBe('ready 0\nwaited 20 s\n')
    expect(result.durationMs).toBe(20_000)
  })
})

describe('leaks', () => {
  const value = randomText(120)
  const secrets = [{ name: 'token', value, inState: false }]

  test('are found by their place', async () => {
    const result = await print({
      stdout: `${value}\n::debug::${value}\n::notice::${value}\n::echo::${value}\n`,
      output: `a=${value}\ntoken=${value}\n`,
      state: `a=${value}\n`,
      env: `a=${value}\n`,
      path: `${value}\n`,
      step_summary: value,
    })
    expect(leaks(result, secrets, ['token'])).toEqual(
      'log,debug lines,annotations,summary,env,path,foreign commands,state,outputs'
        .split(',')
        .map((place) => `token in ${place}`),
    )
  })

  test.each([
    ['a part', value.slice(30, 70)],
    ['base64url', Buffer.from(`x${value}`).toString('base64url')],
    ['hex', Buffer.from(value).toString('hex')],
    ['a part of its base64', Buffer.from(`Basic user:${value}`).toString('base64').slice(20, 60)],
  ])('are found in other forms: %s', async (_, form) => {
    expect(leaks(await print({ stdout: form }), secrets)).toEqual(['token in log'])
  })

  test('are none where the secret is masked, in the credential, or in state that may hold it', async () => {
    const result = await print({
      stdout: `::add-mask::${value}\n${value}\n`,
      output: `token=${value}\n`,
      state: `a=${value}\n`,
      step_summary: value,
    })
    expect(leaks(result, [{ name: 'token', value, inState: true }], ['token'])).toEqual([])
  })

  test('do not count the header of a JWT, which is no secret', async () => {
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: 'x' })).toString('base64url')
    const jwt = { name: 'ID token', value: `${header}.${value}.${value}`, inState: false }
    expect(leaks(await print({ stdout: `${header}.` }), [jwt])).toEqual([])
    expect(leaks(await print({ stdout: jwt.value.slice(-40) }), [jwt])).toEqual(['ID token in log'])
  })
})
