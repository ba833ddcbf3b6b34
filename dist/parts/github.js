export const id = 'github';
export const ids = ['github'];
export const modules = {

/***/ 7247: // ./src/github/revoker.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   github: () => (/* binding */ github)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9856);


/** How long one attempt may take, in ms. */
const ATTEMPT_MS = 5_000;
const ANOTHER_GITHUB = '`github-api-url` may point to a GitHub other than the one that issued the token.';
/**
 * Revokes a GitHub App installation token: `DELETE /installation/token` with the token itself (GitHub REST API, "Revoke an
 * installation access token"). GitHub answers 401 for a token that has ended, which its documentation does not tell, and
 * for one of another GitHub. Tokens live for an hour (GitHub, "Generating an installation access token").
 */
const github = {
    name: 'The token',
    endsByDefault: 'within the hour',
    revoke: async (client, { token, apiUrl, ends }, { now }) => {
        const course = { attempts: 0, isGitHubs: false };
        const url = new URL(`${apiUrl.replace(/\/+$/, '')}/installation/token`);
        try {
            return await client.send({
                service: 'GitHub',
                method: 'DELETE',
                url,
                attemptMs: ATTEMPT_MS,
                prepare: () => {
                    course.attempts++;
                    return {
                        headers: {
                            authorization: `Bearer ${token}`,
                            accept: 'application/vnd.github+json',
                            'x-github-api-version': '2022-11-28',
                        },
                    };
                },
                readRefusal: (answer) => {
                    const hasEnded = ends !== undefined && ((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .serverTime */ .nI)(answer) ?? now()) >= ends.getTime();
                    return answer.status === 401 && hasEnded ? 'gone' : undefined;
                },
                refusal: (answer) => {
                    const { status, json } = answer;
                    const message = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(answer);
                    // A rate limit is a 403 with one of these (GitHub: "Rate limits for the REST API").
                    const isLimited = status === 403 &&
                        ((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .header */ .wx)(answer, 'retry-after') !== undefined ||
                            (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .header */ .wx)(answer, 'x-ratelimit-remaining') === '0' ||
                            /secondary rate limit/i.test(message));
                    // GitHub itself refuses: not the token is foreign, but the address of the runner.
                    course.isGitHubs = status === 403 && /IP (?:allow list|address)/i.test(message);
                    return {
                        reason: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .member */ .Dc)(json, 'message'),
                        requestId: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .header */ .wx)(answer, 'x-github-request-id'),
                        ...(isLimited && { retry: 'until the deadline' }),
                    };
                },
                read: (answer) => {
                    (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .expectNoContent */ .I1)(answer, 'GitHub', url, `${apiUrl} is GitHub's REST API`);
                    return 'revoked';
                },
            });
        }
        catch (error) {
            if (course.isGitHubs)
                throw error;
            throw explained(error, course.attempts);
        }
    },
};
/** With what a person can do where somebody answered, but not as GitHub does for a token of its own. */
function explained(error, attempts) {
    if (!(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ))
        return error;
    const { code, message, refused, cause } = error;
    if (code !== 'DENIED' && code !== 'REDIRECTED' && code !== 'UNUSABLE_ANSWER')
        return error;
    const earlier = refused?.status === 401 && attempts > 1 ? 'An earlier attempt, whose answer was lost, may have revoked it.' : '';
    const hints = [error.explain(undefined).hint ?? '', earlier, ANOTHER_GITHUB].filter((each) => each !== '');
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ(code, message, { hint: hints.join(' '), refused, cause });
}


/***/ })

};
