import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { authorityHint } from '../../src/http/authority.ts'
import { AttemptFailed, connectionFailure, givenUp, unanswered, unread } from '../../src/http/failure.ts'
import { answer, callTo } from './fixture.ts'

const URL_ = 'https://app-server.example/path'
const LIVES_ON = 'If it issued a token, nobody has it: it cannot be revoked here, and ends within the hour.'

const failureOf = (code: unknown): AttemptFailed =>
  connectionFailure(Object.assign(new Error('x'), code !== undefined && { code }))

test.each<[code: unknown, message: string]>([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection reset'],
  ['ENOTFOUND', 'host name not found'],
  ['EAI_AGAIN', 'host name lookup failed'],
  ['ETIMEDOUT', 'connection timed out'],
  ['EHOSTUNREACH', 'host unreachable'],
  ['ENETUNREACH', 'network unreachable'],
  ...['EMFILE', 'XCERT_', 'INVALID_CALL', 'INVALID_PURPOSES', 'XEPROTO'].map((code): [string, string] => [
    code,
    `network error ${code}`,
  ]),
  ['HPE_INVALID_CONSTANT', 'the answer is not HTTP'],
  [undefined, 'connection closed too early'],
  [7, 'connection closed too early'],
])('the error %s of a socket is a network fault, which may pass', (code, message) => {
  const failure = failureOf(code)
  expect(failure).toMatchObject({ code: 'UNREACHABLE', message, again: true, hint: undefined, answered: false })
  expect(failure.cause).toMatchObject({ message: 'x' })
})

test.each([
  ...[
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ].map((code) => [code, 'its certificate is from a certificate authority that this runner does not know']),
  ...[
    'CERT_REVOKED',
    'CRL_HAS_EXPIRED',
    'UNABLE_TO_GET_CRL',
    'ERROR_IN_CERT_NOT_BEFORE_FIELD',
    'INVALID_CA',
    'PATH_LENGTH_EXCEEDED',
    'HOSTNAME_MISMATCH',
  ].map((code) => [code, `its certificate is not accepted (${code})`]),
  // OpenSSL's alert 116, RFC 8446 section 6.2, as Node names it.
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'it requires a client certificate'],
  ...['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_TLS_X', 'EPROTO', 'ERR_OSSL_X'].map((code) => [
    code,
    `the TLS handshake failed (${code})`,
  ]),
])('the error %s of a socket is a fault of TLS, which does not pass', (code, message) => {
  const failure = failureOf(code)
  expect(failure).toMatchObject({ code: 'TLS_FAILED', message, again: false, cause: { message: 'x' } })
  expect(failure.hint).toMatch(/\.$/)
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

test('an unknown authority is explained by the file of NODE_EXTRA_CA_CERTS', () => {
  vi.stubEnv('NODE_EXTRA_CA_CERTS', join(tmpdir(), 'no-such-file.pem'))
  const { hint } = failureOf('SELF_SIGNED_CERT_IN_CHAIN')
  vi.unstubAllEnvs()
  expect(hint).toMatch(/^NODE_EXTRA_CA_CERTS is set, but the file that it names does not exist/)
})

const HOUR = { grantEnds: 'within the hour' }
test.each<[string, AttemptFailed['code'], string | undefined, object, RegExp]>([
  ['a hint of its own', 'UNREACHABLE', 'Do this.', {}, /^Do this\.$/],
  [
    'no way there',
    'UNREACHABLE',
    undefined,
    HOUR,
    /^Check that https:\/\/app-server\.example is the right .*proxy\)\.$/,
  ],
  ['no time', 'TIMED_OUT', undefined, HOUR, /^If this persists, .* to https:\/\/app-server\.example\.$/],
  ['what cannot be read', 'UNUSABLE_ANSWER', undefined, HOUR, new RegExp(`^${LIVES_ON}$`)],
  ['what cannot be read and grants nothing', 'UNUSABLE_ANSWER', undefined, {}, /^$/],
  ['another fault', 'PROXY_FAILED', undefined, HOUR, /^$/],
])('an attempt without an answer says what to do: %s', (_name, code, own, more, hint) => {
  const failure = new AttemptFailed(code, 'x', { again: true, ...(own !== undefined && { hint: own }) })
  const error = unanswered(callTo(URL_, more), failure)
  expect(error).toMatchObject({ code, message: 'The server (app-server.example): x.', cause: failure })
  expect(error.explain(undefined).hint ?? '').toMatch(hint)
})

test('the last error is told as it was, with the reason why there is no other attempt', () => {
  const last = new ActionError('OVERLOADED', 'Busy.', { hint: 'Wait.', refused: { status: 503 } })
  expect(givenUp(last, { attempts: 2, tookMs: 1_500, retryAfterMs: 7_001 }, 'LIMIT')).toMatchObject({
    text: 'Busy. It asks to wait for 8 s, which leaves no time within the limit of LIMIT. Wait.',
    refused: { status: 503 },
    cause: last,
  })
})

test('what reading threw is told as it is, unless it may have lost a token or a gateway may have sent it', () => {
  const [call, cause, json] = [callTo(URL_, HOUR), new Error('cause'), answer(200, '{}')]
  const [none, useless] = [false, true].map(
    (leavesNothing) => new ActionError('UNUSABLE_ANSWER', 'No token.', { hint: 'Ask.', cause, leavesNothing }),
  ) as [ActionError, ActionError]
  expect(unread(call, json, none)).toMatchObject({ code: none.code, text: `No token. Ask. ${LIVES_ON}`, cause })
  expect(unread(call, json, new ActionError('INTERNAL', 'No.'))).toMatchObject({ text: `No. ${LIVES_ON}` })
  expect(unread(call, json, cause)).toBe(cause)
  expect(unread(call, json, useless)).toBe(useless)
  const behind = callTo(URL_, { gateway: {} })
  expect(unread(behind, json, none)).toBe(none)
  expect(unread(behind, answer(200, '<html>'), none)).toMatchObject({
    text: expect.stringMatching(/^No token\. Ask\. If a gateway .* set `headers`/) as string,
  })
})
