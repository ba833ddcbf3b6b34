import { describe, expect, test } from 'vitest'
import { endOf, header, jsonObject, member, messageOf, serverTime, timeOf, type Answer } from '../../src/http/answer.ts'
import { answer } from './fixture.ts'

const url = new URL('https://app-server.example/path?query')

describe('the JSON object of an answer', () => {
  test('is that', () => {
    expect(jsonObject(answer(200, '{"a":1}'), 'the server', url)).toEqual({ a: 1 })
    expect(jsonObject(answer(200, '\uFEFF{"a":1}'), 'the server', url)).toEqual({ a: 1 })
  })

  const other = 'something that is not a JSON object'
  test.each<[string, Answer['headers'], string]>([
    ['', {}, 'nothing'],
    [' \r\n', {}, 'nothing'],
    [' <!doctype html>', {}, 'a web page (HTML)'],
    ['\uFEFF<html>', {}, 'a web page (HTML)'],
    ['', { 'content-type': 'text/html; charset=utf-8' }, 'a web page (HTML)'],
    ['[]', {}, other],
    ['null', {}, other],
    ['{"a":1', {}, other],
    ['{}\uFEFF', {}, other],
    ['\uFEFF\uFEFF{}', {}, other],
    ['OK <', { 'content-type': 'text/plain' }, other],
  ])('is missing from %j with %o', (text, headers, what) => {
    expect(() => jsonObject(answer(200, text, headers), 'the server', url)).toThrow(
      expect.objectContaining({
        code: 'UNUSABLE_ANSWER',
        message: `The server (app-server.example) answered 200 with ${what}.`,
        text: expect.stringContaining(' Check that https://app-server.example/path is the address of') as string,
      }),
    )
  })
})

test.each<[unknown, readonly string[], unknown]>([
  [{ a: { b: 1 } }, ['a', 'b'], 1],
  [{ a: null }, ['a'], null],
  [7, [], 7],
  [{ a: {} }, ['a', 'b'], undefined],
  [{ a: null }, ['a', 'b'], undefined],
  [{ a: ['x'] }, ['a', '0'], undefined],
  [{}, ['toString'], undefined],
  ['text', ['length'], undefined],
])('of %j the member %j is %j', (json, path, value) => {
  expect(member(json, ...path)).toBe(value)
})

test.each([
  ['{"message":"text"}', 'text'],
  ['{"message":7}', ''],
  ['{}', ''],
  [JSON.stringify({ message: 'a'.repeat(2_001) }), 'a'.repeat(2_000)],
])('the message of %.20j', (text, message) => {
  expect(messageOf(answer(200, text))).toBe(message)
})

test.each([
  ['2026-11-21T09:00:00Z', '2026-11-21T09:00:00.000Z'],
  [1_795_251_600, '2026-11-21T09:00:00.000Z'],
  ['soon', undefined],
  [1e300, undefined],
  [true, undefined],
  [null, undefined],
])('the time in %j is %s', (value, time) => {
  expect(timeOf(value)?.toISOString()).toBe(time)
})

test('a header is the first of its name', () => {
  const given = answer(200, '', { 'x-id': '7', 'set-cookie': ['a', 'b'] })
  expect(['x-id', 'set-cookie', 'date'].map((name) => header(given, name))).toEqual(['7', 'a', undefined])
})

test.each<[Answer['headers'], number | undefined]>([
  [{ date: 'Sat, 21 Nov 2026 09:00:00 GMT' }, Date.UTC(2026, 10, 21, 9)],
  [{ date: 'Sat, 21 Nov 2026 09:00:00 GMT', age: '0' }, undefined],
  [{ date: 'soon' }, undefined],
  [{}, undefined],
])("the server's time by %o", (headers, time) => {
  expect(serverTime(answer(200, '', headers))).toBe(time)
})

test.each([
  [600, '2026-11-21T08:10:00.000Z'],
  ['600', '2026-11-21T08:10:00.000Z'],
  [undefined, undefined],
  ['soon', undefined],
  [1e300, undefined],
  [[600], undefined],
])('a token that expires in %j ends then', (expiresIn, end) => {
  expect(endOf(expiresIn, Date.parse('2026-11-21T08:00:00Z'))?.toISOString()).toBe(end)
})
