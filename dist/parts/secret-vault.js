export const id = 'secret-vault';
export const ids = ['secret-vault'];
export const modules = {

/***/ 6535: // ./src/exchanges/secret/vault.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   secretVault: () => (/* binding */ secretVault)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);


const EXAMPLE = 'team/database';
/** Values of secrets of a KV version 2 engine of Vault or OpenBao, read with a token that is revoked at once. */
const secretVault = {
    settings: async (inputs) => {
        const [vault, library] = await Promise.all([
            __webpack_require__.e('vault-login').then(__webpack_require__.bind(__webpack_require__, 3356)),
            __webpack_require__.e('secrets').then(__webpack_require__.bind(__webpack_require__, 7953)),
        ]);
        const engine = vault.readPath(inputs, 'engine', inputs.text('engine') || 'secret', 'secret');
        return {
            vault,
            library,
            server: vault.readServer(inputs),
            engine,
            wanted: await library.readReferences(inputs, {
                input: 'path',
                example: EXAMPLE,
                key: 'DB_PASSWORD',
                read: (label, text) => secretPath(inputs, label, vault.readPath(inputs, label, text, EXAMPLE), engine),
                mended: (text) => fromVaultAction(text, engine),
            }),
        };
    },
    exchange: async (settings, tools) => {
        const { vault, library, server, wanted } = settings;
        const api = new URL(server.api);
        tools.connectEarly(api);
        library
            .worthConnecting(wanted, (path) => path)
            .forEach(() => {
            tools.connectEarly(api);
        });
        const login = await vault.login(server, tools);
        if (!login.isBatch)
            tools.takeBack(vault.vaultToken(login));
        const grant = await library.readWanted(wanted, {
            id: (path) => path,
            read: (path) => read(settings, path, login.token, tools),
        });
        return login.isBatch ? { ...grant, summary: `${grant.summary} ${vault.aboutBatch(login)}` } : grant;
    },
    explain: ({ vault, server }, error, claims) => vault.explainLogin(server, error, claims),
};
/** What stands in policies and in the commands of people stands before a path; it would be there twice. */
function secretPath(inputs, label, path, engine) {
    let rest = path;
    for (const before of [`${engine}/`, 'data/']) {
        if (rest.startsWith(before))
            rest = rest.slice(before.length);
    }
    if (rest === path)
        return path;
    inputs.problem(label, 'must not contain the engine or data/, which the step adds', rest);
    return '';
}
/**
 * The first entry of `secrets` as hashicorp/vault-action takes it, `ENGINE/data/PATH KEY | NAME ;`, in the form that works
 * here; `undefined` where it is none.
 */
function fromVaultAction(text, engine) {
    const [first = ''] = text.split(';');
    const entry = /^(\S+)\/data\/(\S+)\s+([\w.-]+|\*)(?:\s*\|\s*([a-z][\w-]*))?$/i.exec(first.trim());
    const [, mount = '', path = '', key = '', name = key] = entry ?? [];
    if (entry === null)
        return undefined;
    const line = key === '*' ? `all: ${path}` : `${name}: ${path}#${key}`;
    return mount === engine ? line : `${line}, and as engine: ${mount}`;
}
/** `GET /v1/{engine}/data/{path}`: the data of the newest version (Vault API, "KV secrets engine - version 2"). */
function read(settings, path, token, tools) {
    const { vault, library, server, engine } = settings;
    const url = vault.urlOf(server, engine, 'data', path);
    return tools.send({
        service: vault.SERVICE,
        method: 'GET',
        url,
        prepare: () => ({ headers: vault.headersOf(server, token) }),
        judge: (answer) => judge(answer, settings, path),
        read: (answer) => {
            const body = vault.unwrapped(answer, url);
            const text = library.memberText(answer.text, 'data', 'data');
            if ((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(body, 'data', 'metadata') !== undefined &&
                vault.isPresent((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(body, 'data', 'data')) &&
                text !== undefined) {
                return { name: (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)(`${engine}/${path}`), text };
            }
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `${vault.SERVICE} (${url.host}) answered without a secret.`, {
                hint: `Check \`engine\`: "${engine}" must be a KV version 2 engine.`,
            });
        },
    });
}
function judge(answer, { vault, server, engine }, path) {
    const judgement = vault.judge(answer);
    const policy = `path ${JSON.stringify(`${engine}/data/${path}`)} { capabilities = ["read"] }`;
    if (answer.status === 403) {
        return {
            ...judgement,
            hint: `A policy of the role "${server.role}" must contain: ${policy}. Vault says the same if there is no engine at "${engine}".`,
        };
    }
    if (answer.status !== 404)
        return judgement;
    const metadata = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(answer.json, 'data', 'metadata');
    if (vault.isPresent(metadata)) {
        const version = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(metadata, 'version');
        const isDestroyed = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(metadata, 'destroyed') === true;
        return {
            reason: `version ${typeof version === 'number' ? version : '?'} of "${engine}/${path}" is ${isDestroyed ? 'destroyed' : 'deleted'}`,
            hint: isDestroyed
                ? 'Its data is gone: write a new version.'
                : 'Undelete it (vault kv undelete), or write a new version.',
        };
    }
    const [warning] = vault.textsOf((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(answer.json, 'warnings'));
    if (warning !== undefined) {
        return {
            reason: warning,
            hint: `Check \`engine\` and the path: \`engine\` must be exactly where the KV engine is mounted, and was "${engine}"; the path is what follows, without data/, and was "${path}".`,
        };
    }
    return {
        ...judgement,
        hint: judgement.reason === undefined
            ? `"${engine}" has never had a secret at "${path}": check the path, and that "${engine}" is a KV version 2 engine.`
            : `Check \`engine\` and \`namespace\`: Vault has no engine at "${engine}".`,
    };
}


/***/ })

};
