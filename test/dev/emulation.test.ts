import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { linesOf } from '../../dev/runner/dotnet.ts'
import { stageEnvironment, type StepOptions } from '../../dev/runner/environment.ts'
import { commandFiles, readCommandFiles, type FileCommand } from '../../dev/runner/file-commands.ts'
import { Masker } from '../../dev/runner/masker.ts'
import { StepLog } from '../../dev/runner/step-log.ts'

/** A stage: what it prints, what it writes into the command files, and how it differs from the usual. */
interface Stage extends Pick<StepOptions, 'inputs' | 'debug'>, Partial<Record<FileCommand, string>> {
  readonly print?: string
  readonly mask?: string
  /** As under `env:`. */
  readonly set?: StepOptions['env']
  readonly stage?: 'main' | 'post'
  readonly windows?: boolean
}

const ACTION = {
  folder: '',
  name: '',
  inputs: { Name: { default: 'x' }, old: { deprecationMessage: 'use `name`' } },
  outputs: {},
  runs: { using: 'node24', main: 'main.js' },
}
const JOB = { env: { EARLIER: '1' }, state: { s: 'saved' } }

async function emulate({ print = '', mask, set: env = {}, stage = 'main', windows, ...given }: Stage) {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'emulation-'))
  const { inputs = {}, debug = false } = given
  const masker = new Masker(mask === undefined ? [] : [mask])
  const log = new StepLog(masker, debug)
  const files = await commandFiles(folder.path, [])
  const options = { env, inputs, debug }
  const variables = await stageEnvironment(folder.path, ACTION, options, log, stage, JOB, files)
  for (const line of linesOf(print)) log.take(line)
  for (const [name, path] of Object.entries(files)) await writeFile(path, given[name as FileCommand] ?? '')
  const values = await readCommandFiles(files, log, windows)
  return {
    ...values,
    log: log.text,
    annotations: log.annotations.map(({ level, message, title }) => [level, message, title ?? '']),
    failed: log.failed,
    foreign: log.foreignCommands,
    debugLines: log.debugLines,
    outputs: { ...log.outputs, ...values.outputs },
    state: { ...log.state, ...values.state },
    summary: masker.maskLines(values.summary),
    variables,
  }
}

/** A stage, or only what it prints; and what becomes of it, or only the log. */
type Row = [string, Stage | string, Partial<Awaited<ReturnType<typeof emulate>>> | string]

const like = (pattern: RegExp): string => expect.stringMatching(pattern) as string
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const SECRET = `it's <a> "secret" & more/?=`
const LONG = 'a'.repeat(5_000)
const WARNED = `##[warning]Input 'old' has been deprecated with message: use \`name\`
##[warning]Unexpected input(s) 'b', 'c d', valid inputs are ['Name', 'old']\n`

