import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The tests that start processes, read the pages or load the clients of others; all others are next to a module of `src`. */
const slow = [
  'contract.test.ts',
  'dist.test.ts',
  ...['dev', 'docs', 'judges', 'properties', 'scenarios'].map((name) => `${name}/**`),
]
const tests = 'test/**/*.test.ts'

export default defineConfig({
  resolve: {
    // The packages export only their entries; the build maps these files likewise (dev/build/tsconfig.bundle.json).
    alias: Object.fromEntries(
      ['@actions/core/lib/command', '@actions/core/lib/file-command', '@actions/github/lib/context'].map((file) => [
        file,
        join(import.meta.dirname, `node_modules/${file}.js`),
      ]),
    ),
  },
  test: {
    // For what would never end: no test is held to the speed of the machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Also on two cores: most tests wait for the processes that they start.
    maxWorkers: 4,
    projects: [
      {
        extends: true,
        test: { name: 'modules', include: [tests], exclude: slow.map((path) => `test/${path}`), isolate: false },
      },
      {
        extends: true,
        test: { name: 'whole', include: slow.map((path) => `test/${path.replace('**', '**/*.test.ts')}`) },
      },
    ],
  },
})
