export const id = 'vault';
export const ids = ['vault'];
export const modules = {

/***/ 5662: // ./src/exchanges/vault.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   vault: () => (/* binding */ vault)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);

/** A token of Vault or OpenBao, for whatever the policies of the role allow; revoked when the job ends. */
const vault = {
    settings: async (inputs) => {
        const library = await __webpack_require__.e('vault-login').then(__webpack_require__.bind(__webpack_require__, 3356));
        return {
            library,
            server: library.readServer(inputs),
            outlivesJob: inputs.boolean('skip-token-revoke'),
        };
    },
    exchange: async ({ library, server, outlivesJob }, tools) => {
        tools.connectEarly(new URL(server.api));
        const login = await library.login(server, tools);
        const { token, policies, expiresAt, isBatch, api: apiUrl, namespace, mayRevokeItself } = login;
        const names = (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .showable */ .of)((0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .few */ .H$)(policies.map(_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)));
        return {
            secrets: [token],
            outputs: { token, policies: JSON.stringify(policies) },
            summary: `Vault token granted${names === undefined ? '' : ` with the policies ${names}`}.${isBatch ? ` ${library.aboutBatch(login)}` : ''}`,
            ...(expiresAt && { expiresAt }),
            ...(!isBatch && {
                revocation: { kind: 'vault', token, apiUrl, namespace, mayRevokeItself, outlivesJob },
            }),
        };
    },
    explain: ({ library, server }, error, claims) => library.explainLogin(server, error, claims),
};


/***/ })

};
