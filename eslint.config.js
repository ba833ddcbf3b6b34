import js from '@eslint/js'
import boundaries from 'eslint-plugin-boundaries'
import tseslint from 'typescript-eslint'

/** The rooms of src, from the top: each imports from those below it. Those on one floor leave each other alone. */
const floors = [
  ['index'],
  ['step', 'exchanges'],
  ['aws', 'github', 'google', 'vault'],
  ['identity'],
  ['exchange'],
  ['http'],
  ['inputs'],
  ['errors'],
]
const rooms = floors.flat()

/** The files of rooms: those in a folder of that name, and the one at the root. */
const filesOf = (rooms) => [
  { element: { types: { anyOf: rooms } } },
  { file: { categories: { anyOf: rooms } } },
]

export default tseslint.config(
  { ignores: ['dist/', '.conformance/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js', 'dev/ready.js'] } },
    },
    rules: {
      // Numbers in messages are counts, statuses and seconds: they read well as they are.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreUsingDeclarations: true }],
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['src/**'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': rooms.map((room) => ({ type: room, pattern: `src/${room}` })),
      'boundaries/files': rooms.map((room) => ({ category: room, pattern: `src/${room}.ts` })),
      'boundaries/include': ['src/**'],
    },
    rules: {
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: floors.flatMap((floor, level) =>
            floor.map((room) => ({
              from: filesOf([room]),
              allow: { to: filesOf([room, ...floors.slice(level + 1).flat()]) },
            })),
          ),
        },
      ],
    },
  },
  {
    files: ['test/**', 'dev/**'],
    rules: {
      // An assertion on a value that may be absent fails with a better message than a type guard.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['eslint.config.js'], ...tseslint.configs.disableTypeChecked },
)
