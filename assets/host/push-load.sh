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
# When the engine stops reading, the program before it fails too: what docker said, the last line, is the cause.
case $codes in
    *load=0*) ;;
    *) exit 3 ;;
esac
case $codes in
    *unpack=0*) ;;
    *)
        echo "$codec could not unpack $file" >&2
        exit 4
        ;;
esac
