# Puts the second half of an archive behind the first one; says the size then. A half that did not arrive whole stays as it is.
# $1: the first half  $2: the second one  $3: the size of the first in bytes  $4: that of the second
part=$1 half=$2
fail() {
    echo "$1" >&2
    exit 1
}
check() { # check FILE SIZE
    if [ -L "$1" ] || [ ! -f "$1" ] || [ ! -O "$1" ]; then
        fail "$1 is not a file of this login"
    fi
    have=$(stat -c %s -- "$1") || exit 1
    [ "$have" = "$2" ] || fail "the stream ended early: $1 has $have bytes, expected $2"
}
check "$part" "$3"
check "$half" "$4"
cat -- "$half" >>"$part" || exit 1
rm -f -- "$half" || exit 1
stat -c %s -- "$part"
