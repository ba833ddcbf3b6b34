import { describe, expect, test } from 'vitest'
import { parseCommand } from '../../dev/runner/commands.ts'
import { FileCommandError, parseKeyValues } from '../../dev/runner/file-commands.ts'
import { Masker } from '../../dev/runner/masker.ts'
import { StepLog } from '../../dev/runner/step-log.ts'

describe('a workflow command', () => {
  test('has a name in any case, properties and data, unescaped', () => {
    expect(parseCommand('::Error file=a%2Cb,title=x%3Ay::one%0Atwo %250A')).toEqual({
      name: 'error',
      properties: { file: 'a,b', title: 'x:y' },
      data: 'one\ntwo %0A',
      form: '::',
    })
  })

  test('may stand after blanks, but after nothing else', () => {
    expect(parseCommand(' \t::debug::x')?.name).toBe('debug')
    expect(parseCommand('x::debug::x')).toBeUndefined()
  })

  test('in brackets may stand anywhere', () => {
    expect(parseCommand('so: ##[set-env name=A;x=%5D]b%3Bc')).toEqual({
      name: 'set-env',
      properties: { name: 'A', x: ']' },
      data: 'b;c',
      form: '##[',
    })
  })

  test.each(['::unknown::x', '##[section]x', '::debug', '##[debug', '', ': :set-env name=x::y'])(
    'is not in %j',
    (line) => {
      expect(parseCommand(line)).toBeUndefined()
    },
  )
})

describe('a command file', () => {
  test('has lines and blocks, the last of a name counts', () => {
    expect(parseKeyValues('a=1\n\nb=x<<y=z\nc<<END\none\n\n two \nEND\nd<<E\nE\na=2\ne=\r\n')).toEqual({
      a: '2',
      b: 'x<<y=z',
      c: 'one\n\n two ',
      d: '',
      e: '\r',
    })
  })

  test('keeps a CR in a value, and takes a delimiter only as a whole line', () => {
    expect(parseKeyValues('a<<E\none\r\n E\nE \nE\n')).toEqual({ a: 'one\r\n E\nE ' })
  })

  test.each([
    ['no equals sign', 'a=1\nnonsense\n', "Invalid format 'nonsense'"],
    ['no name', '=1\n', 'Name must not be empty'],
    ['no name of a block', '<<E\nE\n', 'Name must not be empty and delimiter must not be empty'],
    ['no delimiter', 'a<<\n\n', 'Name must not be empty and delimiter must not be empty'],
    ['a block without end', 'a<<E\none\n', "Matching delimiter not found 'E'"],
    ['a last line without line end in a block', 'a<<E\none', "EOF value must end with a newline 'E'"],
  ])('is refused with %s', (_, text, message) => {
    expect(() => parseKeyValues(text)).toThrow(FileCommandError)
    expect(() => parseKeyValues(text)).toThrow(message)
  })
})

describe('a log', () => {
  function logOf(lines: string[], debug = false): StepLog {
    const log = new StepLog(new Masker(), debug)
    for (const line of lines) log.take(line)
    return log
  }

  test('hides a secret from its mask on, not before', () => {
    expect(logOf(['open sesame', '::add-mask::open sesame', 'open sesame']).text).toBe('open sesame\n***\n')
  })

  test('hides secrets in annotations, titles, groups, debug lines and foreign commands', () => {
    const log = logOf(
      [
        '::add-mask::open sesame',
        '::warning title=open sesame::an open sesame',
        '::group::open sesame',
        '::endgroup::',
        '::debug::open sesame',
        '::echo::open sesame',
      ],
      true,
    )
    expect(log.annotations).toEqual([{ level: 'warning', message: 'an ***', title: '***' }])
    expect(log.debugLines).toEqual(['***'])
    expect(log.foreignCommands).toEqual(['::echo::***'])
    expect(log.text).toBe('##[warning]an ***\n##[group]***\n##[endgroup]\n##[debug]***\n::echo::***\n')
  })

  test('shows debug lines only in debug mode', () => {
    expect(logOf(['::debug::x']).text).toBe('')
    expect(logOf(['::debug::x']).debugLines).toEqual(['x'])
    expect(logOf(['::debug::x'], true).text).toBe('##[debug]x\n')
  })

  test('shows what is no command as it is', () => {
    expect(logOf(['::nonsense::x', 'plain']).text).toBe('::nonsense::x\nplain\n')
  })

  test('warns of an empty mask', () => {
    const log = logOf(['::add-mask:: '])
    expect(log.annotations[0]?.message).toContain("Can't add secret mask for empty string")
  })

  test.each(['::set-env name=A::b', '::add-path::/x', 'x ##[set-env name=A]b'])(
    'refuses %s, and the step fails',
    (line) => {
      const log = logOf([line])
      expect(log.foreignCommands).toEqual([line])
      expect(log.failed).toBe(true)
      expect(log.annotations[1]?.message).toContain('command is disabled')
    },
  )

  test.each([
    '##[add-mask]abc',
    '##[error]x',
    '::stop-commands::x',
    '::echo::on',
    '::add-matcher::x',
    '::save-state name=a::b',
  ])('reports %s as foreign', (line) => {
    expect(logOf([line]).foreignCommands).toEqual([line])
  })

  test('acts on the old commands for outputs and state', () => {
    const log = logOf(['::set-output name=a::b%0Ac', '::save-state name=d::e'])
    expect(log.outputs).toEqual({ a: 'b\nc' })
    expect(log.state).toEqual({ d: 'e' })
    expect(log.foreignCommands).toHaveLength(2)
  })

  test('acts on no command between stop-commands and its token', () => {
    const log = logOf([
      '::stop-commands::xyz',
      '::error::lost',
      '::add-mask::lost',
      '::XYZ::',
      '::error::found',
    ])
    expect(log.annotations).toEqual([{ level: 'error', message: 'found' }])
    expect(log.text).toBe('::stop-commands::xyz\n::error::lost\n::add-mask::lost\n::XYZ::\n##[error]found\n')
  })

  test('keeps ten annotations of a level, each cut at 4096 characters', () => {
    const log = logOf([...Array.from({ length: 12 }, () => `::error::${'x'.repeat(5_000)}`), '::notice::y'])
    expect(log.annotations).toHaveLength(11)
    expect(log.annotations[0]?.message).toHaveLength(4_096)
  })
})
