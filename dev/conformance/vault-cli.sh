#!/bin/bash
# As much of the `vault` command as the pages use: what a server without policies and mounts can be told.
set -euo pipefail
case "$1 $2" in
  'auth enable' | 'policy write') ;;
  write\ *)
    path="$2"
    case "${3-}" in
      -) body="$(cat)" ;;
      @*) body="$(cat "${3#@}")" ;;
      *) body="$(printf '%s\n' "${@:3}" | jq --raw-input --null-input '[inputs | split("=") | {(.[0]): .[1:] | join("=")}] | add')" ;;
    esac
    curl --fail-with-body --silent --show-error --request POST --data-binary "$body" \
      --header "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/$path"
    ;;
  *)
    echo "vault $*: not known here" >&2
    exit 2
    ;;
esac
