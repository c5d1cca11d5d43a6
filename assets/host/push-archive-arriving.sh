# An archive that still arrives. Standard input says "upto BYTES" when so many have left for its part, and at last "verified FILE";
# what is after the last BYTES, without which no engine loads anything, is held back until then. When standard input ends without
# that, nothing is loaded. `push-load.sh` follows.
# $1: the engine's socket  $2: the part  $3: zstd or gzip
# shellcheck shell=sh disable=SC2034
socket=$1 file=$2 codec=$3
login=${SUDO_UID:-$(id -u)}

arrived() { # how many bytes of the part are there; what is no file of this login, in a directory for all, has none
    size=''
    if [ -f "$file" ] && [ ! -L "$file" ] && [ "$(stat -c %u -- "$file" 2>/dev/null)" = "$login" ]; then
        size=$(stat -c %s -- "$file" 2>/dev/null)
    fi
    echo "${size:-0}"
}
wait_for() { # wait_for BYTES: two minutes at most, as long as a send may stall
    tries=0
    until [ "$(arrived)" -ge "$1" ]; do
        # It has its final name by now: all of it is there.
        [ -e "$file" ] || return 0
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || return 1
        sleep 0.2 2>/dev/null || sleep 1
    done
}
feed() { # blocks are read from the one file that was opened, whatever its name becomes
    at=0
    while read -r word value; do
        case $word in
            upto)
                wait_for "$value" || return 1
                if [ "$at" = 0 ]; then
                    [ -e "$file" ] || continue
                    exec 6<"$file"
                fi
                dd bs=65536 count=$(((value - at) / 65536)) <&6 2>/dev/null || return 1
                at=$value
                ;;
            verified)
                [ "$at" != 0 ] || exec 6<"$value"
                cat <&6
                return
                ;;
        esac
    done
    return 1
}
archive() { feed | unpack; }
