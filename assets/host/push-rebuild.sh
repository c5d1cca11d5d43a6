# Rebuilds an archive from a staged recipe and the files of an image that the host has, straight into the engine: the helper
# runs in a container of that image, without network and read-only, and writes into a pipe that `docker load` reads.
# $1: the engine's socket  $2: the recipe  $3: the helper  $4: the helper's SHA-256 in hex  $5: the image's id
socket=$1 recipe=$2 helper=$3 sum=$4 base=$5
name=tagboat-helper
umask 077
engine() { docker -H "unix://$socket" "$@"; }
fail() {
    echo "$1" >&2
    exit "$2"
}
is_alive() { kill -s 0 "$1" 2>/dev/null; }
dir=''
leave() {
    trap - EXIT TERM INT HUP
    [ -z "$dir" ] || rm -rf -- "$dir"
    # One push at a time has the lease of a host: what has this name is ours, or was left by a connection that broke.
    engine rm -f "$name" >/dev/null 2>&1
}
trap leave EXIT
trap 'exit 143' TERM INT HUP

got=$(sha256sum <"$helper") || exit 5
[ "${got%% *}" = "$sum" ] || fail "$helper is not the helper that was sent" 5
engine rm -f "$name" >/dev/null 2>&1
dir=$(mktemp -d "$recipe.XXXXXX") || exit 1
mkfifo -m 622 "$dir/archive" || exit 1

engine load <"$dir/archive" >"$dir/loaded" 2>"$dir/load-error" &
load=$!
# The pipe stays open for writing until the container has ended, so that the engine sees the end of it then and not before.
(
    exec 4>"$dir/archive"
    engine run --rm --name "$name" --pull never --network none --read-only --cap-drop ALL --cap-add DAC_READ_SEARCH \
        --security-opt no-new-privileges --security-opt label=disable --userns host --user 0:0 --workdir / \
        --log-driver none --no-healthcheck \
        --mount "type=bind,src=$helper,dst=/.tagboat/helper,readonly" \
        --mount "type=bind,src=$recipe,dst=/.tagboat/recipe,readonly" \
        --mount "type=bind,src=$dir/archive,dst=/.tagboat/archive" \
        --entrypoint /.tagboat/helper "$base" apply /.tagboat/recipe / /.tagboat/archive \
        >"$dir/applied" 2>"$dir/apply-error" 4>&-
    echo "$?" >"$dir/code"
) &
run=$!
wait "$load"
loaded=$?
# When the engine stops reading early, the helper may wait for a reader for ever.
while [ "$loaded" != 0 ] && is_alive "$run"; do
    engine rm -f "$name" >/dev/null 2>&1
    sleep 0.2
done
wait "$run"
made=$(cat "$dir/code" 2>/dev/null)
# An engine that went away ends both of its clients; only the one that loads says so in the same words at any moment.
lost='error during connect|Cannot connect to the Docker daemon'
if [ "$loaded" != 0 ] &&
    { [ "$made" = 0 ] || grep -q 'pipe' "$dir/apply-error" || grep -qE "$lost" "$dir/load-error"; }; then
    cat "$dir/load-error" >&2
    exit 3
fi
if [ "$made" != 0 ]; then
    # The engine's client ends its complaints with a word about its own help.
    grep -v 'docker run --help' "$dir/apply-error" >&2
    exit 5
fi
cat "$dir/applied" "$dir/loaded"
