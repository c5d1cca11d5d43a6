# Takes an archive on standard input and appends it to its part; says the part's size then.
# $1: the part  $2: how many bytes of it are there already; 0 begins anew
part=$1 offset=$2
umask 077
fail() {
    echo "$1" >&2
    exit 1
}

if [ "$offset" -eq 0 ]; then
    # Everybody may write to the staging directory: what is there goes, and the file is made only if nothing took its place.
    rm -f -- "$part" || exit 1
    set -C
    printf '' >"$part" || fail "$part cannot be created"
    set +C
fi
if [ -L "$part" ] || [ ! -f "$part" ] || [ ! -O "$part" ]; then
    fail "$part is not a file of this login"
fi
[ "$(stat -c %s -- "$part")" -eq "$offset" ] || fail "$part has another size than $offset bytes"
cat >>"$part" || exit 1
stat -c %s -- "$part"
