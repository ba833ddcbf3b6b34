#!/usr/bin/env bash
# Makes a release of the files in migrations/, a plan for the databases in TARGETS, and rolls it out in Bytebase, stage
# after stage. Needs BYTEBASE_URL, BYTEBASE_TOKEN, PROJECT, TARGETS, curl and jq.
set -euo pipefail

# api PATH [OPTION…]: calls Bytebase; an answer that is an error is shown and ends the step
api() {
  local answer
  if ! answer="$(curl --fail-with-body --silent --show-error --max-time 60 \
    --header "Authorization: Bearer $BYTEBASE_TOKEN" \
    --header 'Content-Type: application/json' \
    "$BYTEBASE_URL/v1/$1" "${@:2}")"; then
    printf '%s\n' "$answer" >&2
    return 1
  fi
  printf '%s\n' "$answer"
}

for file in migrations/*.sql; do
  name="${file##*/}"
  jq --null-input --arg path "$file" --arg version "${name%%_*}" --rawfile sql "$file" \
    '{path: $path, version: $version, statement: ($sql | @base64)}'
done | jq --slurp '{type: "VERSIONED", files: .}' > "$RUNNER_TEMP/release.json"
release="$(api "$PROJECT/releases" --data-binary "@$RUNNER_TEMP/release.json" | jq --raw-output .name)"
echo "Created $release"

jq --null-input --arg title "$GITHUB_REPOSITORY $GITHUB_SHA" --arg release "$release" \
  --arg id "$(< /proc/sys/kernel/random/uuid)" --argjson targets "$TARGETS" \
  '{title: $title, specs: [{id: $id, changeDatabaseConfig: {targets: $targets, release: $release}}]}' \
  > "$RUNNER_TEMP/plan.json"
plan="$(api "$PROJECT/plans" --data-binary "@$RUNNER_TEMP/plan.json" | jq --raw-output .name)"
echo "Created $plan"

rollout="$(api "$plan/rollout" --data '{}')"
stages="$(jq --raw-output '.stages[].name' <<< "$rollout")"
for stage in $stages; do
  echo "Running $stage"
  tasks="$(jq --arg stage "$stage" '{tasks: [.stages[] | select(.name == $stage).tasks[].name]}' <<< "$rollout")"
  api "$stage/tasks:batchRun" --data "$tasks" > /dev/null
  while true; do
    now="$(api "$plan/rollout")"
    statuses="$(jq --raw-output --arg stage "$stage" \
      '[.stages[] | select(.name == $stage).tasks[].status] | unique | join(" ")' <<< "$now")"
    case "$statuses" in
      *FAILED* | *CANCELED*)
        echo "::error::$stage: $statuses. See $BYTEBASE_URL/$plan"
        exit 1
        ;;
      *NOT_STARTED* | *PENDING* | *RUNNING*) sleep 5 ;;
      *) break ;;
    esac
  done
  echo "Done: $stage"
done
