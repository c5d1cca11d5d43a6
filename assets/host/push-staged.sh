# What is staged of one archive, as lines "part|file absent|foreign|<size> <sha256>", and the room for the rest.
# $1: the part  $2: the whole file; empty while its name is not known  $3: what the archive has at most, in bytes
part=$1 file=$2 size=$3

# A receiver whose connection broke may live on, and what the network still held would come after what is sent now.
# shellcheck disable=SC2012 # one `ls` for all processes; the names in /proc are numbers
ls -l /proc/[0-9]*/fd/1 2>/dev/null | while read -r line; do
    case $line in
        *" -> $part")
            pid=${line##*/proc/}
            pid=${pid%%/*}
            kill -s KILL "$pid" 2>/dev/null
            while kill -s 0 "$pid" 2>/dev/null && [ -e "/proc/$pid/fd/1" ]; do :; done
            ;;
    esac
done

look() { # look WORD PATH LEAST: what is there; hashed when it has between LEAST and the archive's size in bytes
    if [ ! -e "$2" ] && [ ! -L "$2" ]; then
        echo "$1 absent"
    elif [ -L "$2" ] || [ ! -f "$2" ] || [ ! -O "$2" ]; then
        echo "$1 foreign"
    else
        have=$(stat -c %s -- "$2")
        if [ "$have" -ge "$3" ] && [ "$have" -le "$size" ]; then
            sum=$(sha256sum <"$2") || exit 1
            echo "$1 $have ${sum%% *}"
        else
            echo "$1 $have -"
        fi
    fi
}

look file "$file" "$size"
look part "$part" 1
kilobytes=$(df -Pk -- "${part%/*}" 2>/dev/null | awk 'NR == 2 { print $4 }')
[ -z "$kilobytes" ] || echo "free $((kilobytes * 1024))"
