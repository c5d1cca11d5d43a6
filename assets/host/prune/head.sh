# Removes the image tags of a host that nobody needs, by the host alone: daily from cron, or when somebody asks.
# It needs the docker CLI and coreutils; dash and busybox sh run it. The settings above are those of the host's profile.
#
#   convocate-image-prune             removes; tells what goes, and why nothing goes where that is so
#   convocate-image-prune --dry-run   tells of every tag whether it would go, and why; changes nothing
#
# The rules are those of `tagboat prune` (src/model/plan/prune.rs). Nothing is removed where docker does not answer, a list is not
# whole, the stamp is missing, or somebody changes the host. A file `prune.disabled` in the state directory switches it off.
# Exit codes: 0 done, 1 something failed, 2 usage, 3 nothing was removed, with the reason.
# shellcheck disable=SC2154 # the settings are put before this
set -u
umask 077
export LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
export DOCKER_HOST="unix://$socket"
unset DOCKER_CONTEXT

# Seconds: a container that is just being created from a tag is in no list yet; that long after the tag went, it is.
GRACE=${TAGBOAT_PRUNE_GRACE:-10}
PIN=tagboat-pin
WAIT=${TAGBOAT_PRUNE_WAIT:-300}     # seconds that it waits for whoever changes the host
HOLD=300                            # seconds that its own lease is good for
LOG_LINES=2000

limited() { if command -v timeout >/dev/null 2>&1; then timeout "$@"; else shift && "$@"; fi; }
docker_says() { limited 60 docker "$@"; }

say() { # to whoever runs it, and to the log
  printf '%s\n' "$1"
  note "$1"
}
note() { [ -n "$dry" ] || printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" >>"$state/prune.log" 2>/dev/null; }
refuse() { # refuse WHY: nothing was removed
  say "nothing was removed: $1"
  exit 3
}
