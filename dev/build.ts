/** Builds `dist` from nothing: `npm run build`. The same sources give the same bytes, wherever they lie. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundle, licenses } from './build/bundle.ts'
import { stubs } from './build/stubs.ts'
import { commandLine } from './command-line.ts'
import { readActions, repository } from './documents/actions.ts'

async function build(): Promise<void> {
  process.chdir(repository)
  const dist = join(repository, 'dist')
  const { files, sources } = await bundle(join(repository, 'src/index.ts'))
  const entries = stubs(readActions())

  const contents: Record<string, string> = {
    ...files,
    ...Object.fromEntries(entries.map((stub) => [stub.file, stub.text])),
    'licenses.txt': licenses(repository, sources),
    'package.json': '{ "type": "module" }\n',
  }

  rmSync(dist, { recursive: true, force: true })
  for (const [file, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(dist, file)), { recursive: true })
    writeFileSync(join(dist, file), text)
  }

  const { exchanges } = (await import(pathToFileURL(join(dist, 'index.js')).href)) as { exchanges: object }
  const offered = Object.keys(exchanges).sort()
  const actions = readActions().map(({ folder }) => folder || '.')
  if (offered.join() !== actions.sort().join()) {
    throw new Error(`src/index.ts has exchanges for ${offered.join(', ')}, but there are actions ${actions.join(', ')}`)
  }

  let total = 0
  for (const [file, text] of Object.entries(contents).sort()) {
    const bytes = Buffer.byteLength(text)
    total += bytes
    console.log(`${String(bytes).padStart(9)}  dist/${file}`)
  }
  console.log(`${String(total).padStart(9)}  in all (bytes)`)
}

commandLine('Usage: npm run build\n\nBuilds dist from scratch.', {})
build().catch((error: unknown) => {
  // Node would print the line of the bundler that threw, which is three million characters long.
  console.error(`npm run build: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
