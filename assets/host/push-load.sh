# Loads a staged archive into the engine. POSIX sh has no pipefail: both ends of the pipe tell their exit codes apart.
# $1: the engine's socket  $2: the archive  $3: zstd or gzip
socket=$1 file=$2 codec=$3

unpack() {
    case $codec in
        zstd) zstd -dcq <"$file" ;;
        *) gzip -dc <"$file" ;;
    esac
}

exec 3>&1
codes=$(
    {
        {
            unpack 4>&-
            echo "unpack=$?" >&4
        } | docker -H "unix://$socket" load >&3 4>&-
        echo "load=$?" >&4
    } 4>&1
)
exec 3>&-
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
