/**
 * The `$ref`s of an OpenAPI document that lead nowhere. Only references inside the document are used.
 *
 * @see RFC 6901
 */
export function danglingReferences(document: unknown): string[] {
  const references: string[] = []
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === '$ref' && typeof inner === 'string') references.push(inner)
      else collect(inner)
    }
  }
  collect(document)
  return references.filter((reference) => !resolves(document, reference))
}

function resolves(document: unknown, reference: string): boolean {
  if (!reference.startsWith('#/')) return false
  let at = document
  for (const part of reference.slice(2).split('/')) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false
    at = (at as Record<string, unknown>)[key]
  }
  return true
}
