import { describe, expect, test } from 'vitest'
import { refusalError } from '../../src/http/refusal.ts'
import type { Call } from '../../src/http/call.ts'
import { answer, callTo } from './fixture.ts'

const hintOf = (status: number, body: string, location: string, gateway?: Call<unknown>['gateway']): string => {
  const call = callTo('https://server.example/path', gateway && { gateway })
  const error = refusalError(call, answer(status, body, { location }), {}, (text) => text)
  return error.explain(undefined).hint ?? ''
}

const FINAL = 'Use the final URL instead of https://server.example/path.'
/** Where each sends a request that it does not know. */
const LOGINS = [
  ['https://team.cloudflareaccess.com/cdn-cgi/access/login/x', 'Cloudflare Access', 'CF-Access-Client-Secret'],
  ['https://accounts.google.com/o/oauth2/v2/auth?x', "Google's Identity-Aware Proxy", 'Proxy-Authorization'],
  ['https://authenticate.example/.pomerium/sign_in?x', 'Pomerium', 'X-Pomerium-Authorization'],
] as const

describe('a redirect', () => {
  test.each(LOGINS)('to %s names the gateway and its headers', (location, name, header) => {
    const hint = hintOf(302, '', location, {})
    expect(hint).toContain(`It leads to the login page of ${name}: set \`headers\``)
    expect(hint).toContain(header)
    expect(hint).not.toContain(FINAL)
    const given = hintOf(300, '', location, { 'x-a': 'obviously-a-secret', 'x-b': 'another' })
    expect(given).toContain('which did not accept `headers` (x-a, x-b)')
    expect(given).not.toContain('secret')
  })

  test.each([
    'https://elsewhere.example/login?https://team.cloudflareaccess.com/',
    'https://team.cloudflareaccess.com.example/',
    'https://a-cloudflareaccess.com/',
    'https://accounts.google.com.example/',
    'https://server.example/xpomerium/',
    'https://server.example/a/.pomerium/',
    '',
  ])('to elsewhere says what may be missing, too: %j', (location) => {
    expect(hintOf(302, '', location, {})).toMatch(
      / Use the final URL .* If a gateway such as Cloudflare Access sent it, a header may be missing: set `headers`/,
    )
  })

  test('says nothing of headers where they have no place', () => {
    expect(hintOf(302, '', LOGINS[0][0])).toMatch(/Use the final URL instead of https:\/\/server\.example\/path\.$/)
  })
})

test('a web page may be that of a gateway; anything else is not', () => {
  const page = '<html>'
  expect(hintOf(403, page, LOGINS[0][0], {})).toMatch(
    /it is a web page\. .* set `headers` \(CF-Access-Client-Id and CF-Access-Client-Secret\)\.$/,
  )
  expect(hintOf(403, page, '', { 'x-a': 'b' })).toMatch(/ If a gateway sent it, it did not accept `headers` \(x-a\)\.$/)
  for (const hint of [hintOf(403, page, ''), hintOf(400, '', '', {}), hintOf(403, 'no', LOGINS[0][0], {})]) {
    expect(hint).not.toMatch(/headers/)
  }
})
