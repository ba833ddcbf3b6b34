/** What `Inputs.url` returns after a problem. Never asked: `.invalid` is reserved (RFC 2606) and `check` throws. */
export const NOWHERE = 'https://nowhere.invalid/'

/** Whether a URL's host name is this machine: `localhost`, 127.0.0.0/8, `[::1]`. Names under `localhost` may be asked of DNS. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

/** Whether a credential may be sent to a URL: by HTTPS, or by HTTP to this machine. */
export function mayCarrySecrets(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

/** What is wrong with the text of a URL, to follow its name in a sentence; `undefined` if it can be used. */
export function urlFault(value: string, mayHaveQuery: boolean): string | undefined {
  // The URL parser removes line breaks and reads backslashes as slashes, so it would read another URL than the one written.
  const url = /^[a-z]+:\/\/[^\s\\/][^\s\\]*$/i.test(value) && URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined) return 'must be a URL'
  if (/^[^/]*\/\/[^/?#]*@/.test(value)) return 'must be a URL without a user name and password'
  if (!mayCarrySecrets(url)) {
    return 'must begin with https:// (http:// works only on this machine: localhost, 127.0.0.1, [::1])'
  }
  if (value.includes('#')) return 'must be a URL without a fragment (#…)'
  if (!mayHaveQuery && value.includes('?')) return 'must be a URL without a query (?…)'
  return undefined
}
