import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // The package exports only its entry; the build maps this file likewise (dev/build/tsconfig.bundle.json).
    alias: {
      '@actions/github/lib/context': join(import.meta.dirname, 'node_modules/@actions/github/lib/context.js'),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // For what would never end: no test is held to the speed of the machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Also on two cores: most tests wait for the processes that they start.
    maxWorkers: 4,
  },
})
