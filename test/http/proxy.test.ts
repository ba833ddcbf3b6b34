import { describe, expect, test } from 'vitest'
import { proxyFor, proxyHint } from '../../src/http/proxy.ts'
import { proxyVariables } from './fixture.ts'

const BOTH = { https_proxy: 'http://proxy.example', http_proxy: 'http://proxy.example' }
const TARGET = new URL('https://app-server.example/access_tokens')

/** What is read of the setting, where there is a proxy for the URL. */
function read(url = TARGET): string | undefined {
  const proxy = proxyFor(url)
  return proxy && [proxy.url.protocol, proxy.url.host, proxy.username, proxy.password].join(' ')
}

describe('the setting', () => {
  test.each([
    // As `getProxyUrl` of @actions/http-client reads them.
    ['http://proxy.example:3128', 'http: proxy.example:3128  '],
    ['https://proxy.example', 'https: proxy.example  '],
    ['https://proxy.example:80', 'https: proxy.example:80  '],
    ['http://runner:p%40ss%20%C3%A9@proxy.example:3128/', 'http: proxy.example:3128 runner p@ss é'],
    ['http://runner@127.0.0.1:3128', 'http: 127.0.0.1:3128 runner '],
    ['127.0.0.1:3128', 'http: 127.0.0.1:3128  '],
    // Where it goes direct, throws, or reads the host as a scheme.
    ['http://runner:100%@proxy.example:3128', 'http: proxy.example:3128 runner 100%'],
    ['http://runner:%ff%25@proxy.example:3128', 'http: proxy.example:3128 runner %ff%25'],
    ['proxy.example:3128', 'http: proxy.example:3128  '],
    [' HTTP://proxy.example:3128 ', 'http: proxy.example:3128  '],
    ['Https://proxy.example', 'https: proxy.example  '],
    ['runner:é%zz%25%C3%A9@127.0.0.1:3128', 'http: 127.0.0.1:3128 runner é%zz%é'],
  ])('may be %j', (setting, proxy) => {
    proxyVariables({ https_proxy: setting })
    expect(read()).toBe(proxy)
  })

  const NO_URL = 'the proxy setting https_proxy is not a URL'
  const SCHEME = 'but a proxy must be http or https'
  test.each([
    ['p@ss word', NO_URL],
    ['http://runner:1/p@ss@127.0.0.1:3128', NO_URL],
    ['http://runner:1?p@ss@127.0.0.1:3128', NO_URL],
    ['http://runner:1#p\n@127.0.0.1:3128', NO_URL],
    ['http://', NO_URL],
    [
      'socks5://runner:p%40ss@socks.example:1080',
      `the proxy socks.example:1080 (https_proxy) has the scheme "socks5", ${SCHEME}`,
    ],
    ['SOCKS4A://socks.example', `the proxy socks.example (https_proxy) has the scheme "socks4a", ${SCHEME}`],
    ['ftp://p@ss%@[::1]:21', `the proxy [::1]:21 (https_proxy) has the scheme "ftp", ${SCHEME}`],
    ['httpx://proxy.example', `the proxy proxy.example (https_proxy) has the scheme "httpx", ${SCHEME}`],
    ['xhttp://proxy.example', `the proxy proxy.example (https_proxy) has the scheme "xhttp", ${SCHEME}`],
  ])('refuses %s without showing it', (setting, message) => {
    proxyVariables({ https_proxy: setting })
    expect(() => proxyFor(TARGET)).toThrow(
      expect.objectContaining({
        code: 'PROXY_FAILED',
        message,
        again: false,
        hint: 'The proxy comes from https_proxy in the environment of the runner; hosts in no_proxy are reached without it.',
      }),
    )
  })

  test.each<[string, string, boolean]>([
    ['', 'https://127.evil.example/', true],
    ['other.example', 'https://127.0.0.1.evil.example:8443/', true],
    ['evil.example', 'https://127.evil.example/', false],
    ['127.evil.example', 'https://127.evil.example/', false],
    ['', 'http://127.1.2.3/', false],
    ['', 'http://[::1]:8080/', false],
    ['', 'http://localhost/', false],
    ['.example', 'https://app-server.example/', false],
    ['app-server.example:8443', 'https://app-server.example:8443/', false],
  ])('is needed, also for a name that begins like an address: no_proxy "%s" and %s', (hosts, url, asked) => {
    proxyVariables({ ...BOTH, no_proxy: hosts })
    expect(read(new URL(url)) !== undefined).toBe(asked)
  })

  test.each<[string | undefined, string, string | undefined]>([
    [undefined, 'app-server.example', '*.example'],
    ['localhost, *.example', 'app-server.example', '*.example'],
    ['app-server.example.', 'app-server.example:8443', 'app-server.example.'],
    ['localhost app-server.example', 'app-server.example', 'localhost app-server.example'],
    ['10.0.0.0/8', '10.1.2.3', '10.0.0.0/8'],
    ['fd00::1', '[fd00::1]:8443', 'fd00::1'],
    ['*.other.example, 10.0.0.0/8', 'app-server.example', undefined],
    ['.example', 'other.test', undefined],
    ['.', 'app-server.example.', undefined],
  ])('the hint names an entry that looks meant for the host: no_proxy "%s" and %s', (hosts, host, entry) => {
    proxyVariables({ ...BOTH, NO_PROXY: '*.example', ...(hosts !== undefined && { no_proxy: hosts }) })
    const mended = ` no_proxy has "${entry}", a form that is not understood: use host names, or domains such as .example.com, with commas between them.`
    expect(proxyHint('https_proxy', host)).toBe(
      `The proxy comes from https_proxy in the environment of the runner; hosts in no_proxy are reached without it.${entry === undefined ? '' : mended}`,
    )
    // What is named is indeed not understood.
    if (entry !== undefined) expect(read(new URL(`https://${host}/`))).toBeDefined()
  })

  // On Windows the names of variables have no case.
  test.skipIf(process.platform === 'win32')('goes by the scheme of the URL, lower case first', () => {
    const variables = { HTTPS_PROXY: 'http://one.example', http_proxy: 'http://two.example' }
    proxyVariables(variables)
    expect(proxyFor(TARGET)?.variable).toBe('HTTPS_PROXY')
    proxyVariables({ ...variables, https_proxy: 'http://three.example' })
    expect(proxyFor(TARGET)).toMatchObject({ variable: 'https_proxy', url: new URL('http://three.example') })
  })
})
