import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { authorityHint } from '../../src/http/authority.ts'
import {
  AttemptFailed,
  connectionFailure,
  cutOff,
  givenUp,
  mustBeSafe,
  reasonOf,
  unanswered,
  unheard,
  unread,
} from '../../src/http/failure.ts'
import { answer, callTo } from './fixture.ts'

const URL_ = 'https://app-server.example/path'
const UNKNOWN = 'its certificate is from a certificate authority that this runner does not know'
const LIVES_ON = 'If it issued a token, nobody has it: it cannot be revoked here, and ends within the hour.'

test.each([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection reset'],
  ['ENOTFOUND', 'host name not found'],
  ['EAI_AGAIN', 'host name lookup failed'],
  ['ETIMEDOUT', 'connection timed out'],
  ['EHOSTUNREACH', 'host unreachable'],
  ['ENETUNREACH', 'network unreachable'],
  ['EMFILE', 'network error EMFILE'],
  ['HPE_INVALID_CONSTANT', 'the answer is not HTTP'],
  [undefined, 'connection closed too early'],
  [7, 'connection closed too early'],
])('the error %s of a socket is a network fault, which may pass', (code, what) => {
  const error = Object.assign(new Error('x'), code !== undefined && { code })
  const failure = connectionFailure(error)
  expect(failure).toMatchObject({
    code: 'UNREACHABLE',
    message: what,
    again: true,
    hint: undefined,
    answered: false,
    cause: error,
  })
})

