import { EOL } from 'node:os'
import { describe, expect, it } from 'vitest'
import { appServerError } from '../../dev/fakes/app-server.ts'
import { fault, type Fault } from '../../dev/fakes/faults.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { stsError } from '../../dev/fakes/sts.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { expectWarned } from './faults.ts'
import { answers, expectClean } from './support.ts'
import { expectNoStack, shown } from './hostile.ts'

describe.concurrent('the message of a server', () => {
  const texts: [string, string][] = [
    ['with ::add-path:: on a line of its own', 'No.\n::add-path::/tmp/evil'],
    ['with ::add-path:: after CR', 'No.\r::add-path::/tmp/evil'],
    [
      'with ::add-path:: after other line breaks',
      'No.\u2028::add-path::/tmp\u2029::add-path::/tmp\u0085::add-path::/tmp\v::add-path::/tmp',
    ],
    ['that begins with ::set-env', '::set-env name=NODE_OPTIONS::--inspect'],
    ['with too many colons', ':::::add-path:::::/tmp/evil'],
    ['with colons that invisible characters keep apart', ':\u200b:add-path:\u00ad:/tmp/evil'],
    ['with ##[set-env]', '##[set-env name=A]b ###[set-env name=A]b'],
    ['with ##[ that invisible characters keep apart', '#\u200b#[set-env name=A]b ##\u2060[set-env name=A]b'],
    ['with ::stop-commands::', 'No.\n::stop-commands::abcdef'],
    ['with escapes of workflow commands', 'No.%0A::add-path::/tmp%0D%0A::set-output name=token::evil%3A%3A'],
    [
      'with ANSI escapes',
      '\u001b[31mNo\u001b[0m\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007\u009b31m\u001b[2K\u001b[1A',
    ],
    ['with characters that turn the writing around', 'No \u202edetnarg\u202c \u2066x\u2069'],
    [
      'with Markdown and HTML',
      '</code><img src=x onerror=y> | a | b |\n\n# Granted\n```\n[x](https://evil.example) @octocat #1',
    ],
    // Four times as long it still fits into an answer that is read.
    ['of 200 kB', `::add-path::/tmp ${'x'.repeat(100_000)}\n::add-path::/tmp\n${'y'.repeat(99_000)}`],
    ['of 100 kB of line breaks', `No${'\n'.repeat(100_000)}::add-path::/tmp`],
    ['of halves of characters', '\ud83d::add-path::/tmp\udd25'],
  ]
  /** Every field of every answer that may be shown. */
  const places: [string, string, (text: string) => Fault][] = [
    ['app-server', 'bearer', (text) => fault.answer(hostileError(401, text, text))],
    ['app-server', 'bearer', (text) => fault.answer(hostileError(403, issues(text), text))],
    [
      'app-server',
      'aws',
      (text) => fault.answer({ status: 403, body: { Message: text, message: text, __type: text } }),
    ],
    ['sts', 'aws', (text) => fault.answer(stsError(403, text, text, { requestId: 'x' }))],
    ['sts', 'aws', (text) => fault.answer(xmlError(text))],
    ['oidc', 'bearer', (text) => fault.answer({ status: 400, body: { message: text } })],
    ['oidc', 'bearer', (text) => fault.answer({ status: 400, body: { error: { message: text } } })],
  ]
  const rows = texts.flatMap(([name, text]) =>
    places.map(([role, variant, place], index) => [name, role, index, variant, place, text] as const),
  )
  it.each(rows)('%s, by %s (%i), commands nobody', async (_name, role, index, variant, place, text) => {
    const answer = place(text)
    await using world = await createWorld(system, { variant, faults: { [role]: [answer] } })
    const debug = index % 2 === 0
    const main = await world.run({ debug, inputs: { 'job-summary': 'always' } })
    expectHarmless(world, main)
    expect(main).toMatchObject({ outcome: 'failure', exitCode: 1, outputs: {}, env: {}, path: [], state: {} })
    expect(main.annotations.map(({ level }) => level)).toEqual(['error'])
    expect(main.annotations[0]?.message).toMatch(/ refused \(40[013] /)
    expect(main.log.length).toBeLessThan(16_384)
    expect(main.summary.length).toBeLessThan(32_768)
    expect(answers(world, role)).toHaveLength(1)
    expectNoStack(main, debug)
  })

  it.each(texts)('%s, by GitHub in post, commands nobody', async (_name, text) => {
    const answer = fault.answer({
      status: 422,
      headers: { 'x-github-request-id': 'A:B' },
      body: { message: text },
    })
    await using world = await createWorld(system, { faults: { github: [answer] } })
    const main = await world.run()
    const post = await world.post(main)
    expectHarmless(world, post)
    expect(expectWarned(post).length).toBeLessThan(1_500)
    expect(answers(world, 'github')).toEqual(['status 422'])
  })

  it('in a header is harmless too', async () => {
    const headers = {
      'x-request-id': '::add-path::/tmp ##[set-env name=A]b',
      'retry-after': '::add-path::/tmp',
      date: '::add-path::/tmp',
      location: '::add-path::/tmp',
      'content-type': '::add-path::/tmp',
    }
    for (const status of [302, 403]) {
      const faults = { 'app-server': [fault.answer({ status, headers, body: { status, message: 'No' } })] }
      await using world = await createWorld(system, { faults })
      const main = await world.run({ debug: true })
      expectHarmless(world, main)
      expect(main.exitCode).toBe(1)
      expect(answers(world, 'app-server')).toEqual([`status ${status}`])
    }
  })

  function expectHarmless(world: World, stage: StageResult): void {
    expectClean(world, stage)
    const text = shown(stage)
    // Control characters but the line feed, and those that are not seen.
    expect(text.replaceAll(EOL, '\n').replaceAll('\n', ' ')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    // In debug mode the runner echoes masks and groups.
    expect(stage.log).not.toMatch(/^\s*::(?!add-mask::\*{3}$|group::Why it was refused$|endgroup::$)/m)
    // `::` counts at the beginning of a line alone, `##[` anywhere (actions/runner, ActionCommand.cs).
    expect(stage.annotations.map(({ message }) => message).join('\n')).not.toMatch(/^\s*::|##\[/m)
    expect(stage.summary).not.toMatch(/<img|^# Granted|\[x\]|@octocat/m)
  }

  /** With as much of the text in the header as a header can carry. */
  function hostileError(status: number, message: string, requestId: string): FakeReply {
    const header = requestId.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 4_000)
    return { ...appServerError(status, message, requestId), headers: { 'x-request-id': header } }
  }

  function issues(text: string): string {
    return `Issues:\n- octo-org/target:\n  - ${text}\n  - contents: write - ${text}\n  - contents: read - Not authorized\n- ${text}:\n  - Access policy not found\n\nEffective OIDC token subjects:\n- ${text}`
  }

  function xmlError(text: string): FakeReply {
    const { headers } = stsError(403, 'x', 'x', { json: false })
    return {
      status: 403,
      ...(headers && { headers }),
      body: `<ErrorResponse><Error><Code>${text}</Code><Message>${text.slice(0, 400)}</Message></Error></ErrorResponse>`,
    }
  }
})
