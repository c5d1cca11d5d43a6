# Makes a tag the active one of a host: the stamp is replaced as a whole or not at all, then the history gets a line.
# $1: stamp file  $2: history file  $3: full reference  $4: the image id that it must name  $5: operator  $6: job
# $7: the engine's socket. Says "stamped" or "already". Exit code 4: stamped, but the history has no line of it.
stamp=$1 history=$2 reference=$3 id=$4 operator=$5 job=$6 socket=$7
umask 022
fail() {
    echo "$1" >&2
    exit 1
}

check() { # a link or a folder in the place of a file is somebody's mistake or trap
    [ ! -L "$1" ] || fail "$1 is a symbolic link"
    [ ! -e "$1" ] || [ -f "$1" ] || fail "$1 is not a regular file"
}
to_disk() { # busybox before 1.30 and old coreutils sync everything or nothing
    sync -- "$1" 2>/dev/null || sync
}

check "$stamp"
check "$history"
named=$(docker -H "unix://$socket" image inspect --format '{{.Id}}' "$reference" 2>&1) ||
    fail "$reference is not there any more: $named"
[ "$named" = "$id" ] || fail "$reference names $named now, not $id"

adopt() { # a tag that was active before tagboat came: without a line of its own a prune would not keep it for a way back
    earlier=$(head -n 1 -- "$stamp" 2>/dev/null)
    case $earlier in '') return ;; *:*) ;; *) earlier=${reference%:*}:$earlier ;; esac
    ! cut -f 3 -- "$history" 2>/dev/null | grep -xF -- "$earlier" >/dev/null || return
    earlier_id=$(docker -H "unix://$socket" image inspect --format '{{.Id}}' "$earlier" 2>/dev/null) || return
    folder=$(dirname -- "$history")
    [ -d "$folder" ] || mkdir -p -- "$folder" || return
    printf '%s\t-\t%s\t%s\t-\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$earlier" "$earlier_id" >>"$history"
}

said=stamped
if [ -f "$stamp" ] && [ "$(cat -- "$stamp")" = "$reference" ]; then
    said=already
    last=$(tail -n 1 -- "$history" 2>/dev/null | cut -f 3)
    if [ "$last" = "$reference" ]; then
        echo already
        exit 0
    fi
else
    folder=$(dirname -- "$stamp")
    [ -d "$folder" ] || mkdir -p -- "$folder" || fail "$folder cannot be created"
    adopt
    new=$stamp.new-$job
    trap 'rm -f -- "$new"' EXIT
    rm -f -- "$new" || exit 1
    set -C
    printf '%s\n' "$reference" >"$new" || fail "$new cannot be written"
    set +C
    # A full disk may show only when the file is read back.
    [ "$(cat -- "$new")" = "$reference" ] || fail "$new cannot be written: no space?"
    chmod 0644 -- "$new" || exit 1
    to_disk "$new"
    check "$stamp"
    mv -f -- "$new" "$stamp" || fail "$stamp cannot be replaced"
    trap - EXIT
    to_disk "$folder"
fi

at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
folder=$(dirname -- "$history")
[ -d "$folder" ] || mkdir -p -- "$folder" || exit 4
printf '%s\t%s\t%s\t%s\t%s\n' "$at" "$operator" "$reference" "$id" "$job" >>"$history" || exit 4
chmod 0644 -- "$history"
to_disk "$history"
echo "$said"