// OpenSSL's alert 116, RFC 8446 section 6.2, as Node names it.
test('a server that requires a client certificate is not said to speak no TLS', () => {
  const error = Object.assign(new Error('x'), { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' })
  expect(connectionFailure(error)).toMatchObject({
    code: 'TLS_FAILED',
    message: 'it requires a client certificate',
    hint: 'This action offers none: the server must accept requests without one on this address.',
    again: false,
  })
})

test.each([
  ['missing.pem', 'does not exist'],
  ['authority.der', 'is not PEM: convert it (openssl x509 -inform der)'],
  ['.', 'is a folder'],
  ['authority\0.pem', 'cannot be read'],
])('what is wrong with the file of NODE_EXTRA_CA_CERTS is said: %s', (name, fault) => {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  writeFileSync(join(folder, 'authority.der'), '0\x82-----')
  writeFileSync(join(folder, 'authority.pem'), 'Ours\n-----BEGIN CERTIFICATE-----')
  expect(authorityHint(join(folder, name))).toBe(`NODE_EXTRA_CA_CERTS is set, but the file that it names ${fault}.`)
  expect(authorityHint(join(folder, 'authority.pem'))).toContain('does not contain that authority')
})

test.each([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNKNOWN],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host name'],
  ...[
    'CERT_REVOKED',
    'CRL_HAS_EXPIRED',
    'UNABLE_TO_GET_CRL',
    'ERROR_IN_CERT_NOT_BEFORE_FIELD',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
    'HOSTNAME_MISMATCH',
  ].map((code) => [code, `its certificate is not accepted (${code})`]),
  ...['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_TLS_X', 'EPROTO', 'ERR_OSSL_X'].map((code) => [
    code,
    `the TLS handshake failed (${code})`,
  ]),
])('the error %s of a socket is a fault of TLS, which does not pass', (code, what) => {
  const error = Object.assign(new Error('x'), { code })
  const failure = connectionFailure(error)
  expect(failure).toMatchObject({ code: 'TLS_FAILED', message: what, again: false, cause: error })
  expect(failure.hint).toMatch(/\.$/)
})

test.each(['XCERT_', 'INVALID_CALL', 'INVALID_PURPOSES', 'XEPROTO'])('%s is none of TLS', (code) => {
  expect(connectionFailure(Object.assign(new Error(), { code })).message).toBe(`network error ${code}`)
})

test('the reason of a signal is an error, where it was aborted with one', () => {
  const reason = new Error('the end')
  expect(reasonOf(AbortSignal.abort(reason))).toBe(reason)
  expect(reasonOf(AbortSignal.abort('text'))).toBeUndefined()
  expect(reasonOf(new AbortController().signal)).toBeUndefined()
})

test('a signal cuts off with its reason', async () => {
  const [ends, reason] = [new AbortController(), new Error('the end')]
  const failed = expect(cutOff(ends.signal)).rejects.toBe(reason)
  ends.abort(reason)
  await failed
})

test.each([
  ['https://app-server.example', true],
  ['http://localhost:1', true],
  ['http://app-server.example', false],
])('a call to %s may carry secrets: %s', (url, may) => {
  const check = (): void => {
    mustBeSafe(callTo(url))
  }
  if (may) check()
  else
    expect(check).toThrow(
      expect.objectContaining({
        code: 'TLS_FAILED',
        text: 'The server (app-server.example): its address does not begin with https://. Nothing was sent. Plain HTTP works only on this machine (localhost, 127.0.0.1, [::1]).',
      }),
    )
})

const attempt = (code: AttemptFailed['code'], again: boolean, hint?: string): AttemptFailed =>
  new AttemptFailed(code, 'x', { again, ...(hint !== undefined && { hint }) })
const HOUR = 'within the hour'
test.each<[string, AttemptFailed, string | undefined, RegExp]>([
  ['a hint of its own', attempt('UNREACHABLE', true, 'Do this.'), undefined, /^Do this\.$/],
  [
    'no way there',
    attempt('UNREACHABLE', true),
    HOUR,
    /^Check that https:\/\/app-server\.example is the right address, .* \(https_proxy\)\.$/,
  ],
  ['no time', attempt('TIMED_OUT', true), HOUR, /^If this persists, .* to https:\/\/app-server\.example\.$/],
  ['what cannot be read', attempt('UNUSABLE_ANSWER', false), HOUR, new RegExp(`^${LIVES_ON}$`)],
  ['what cannot be read and grants nothing', attempt('UNUSABLE_ANSWER', false), undefined, /^$/],
  ['another fault', attempt('PROXY_FAILED', false), HOUR, /^$/],
])('an attempt without an answer says what to do: %s', (_name, failure, grantEnds, hint) => {
  const error = unanswered(callTo(URL_, grantEnds === undefined ? {} : { grantEnds }), failure)
  expect(error).toMatchObject({ code: failure.code, message: 'The server (app-server.example): x.', cause: failure })
  expect(error.explain(undefined).hint ?? '').toMatch(hint)
})

test.each([
  [new Error('The job was cancelled.'), 'The job was cancelled.'],
  ['text', 'The step was cancelled or timed out.'],
])('a call that was not listened to: %s', (reason, why) => {
  const error = unheard(callTo(URL_), 'within the hour', AbortSignal.abort(reason))
  expect(error).toMatchObject({ code: 'CANCELLED', cause: reason })
  expect(error.text).toBe(`${why} The server (app-server.example) had been asked and did not answer. ${LIVES_ON}`)
})

test.each([
  ['deadline', 1, 1_499, undefined, 'Gave up after 1 attempt in 1 s; the limit is LIMIT.'],
  ['deadline', 2, 1_500, 7_000, 'Gave up after 2 attempts in 2 s; the limit is LIMIT.'],
  ['retry-after', 2, 1_500, 7_001, 'It asks to wait for 8 s, which leaves no time within the limit of LIMIT.'],
] as const)(
  'the last error says why there is no other attempt: %s after %i',
  (because, attempts, tookMs, waitMs, why) => {
    const last = new ActionError('OVERLOADED', 'Busy.', { hint: 'Wait.', refused: { status: 503 } })
    const error = givenUp(last, because, { attempts, tookMs, waitMs }, 'LIMIT')
    expect(error).toMatchObject({ code: 'OVERLOADED', message: `Busy. ${why}`, refused: { status: 503 }, cause: last })
    expect(error.explain(undefined)).toEqual({ hint: 'Wait.' })
  },
)

const JSON_ANSWER = answer(200, '{}')

test('what reading threw is told as it is, unless it may have lost a token', () => {
  const call = callTo(URL_, { grantEnds: 'within the hour' })
  const cause = new Error('cause')
  const more = { hint: 'Ask.', cause }
  const lost = unread(call, JSON_ANSWER, new ActionError('UNUSABLE_ANSWER', 'No token.', more)) as ActionError
  expect(lost).toMatchObject({ code: 'UNUSABLE_ANSWER', text: `No token. Ask. ${LIVES_ON}`, cause })
  expect((unread(call, JSON_ANSWER, new ActionError('UNUSABLE_ANSWER', 'No.')) as ActionError).text).toBe(
    `No. ${LIVES_ON}`,
  )
  const others: [typeof call, unknown][] = [
    [call, cause],
    [call, new ActionError('UNUSABLE_ANSWER', 'No token.', { leavesNothing: true })],
    [callTo(URL_), new ActionError('UNUSABLE_ANSWER', 'No token.', more)],
  ]
  for (const [each, error] of others) expect(unread(each, JSON_ANSWER, error)).toBe(error)
  const page = { ...JSON_ANSWER, text: '<html>' }
  const behind = callTo(URL_, { gateway: {} })
  expect(unread(behind, JSON_ANSWER, others[1]![1])).toBe(others[1]![1])
  expect((unread(behind, page, others[2]![1]) as ActionError).text).toMatch(
    /^No token\. Ask\. If a gateway .* set `headers`/,
  )
})