const covers = (form: string): Row => [`mask: ${form}`, { mask: SECRET, print: `1${form}2` }, '1***2\n']
const shows = (form: string): Row => [`no mask: ${form}`, { mask: `${SECRET}\nÿÿÿ`, print: form }, `${form}\n`]
const endToken = (token: string): Row => [
  `stop-commands with the token "${token}"`,
  `::stop-commands::${token}\nx`,
  { failed: true, log: like(/^##\[error\]You cannot use a endToken .*\n$/) },
]

/** What actions/runner 2.336.0 does, as its tests (`src/Test/L0`) and its sources have it. */
// prettier-ignore
test.each<Row>([
  // A command in a line: ActionCommand.cs
  ['a name in any case', '::Notice::x', '##[notice]x\n'],
  ['white space before it', ' \t\x85::notice::x\n\uFEFF::notice::x', '##[notice]x\n\uFEFF::notice::x\n'],
  ['text before it', 'x::notice::x', 'x::notice::x\n'],
  ['text before brackets', 'x ##[nOtice]x', '##[notice]x\n'],
  ['no command', '::no::x\n##[section]x\n::debug\n##[debug', '::no::x\n##[section]x\n::debug\n##[debug\n'],
  ['escapes', '::notice TITLE=%3A%2C%0D%253B%3B,::%0A%253A:', { annotations: [['notice', '\n%3A:', ':,\r%3B%3B']] }],
  ['escapes in brackets', '##[notice title=%3B%5D%250A%3A;]%3B%5D', { annotations: [['notice', ';]', ';]%0A%3A']] }],
  ['properties without value', '::notice title=,=,=x,title::x', { annotations: [['notice', 'x', '']] }],
  ['equals signs around a value', '::notice =title==x=::x', { annotations: [['notice', 'x', 'x=']] }],
  ['blanks before properties', '::notice  title=x, title=y::x', { annotations: [['notice', 'x', 'x']] }],
  // What commands do: ActionCommandManager.cs, ExecutionContext.cs, OutputManager.cs
  ['a mask from its command on', 'sesame\n::add-mask::sesame\nsesame', 'sesame\n***\n'],
  ['a mask of white space', '::add-mask:: %0D%0A\x85', { log: like(/^##\[warning\]Can't add secret mask for empty string/) }],
  ['an annotation', { mask: 'a b', print: '::error title=a b::a b' }, { annotations: [['error', '***', 'a b']], log: '##[error]***\n' }],
  ['an annotation without text', '::error::', { log: '', annotations: [['error', '', '']] }],
  ['an annotation that is too long', `::error::${LONG}`, `##[error]${LONG.slice(0, 4_096)}\n`],
  ['more than ten of a level', '::error::x\n'.repeat(11), { annotations: Array<string[]>(10).fill(['error', 'x', '']) }],
  ['debug lines', { mask: 'a\nb', print: '::debug::a%0Ab%0D%0A' }, { log: '', debugLines: ['***', '***', ''] }],
  ['debug lines that show', { mask: 'x\r\ny', debug: true, print: '::debug::x%0D%0Ay%0A' }, '##[debug]***\n'.repeat(2) + '##[debug]\n'],
  ['a mask of the level', { mask: 'err', print: '::error::x' }, '##[***or]x\n'],
  ['groups', '::group::x\n::endgroup::y\n##[group]z', '##[group]x\n##[endgroup]\n##[group]z\n'],
  ['markers of the runner', 'a ##[start-action b]\n##[end-action c]', 'a ##[\\start-action b]\n##[\\end-action c]\n'],
  ['outputs and state', '::set-output name=a::b%0Ac\n::save-state name=d::e', { log: '', outputs: { a: 'b\nc' }, state: { d: 'e' } }],
  ['an output without a name', '::set-output name=::b', { failed: true, outputs: {} }],
  ['set-env', 'x ##[set-env name=A]b', { failed: true, env: {}, log: like(/^##\[error\]Unable to process command 'x ##\[set.*\n.*is disabled/) }],
  ['add-path', '::add-path::/x', { failed: true, path: [], log: like(/'::add-path::\/x' successfully\.\n.*is disabled/) }],
  ['echo', '::echo::On \n::group::x\n::add-mask::y\n::notice::z\n::echo::off\n::group::', '::group::x\n##[group]x\n::add-mask::***\n##[notice]z\n::echo::off\n##[group]\n'],
  ['echo in debug mode', { debug: true, print: '::group::x\n::echo::OFF\n::group::x' }, '::group::x\n##[group]x\n::echo::OFF\n##[group]x\n'],
  ['echo of something else', '::echo::x', { failed: true }],
  ['echo of nothing', '::echo::', { failed: true }],
  ['stop-commands', '::stop-commands::Abc\n::error::x\n##[end-action\n::aBC::\n::notice::x', '::stop-commands::Abc\n::error::x\n##[\\end-action\n::aBC::\n##[notice]x\n'],
  ['a token that is masked', '##[stop-commands]abcdefg\n##[abcdefg]', '##[stop-commands]***\n##[***]\n'],
  ...['', 'Set-Env', 'stop-commands', 'pause-logging'].map(endToken),
  ['commands of somebody else', '::echo::on\n##[debug]x\n::add-matcher::x\n::debug::x', { foreign: ['::echo::on', '##[debug]x', '::add-matcher::x'] }],
  // Masks: SecretMasker.cs, ValueEncoders.cs
  ['a mask in other case', { mask: 'sesame', print: 'Sesame' }, 'Sesame\n'],
  ['a mask of one character', { mask: 'a', print: 'banana' }, 'b***n***n***\n'],
  ['masks that overlap or touch', { mask: 'abcd\ncdef\nghi', print: 'xabcdefghix' }, 'x***x\n'],
  ['lines of a mask', { mask: ' \uFEFFa\uFEFF \r\x85b\x85\u2028\n\r\n', print: 'ab \uFEFFa\uFEFF' }, 'a*** ***\n'],
  ...[0, 1, 2].map((skip) => covers(base64(SECRET.slice(skip)))),
  ...[SECRET, `it's <a> \\"secret\\" & more/?=`, `it''s <a> "secret" & more/?=`].map(covers),
  covers('it%27s%20%3Ca%3E%20%22secret%22%20%26%20more%2F%3F%3D'),
  covers('it&apos;s &lt;a&gt; &quot;secret&quot; &amp; more/?='),
  ...['w7_Dv8O_', Buffer.from(SECRET).toString('hex'), new URLSearchParams({ '': SECRET }).toString()].map(shows),
  ['a mask in double quotes', { mask: '"Password!"', print: 'Password!' }, '***\n'],
  ['a short mask in double quotes', { mask: '"short"', print: '"short" short' }, '*** short\n'],
  ['a mask with &', { mask: 'secret&secret&secret', print: 'secret&secret&\x1B[96msecret\x1B[0m' }, '***\x1B[96m***\x1B[0m\n'],
  ['a mask with & and a short part', { mask: 'part-one&two', print: 'two' }, 'two\n'],
  ['a mask with &+', { mask: 'secret&+secret&secret', print: 'secret&+\x1B[96ms\x1B[0mecret&secret' }, '***\x1B[96ms\x1B[0m***\n'],
  ['a mask that ends with &+', { mask: 'secret&secret&+', print: 'secret&secret&+\x1B[96m' }, '***\x1B[96m\n'],
  // Command files: FileCommandManager.cs
  ['lines', { output: '\uFEFFA=1\n\nB=x<<y=z\nC==\nA=\n' }, { outputs: { A: '', B: 'x<<y=z', C: '=' } }],
  ['blocks', { output: 'A<<=E\none\n\n E\nE \n=E\nB<<<E\n<E\n\nC<<E\n\nE' }, { outputs: { A: 'one\n\n E\nE ', B: '', C: '' } }],
  ['CR', { windows: false, output: 'A=1\r\nB<<E\r\none\r\ntwo\nE\r\n' }, { outputs: { A: '1\r', B: 'one\r\ntwo' } }],
  ['CR on Windows', { windows: true, output: 'A=1\r\nB<<E\r\none\r\n\ntwo\r\nE\r\nC<<E\na\nb\nE' }, { outputs: { A: '1', B: 'one\r\n\ntwo', C: 'a\nb' } }],
  ['a line without sign', { output: 'A=1\nB\nC=2' }, { outputs: { A: '1' }, failed: true, log: like(/file command 'output' successfully\.\n.*Invalid format 'B'\n/) }],
  ['a block without name', { env: 'A=1\n<<E\nE\n' }, { env: { A: '1' }, failed: true }],
  ['a block without delimiter', { state: 'A=1\nB<<\n\n' }, { state: { A: '1' }, failed: true }],
  ['a block without end', { output: 'A<<E one E' }, { failed: true, log: like(/Matching delimiter not found 'E one E'\n/) }],
  ['a block that ends the file', { output: 'A<<E\none E' }, { failed: true, log: like(/EOF marker missing new line\.\n/) }],
  ['NODE_OPTIONS', { env: 'node_options<<E\nx\nE\nA=1' }, { failed: false, env: { A: '1' }, log: like(/^##\[error\]Can't store NODE_OPTIONS /) }],
  ['a path', { path: '\uFEFF/one\r\n\n/two\r/three' }, { path: ['/one', '/two', '/three'] }],
  ['a summary', { mask: 'a\nb c', step_summary: '\uFEFFa\r\nb c\rd' }, { summary: '***\n***\nd\n' }],
  ['a summary of more than a MiB', { step_summary: 'x'.repeat(1_048_577) }, { failed: false, summary: '', log: like(/upload aborted/) }],
  // Inputs and variables: ActionRunner.cs, Handler.cs, NodeScriptActionHandler.cs, ProcessInvoker.cs
  ['inputs in other case', { inputs: { nAME: 'y' } }, { log: '', variables: { INPUT_NAME: 'y', INPUT_OLD: '' } }],
  ['other inputs', { inputs: { b: '1', 'c d': '2', old: '3' } }, { log: WARNED, variables: { INPUT_NAME: 'x', INPUT_B: '1', INPUT_C_D: '2' } }],
  ['other inputs in post', { stage: 'post', inputs: { b: '1', 'c d': '2', old: '3' } }, WARNED],
  ['what env: replaces', { set: { CI: 'no', EARLIER: '2', STATE_t: 'x' } }, { variables: { CI: 'no', EARLIER: '2', STATE_t: 'x' } }],
  ['what env: does not', { set: { GITHUB_ACTOR: 'x', INPUT_NAME: 'y', STATE_s: 'x' } }, { variables: { GITHUB_ACTOR: 'mona', INPUT_NAME: 'x', STATE_s: 'saved' } }],
  ['debug mode', { debug: true }, { variables: { RUNNER_DEBUG: '1', CI: 'true', EARLIER: '1' } }],
])('%s', async (_what, stage, expected) => {
  const result = await emulate(typeof stage === 'string' ? { print: stage } : stage)
  expect(result).toMatchObject(typeof expected === 'string' ? { log: expected } : expected)
})
