import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

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
    include: ['test/**/*.test.ts'],
    // For what would never end: no test is held to the speed of the machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Also on two cores: most tests wait for the processes that they start.
    maxWorkers: 4,
  },
})
