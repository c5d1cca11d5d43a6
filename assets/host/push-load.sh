# Loads what `archive` gives into the engine. POSIX sh has no pipefail: both ends of the pipe tell their exit codes apart.
# shellcheck shell=sh disable=SC2154
unpack() {
    case $codec in
        zstd) zstd -dcq ;;
        *) gzip -dc ;;
    esac
}

exec 5>&1
codes=$(
    {
        {
            archive 4>&-
            echo "unpack=$?" >&4
        } | docker -H "unix://$socket" load >&5 4>&-
        echo "load=$?" >&4
    } 4>&1
)
exec 5>&-
code_of() { # code_of WORD
    rest=${codes##*"$1"=}
    echo "${rest%%[!0-9]*}"
}
loaded=$(code_of load) unpacked=$(code_of unpack)
# When the engine stops reading, the program before it dies of SIGPIPE (128 + 13): what docker said, the last line, is the cause.
# Whatever else that program says of the file is the cause itself: the engine only met an early end.
if [ "$unpacked" != 0 ] && { [ "$unpacked" != 141 ] || [ "$loaded" = 0 ]; }; then
    echo "$codec could not unpack $file: it is not what was verified" >&2
    exit 4
fi
[ "$loaded" = 0 ] || exit 3
