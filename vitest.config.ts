import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Also on two cores: most tests wait for the processes that they start.
    maxWorkers: 4,
  },
})
