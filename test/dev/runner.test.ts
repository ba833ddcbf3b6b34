import { describe, expect, test } from 'vitest'
import { randomText } from '../../dev/fakes/secrets.ts'
import { leaks } from '../../dev/runner/leaks.ts'
import { linesOf, Masker } from '../../dev/runner/masker.ts'
import { runAction, runPost, type StageOptions, type StageResult } from '../../dev/runner/runner.ts'
import { StepLog } from '../../dev/runner/step-log.ts'
import { ROOT } from '../../dev/world.ts'

const LONG = 'a'.repeat(5_000)
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** What actions/runner 2.336.0 makes of what a step prints, as its tests (`src/Test/L0`) and its sources have it. */
// prettier-ignore
test.each<[string, string, string, Partial<Record<'annotations' | 'foreignCommands' | 'debugLines', unknown[]>>?]>([
  // A command in a line: ActionCommand.cs
  ['white space before a command', ' \t\x85::notice::x\n\uFEFF::notice::x', '##[notice]x\n\uFEFF::notice::x\n'],
  ['text before a command', 'x::notice::x', 'x::notice::x\n'],
  ['no command', '::no::x\n##[section]x\n::debug\n##[debug', '::no::x\n##[section]x\n::debug\n##[debug\n'],
  ['escapes', '::notice::%0D%0A%250A%3A', '##[notice]\r\n%0A%3A\n', { annotations: [{ level: 'notice', message: '\r\n%0A%3A' }] }],
  // What commands do: ActionCommandManager.cs, ExecutionContext.cs, OutputManager.cs
  ['a mask from its command on', 'sesame\n::add-mask::sesame\nsesame', 'sesame\n***\n'],
  ['an annotation that is too long', `::error::${LONG}`, `##[error]${LONG.slice(0, 4_096)}\n`],
  ['more than ten of a level', '::error::x\n'.repeat(11), '##[error]x\n'.repeat(11), { annotations: Array<object>(10).fill({ level: 'error', message: 'x' }) }],
  ['debug lines', '::add-mask::a%0Ab\n::debug::a%0Ab%0D%0A', '', { debugLines: ['***', '***', ''] }],
  ['groups', '::group::x\n::endgroup::', '##[group]x\n##[endgroup]\n'],
  ...['::Notice::x', '::error title=x::x', '\uFEFF##[group]x', 'x ##[set-env name=A]b', ' ::echo::on', '::stop-commands::x'].map(
    (line) => [`a command of somebody else: ${line}`, line, `${line}\n`, { foreignCommands: [line] }] as [string, string, string, object]
  ),
  // Masks: SecretMasker.cs, ValueEncoders.cs
  ['masks that overlap or touch', '::add-mask::abcd%0Acdef%0Aghi%0Ah\nxabcdefghixa', 'x***xa\n'],
  ['lines of a mask', '::add-mask:: \uFEFFa\uFEFF %0D\x85b\x85%0A%0A\nab \uFEFFa\uFEFF', 'a*** ***\n'],
  ...[0, 1, 2].map((skip) => [`base64 of a mask from its byte ${skip}`, `::add-mask::secret?\n${base64('secret?'.slice(skip))}`, '***\n'] as [string, string, string]),
])('%s', (_what, printed, text, more = {}) => {
  const log = new StepLog(new Masker(), false)
  for (const line of linesOf(printed)) log.take(line)
  expect(log).toMatchObject({ text, foreignCommands: [], ...more })
})

/** Runs a script in place of an action. */
const run = (script: string, more: Partial<StageOptions> = {}): Promise<StageResult> =>
  runAction({ action: ROOT, nodeOptions: ['--input-type=module', '--eval', script], ...more })

test('a stage has the variables of a job and no others, and the post stage has what main saved', async () => {
  process.env['OF_THE_TEST_PROCESS'] = 'x'
  const script = `
    import { saveState, setOutput, setSecret } from '@actions/core'
    const names = ['OF_THE_TEST_PROCESS', 'GIVEN', 'GITHUB_SHA', 'GITHUB_ACTOR', 'INPUT_OWNER', 'INPUT_TIMEOUT-SECONDS', 'STATE_mixedCase']
    for (const name of names) console.log(process.env[name])
    setSecret('open sesame')
    saveState('mixedCase', 'open sesame')
    setOutput('lines', 'a\\nb\\r')
    setOutput('none', '')`
  const nodeOptions = [
    '--input-type=module',
    '--eval',
    script.replace("'@actions/core'", `'${import.meta.resolve('@actions/core')}'`),
  ]
  const options = { action: ROOT, nodeOptions, inputs: { owner: 'o' }, env: { GIVEN: 'y', GITHUB_SHA: undefined } }
  const main = await runAction(options)
  const outputs = { lines: 'a\nb\r', none: '' }
  expect(main).toMatchObject({ outputs, state: { mixedCase: 'open sesame' }, outcome: 'success' })
  expect(main.log).toBe('undefined\ny\nundefined\nmona\no\n60\nundefined\n')
  expect((await runPost(options, main)).log).toBe('undefined\ny\nundefined\nmona\no\n60\n***\n')
})

test('a step that hangs is ended, and said so with what it printed', async () => {
  let told = ''
  // A slow machine needs longer to print it.
  for (let limitMs = 500; !told.includes('here I am'); limitMs *= 2) {
    told = await run(`setTimeout(() => {}, 600000); console.log('here I am')`, { limitMs }).then(String, String)
    expect(told).toContain(`did not end within ${limitMs} ms`)
  }
})

describe('leaks', () => {
  const value = randomText(120)
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: 'x' })).toString('base64url')
  const secrets = [
    { name: 'token', value, inState: false },
    { name: 'ID token', value: `${header}.${'x'.repeat(20)}.${'y'.repeat(40)}`, inState: true },
  ]
  const clean = { debugLines: [], annotations: [], summary: '', foreignCommands: [], state: {}, outputs: {}, log: '' }

  test.each<[string, object, string[]]>([
    ['debug lines', { debugLines: ['', value] }, ['token in debug lines']],
    ['annotations', { annotations: [{ message: value }] }, ['token in annotations']],
    ['a summary', { summary: value }, ['token in summary']],
    ['commands', { foreignCommands: [value] }, ['token in foreign commands']],
    ['state', { state: { a: value, b: secrets[1]!.value } }, ['token in state']],
    ['outputs', { outputs: { a: value } }, ['token in outputs']],
    ['the output for it', { outputs: { token: value } }, []],
    ['a part', { log: value.slice(30, 70) }, ['token in log']],
    ['a part of its base64', { log: base64(`Basic user:${value}`).slice(20, 60) }, ['token in log']],
    ['the header of a JWT', { log: `${header}.` }, []],
    ['the end of a JWT', { log: 'y'.repeat(40) }, ['ID token in log']],
  ])('in %s', (_where, shown, found) => {
    expect(leaks({ ...clean, ...shown } as unknown as StageResult, secrets, ['token'])).toEqual(found)
  })
})
