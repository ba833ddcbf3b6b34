export const id = 'secret-http';
export const ids = ['secret-http'];
export const modules = {

/***/ 5763: // ./src/exchanges/secret/http.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   httpSecret: () => (/* binding */ httpSecret)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);
/* harmony import */ var _identity_claims_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2437);
/* harmony import */ var _inputs_inputs_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8028);




const SERVICE = 'the secret endpoint';
const EXAMPLE = 'https://secrets.example.com/database';
/** Secrets from an endpoint of one's own: `GET {url}` with the ID token gives `{"payload": {"data": "<base64>"}}`. */
const httpSecret = {
    settings: async (inputs) => {
        const library = await __webpack_require__.e('secrets').then(__webpack_require__.bind(__webpack_require__, 7953));
        const wanted = await library.readReferences(inputs, {
            input: 'url',
            example: EXAMPLE,
            key: 'password',
            read: (label, text) => inputs.url(label, text, EXAMPLE, { query: true }),
        });
        const origin = sharedOrigin(inputs, wanted);
        return { library, wanted, audience: inputs.line('audience') || origin };
    },
    exchange: (settings, tools) => {
        const { library, wanted, audience } = settings;
        for (const url of library.worthConnecting(wanted, ({ href }) => href))
            tools.connectEarly(url);
        return library.readWanted(wanted, {
            id: (url) => url.href,
            read: (url) => read(settings, url, tools),
            hint: (url, error) => hintOf(url, audience, error, undefined),
        });
    },
    explain: ({ wanted, audience }, error, claims) => {
        const [single] = wanted.references;
        const hint = wanted.several || single === undefined ? undefined : hintOf(single.source, audience, error, claims);
        return hint === undefined ? {} : { hint };
    },
};
/**
 * The origin of every URL. One ID token goes to all of them: an endpoint elsewhere could use it at the others, and a token
 * for each would be several logins with several audiences, which are several steps.
 */
function sharedOrigin(inputs, { references }) {
    const [first, ...others] = references.filter(({ source }) => source.href !== _inputs_inputs_js__WEBPACK_IMPORTED_MODULE_3__/* .NOWHERE */ .JW);
    for (const { output, source } of others) {
        if (source.origin === first?.source.origin)
            continue;
        inputs.problem(`secrets.${output}`, `must have the same origin as the first, ${first?.source.origin ?? ''}, because all get the same ID token; use one step for each origin`, `${first?.source.origin ?? ''}${source.pathname}`);
    }
    return first?.source.origin ?? '';
}
function read({ library, audience }, url, tools) {
    // Without the query, which may be confidential.
    const name = (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)(`${url.host}${url.pathname}`);
    return tools.send({
        service: SERVICE,
        method: 'GET',
        url,
        audience,
        prepare: async () => ({
            headers: { accept: 'application/json', authorization: `Bearer ${await tools.idToken(audience)}` },
        }),
        judge: ({ json }) => ({
            reason: [
                (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'message'),
                (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'error', 'message'),
                (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'error_description'),
                (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'error'),
                (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'detail'),
            ].find((text) => typeof text === 'string'),
        }),
        read: (answer) => ({
            name,
            text: library.secretPayload((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .jsonObject */ .o$)(answer, SERVICE, url), SERVICE, name),
        }),
    });
}
function hintOf(url, audience, { code, refused }, claims) {
    if (code !== 'DENIED')
        return undefined;
    switch (refused?.status) {
        case 401:
        case 403:
            return `The audience of the ID token was "${audience}", its subject ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)((0,_identity_claims_js__WEBPACK_IMPORTED_MODULE_2__/* .claimText */ .Q1)(claims, 'sub')) ?? 'that of this job'}: the endpoint must accept both. Set \`audience\` to the one that it expects.`;
        case 404:
            return `Check the URL: there is nothing at ${url.origin}${url.pathname}.`;
        default:
            return undefined;
    }
}


/***/ })

};
